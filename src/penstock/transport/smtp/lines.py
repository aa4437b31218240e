"""Replies out of a stream of bytes (RFC 5321 §4.2)."""

from __future__ import annotations

import re
from typing import Final

from penstock.transport.reply import sanitise

LINE_LIMIT: Final = 4096
"""Octets in a line; the RFC says 512, and servers exceed it."""
REPLY_LIMIT: Final = 65536
"""Octets in a reply of several lines."""

_START = re.compile(rb"[2-5][0-9][0-9](?:[ \r\n-])")


class Unintelligible(Exception):
    """The peer sent what is not an SMTP reply."""


class ReplyReader:
    """Cuts complete replies, of one line or more, out of what arrives in pieces of any size."""

    __slots__ = ("_start", "pending")

    def __init__(self) -> None:
        self.pending = b""  # received, not yet returned
        self._start = 0  # where in `pending` the first line begins that was not looked at

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        self.pending = self.pending + data if self.pending else data

    def next(self) -> bytes | None:
        """The next complete reply with its line ends, or None; raises Unintelligible.

        All its lines carry one code. A bare LF is taken for a line end.
        """
        pending = self.pending
        start = self._start
        while (end := pending.find(b"\n", start)) >= 0:
            if end - start > LINE_LIMIT:
                raise Unintelligible(f"with a reply line longer than {LINE_LIMIT} bytes")
            if not _START.match(pending, start):
                raise Unintelligible(f"with something that is not SMTP: {_excerpt(pending, start, end)}")
            if start and pending[start : start + 3] != pending[:3]:
                raise Unintelligible(f"with a reply that changes its code: {_excerpt(pending, start, end)}")
            end += 1
            if pending[start + 3] != 0x2D:  # "-": another line follows
                self.pending = pending[end:]
                self._start = 0
                return pending[:end]
            start = end
        self._start = start
        if len(pending) - start > LINE_LIMIT:
            raise Unintelligible(f"with a reply line longer than {LINE_LIMIT} bytes")
        if start > REPLY_LIMIT:
            raise Unintelligible(f"with a reply longer than {REPLY_LIMIT} bytes")
        return None


def _excerpt(pending: bytes, start: int, end: int) -> str:
    """The beginning of the line from `start` to `end`, fit to be shown."""
    return sanitise(pending[start : min(end, start + 80)]) or "no text"
