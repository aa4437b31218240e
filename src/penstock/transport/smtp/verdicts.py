"""The replies to messages that a server gives again and again, each as one object."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from penstock.transport.reply import Reply, parse

KEPT: Final = 256
"""Replies that are kept; servers with a queue id in each reply would fill the memory otherwise."""


class Verdicts:
    """Replies to the dot by their raw line."""

    __slots__ = ("_peer", "known")

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self.known: dict[bytes, Reply] = {}

    def learn(self, line: bytes) -> Reply | None:
        """The verdict, now `known`, if `line` is exactly one reply of one line that closes nothing; else None."""
        if line.find(b"\n") != len(line) - 1 or line[3:4] != b" " or line[:1] not in (b"2", b"4", b"5"):
            return None
        if not line[:3].isdigit() or line[:3] == b"421" or len(line) > 512:
            return None
        if len(self.known) >= KEPT:
            self.known.clear()
        reply = self.known[line] = parse(line, "dot", self._peer)
        return reply


@lru_cache(maxsize=64)
def verdicts_of(peer: str) -> Verdicts:
    """What is known of `peer`, for all connections to it: their equal replies are one object."""
    return Verdicts(peer)
