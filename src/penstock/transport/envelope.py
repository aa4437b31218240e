"""What is handed over, where it comes from, and what the receiving side can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from penstock.transport.reply import Reply


class Envelope:
    """One message for one recipient, ready for the wire.

    `key` belongs to whoever made the envelope; the transport never looks at it. `sender` and `recipient` are addresses
    without angle brackets (an empty sender is the null return path). `data` is the complete message: CRLF line ends,
    dot-stuffed, ending in CRLF . CRLF. `smtputf8` says that headers or addresses need RFC 6531.
    """

    __slots__ = ("data", "key", "recipient", "sender", "smtputf8")

    parts: ClassVar = 1  # as rates count them: a short message has one or several

    def __init__(
        self, key: Any, sender: bytes, recipient: bytes, data: bytes, smtputf8: bool = False
    ) -> None:
        self.key = key
        self.sender = sender
        self.recipient = recipient
        self.data = data
        self.smtputf8 = smtputf8

    def __repr__(self) -> str:
        return f"Envelope({self.key!r}, {self.sender!r}, {self.recipient!r}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Peer:
    """What a server offered in its answer to EHLO (RFC 5321 §4.1.1.1), after TLS where TLS is used."""

    name: str
    pipelining: bool = False  # RFC 2920
    eightbitmime: bool = False  # RFC 6152
    smtputf8: bool = False  # RFC 6531
    size: int | None = None  # RFC 1870: the limit in bytes; 0: offered without a limit; None: not offered
    starttls: bool = False  # RFC 3207
    mechanisms: tuple[str, ...] = ()  # RFC 4954
    tls: str = ""  # version of the connection's TLS, "" for clear text
    rebuilt: bool = (
        False  # a provider takes the message apart and makes another: no signature of ours would hold
    )


class Source(Protocol):
    """Where envelopes come from and where their fates go. All calls are synchronous, from the event loop's thread.

    Each envelope taken ends in exactly one of `replied`, `unanswered` and `unsent`.
    """

    def take(self, peer: Peer) -> Envelope | None:
        """The next envelope, rendered for what `peer` can take; None: nothing now (`Pool.wake` tells of more).

        May call `Pool.stop`: it is asked before each body begins, so that a sender can fence itself here; neither the
        body about to begin nor the envelope returned are then sent.
        """

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        """The peer's verdict on this recipient: 2xx accepted, 4xx, 5xx; `reply.command` is what it answered."""

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        """The body had begun and no answer came: in doubt."""

    def unsent(self, envelope: Envelope, cause: str) -> None:
        """Certainly not sent: no byte of the body was written. May be taken again."""

    def trouble(self, reply: Reply, permanent: bool) -> None:
        """A connection could not be made or kept: for the server's health, no verdict on a recipient."""
