"""A request to a gateway, and what its answer means for the message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from penstock.transport.fate import Replied, Unanswered, Unsent
from penstock.transport.provider.answers import Answer, rest_of
from penstock.transport.reply import Reply, sanitise

LARGEST: Final = 65_536
"""Octets of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: method, path with its query from the host on, header fields, and a body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered: the status, the field Retry-After where it is there, and the beginning of the body."""

    status: int
    body: bytes = b""
    retry_after: str | None = None


class Meaning(StrEnum):
    """What an answer means for a message."""

    ACCEPTED = "accepted"
    RECIPIENT = "recipient"  # refused for good: the number is at fault
    SENDER = "sender"  # refused for good, whoever the recipient: the sender, the account, our request
    LATER = "later"  # refused now: this recipient is tried again
    BUSY = "busy"  # not taken: too many at once, the same message goes again after a rest
    CLOSED = "closed"  # not taken: key, account, credit; nothing goes before somebody mends that
    DOUBT = "doubt"  # it may have been taken


def of_http(status: int) -> Meaning:
    """What a status of HTTP means where nobody says otherwise (RFC 9110 §15)."""
    if 200 <= status < 300:
        return Meaning.ACCEPTED
    if status == 429:
        return Meaning.BUSY
    if status in (401, 402, 403, 407):
        return Meaning.CLOSED
    return Meaning.DOUBT if status >= 500 or status == 408 else Meaning.SENDER


def answer(
    meaning: Meaning, words: str, peer: str, number: str = "", retry_after: str | None = None
) -> Answer:
    """Return what becomes of the message: `words` are the gateway's own, `number` its message id.

    Refusals that are not the recipient's fault are told as ones of MAIL, which strike nobody off (transport.provider.answers).
    """
    said = sanitise(words)
    match meaning:
        case Meaning.ACCEPTED:
            kept = sanitise(f"queued as <{number}>" if number else said or "taken")
            return Answer(Replied(Reply(250, "2.0.0", kept, "dot", peer)))
        case Meaning.RECIPIENT:
            return Answer(Replied(Reply(550, "5.1.1", said, "rcpt", peer)))
        case Meaning.SENDER:
            return Answer(Replied(Reply(554, "5.0.0", said, "mail", peer)))
        case Meaning.LATER:
            return Answer(Replied(Reply(451, "4.3.0", said, "dot", peer)))
        case Meaning.BUSY:
            return Answer(Unsent(said, permanent=False), rest=rest_of(retry_after))
        case Meaning.CLOSED:
            return Answer(Unsent(said, permanent=True))
        case _:
            return Answer(Unanswered(said), sick=True)
