"""What a message says: one of these values. Whatever it is, nothing is raised."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from penstock.feedback.returned import automatic, complaint, dsn, unstructured, wanting, whom
from penstock.feedback.returned.dsn import Fate
from penstock.feedback.returned.parts import Opened, opened
from penstock.feedback.returned.whom import Named

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reported:
    """A server tells what became of a message. origin: dsn, or text where it keeps to no standard."""

    fates: tuple[Fate, ...]
    origin: str


@dataclass(frozen=True)
class Complaint:
    """Somebody's provider reports the message; `kind` is the feedback type of RFC 5965."""

    kind: str


@dataclass(frozen=True)
class Unsubscription:
    """Somebody wants no more; the private token, not verified, is the authority."""

    token: str


@dataclass(frozen=True)
class Automatic:
    """A machine answered."""


@dataclass(frozen=True)
class Unrecognised:
    """None of these; `why`, in a sentence."""

    why: str
    kind: str = "unrecognised"


Said = Reported | Complaint | Unsubscription | Automatic | Unrecognised


@dataclass(frozen=True)
class Returned:
    """What a message says, and the tokens that it names: of the envelope it came in, and of the message that came back. `delivered`:
    the addresses that a mailbox notes it was delivered to."""  # fmt: skip

    said: Said
    envelope: list[Named] = field(default_factory=list)
    original: list[Named] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)


def read(data: bytes) -> Returned:
    """Read a message as it came, without dot stuffing."""
    try:
        message = opened(data)
        if message is None:
            return Returned(Unrecognised("It is nested deeper than anybody writes.", "unreadable"))
        return Returned(
            _said(data, message),
            whom.in_envelope(message),
            whom.in_original(message),
            whom.delivered(message),
        )
    except Exception as error:  # the parser of the standard library has its own defects
        log.warning("a message that came in could not be read: %s", type(error).__name__)
        return Returned(Unrecognised(f"It cannot be read ({type(error).__name__}).", "unreadable"))


def _said(data: bytes, message: Opened) -> Said:
    if (token := wanting.token(message)) is not None:
        return Unsubscription(token)
    if (kind := complaint.kind(message)) is not None:
        return Complaint(kind)
    if fates := dsn.fates(message):
        return Reported(tuple(fates), "dsn")
    if automatic.surely(message):
        return Automatic()
    if (fate := unstructured.fate(data, message)) is not None:
        return Reported((fate,), "text")
    if automatic.says_so(message):
        return Automatic()
    return Unrecognised("It is no bounce, no complaint, and unsubscribes nobody.")
