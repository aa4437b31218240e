"""Short messages as the transport takes them: encoded and cut into parts; and what comes back from their receivers.

Units of a part (`Encoded.parts`): GSM-7 one septet an octet, unpacked (3GPP TS 23.038 §6.2.1); UCS-2 big-endian UTF-16, two octets
a unit. The parts are without user data headers: whoever hands over writes those (`headers`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply

Coding = Literal["gsm7", "ucs2"]
Progress = Literal["delivered", "failed", "underway", "unknown"]

PARTS_LIMIT: Final = 255
"""Parts of one message: the header counts them in one octet (3GPP TS 23.040 §9.2.3.24.1)."""
_CONCATENATED, _CONCATENATED_WIDE, _SHIFT, _LOCKING = 0x00, 0x08, 0x24, 0x25


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as it goes over the air, cut into parts.

    `locking` and `shift` name the national language tables that it is written with (3GPP TS 23.038 §6.2.1.2.4; 0: none), and
    `wide` says that its parts are numbered with a reference of 16 bits (§9.2.3.24.8 of TS 23.040); both take room from the parts.
    `units` is the length of the whole: septets, or units of UTF-16.
    """

    text: str
    coding: Coding
    locking: int
    shift: int
    parts: tuple[bytes, ...]
    units: int
    wide: bool = False

    @property
    def count(self) -> int:
        """The number of parts: what is paid for."""
        return len(self.parts)


@dataclass(eq=False, slots=True)
class ShortEnvelope:
    """One short message for one recipient, all its parts: it is accepted when all of them are.

    `key` belongs to whoever made the envelope. `sender` is a number in E.164, a short code or an alphanumeric name; `recipient` a
    number in E.164 ("+336…"). `reference` (0 to 65535) holds the parts together at the receiver. `mark` is a public token that
    gateways may repeat, `validity` the seconds that the network may try for (None: as the centre is set up). `ids` are the other
    side's message ids of the parts accepted so far, in the parts' order, filled in by the transport ("" where it gave none), and
    `server` is the number of the server that gave them.
    """

    key: Any
    sender: str
    recipient: str
    encoded: Encoded
    reference: int = 0
    mark: str = ""
    validity: float | None = None
    ids: list[str] = field(default_factory=list)
    server: int = 0

    @property
    def parts(self) -> int:
        """What it counts for where a rate is kept."""
        return self.encoded.count

    def __repr__(self) -> str:
        return f"ShortEnvelope({self.key!r}, {self.sender!r}, {self.recipient!r}, {self.encoded.count} parts)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side says has become of one part that it had accepted under `id`.

    `underway` is a state on the way (enroute, accepted, buffered), `unknown` one that cannot be read or that is none. `error` is the
    network's code as given ("" for none), `text` its own words, one safe line; `number` the receiver's number with "+" ("" when it
    is not told), `reference` our token where the other side repeats one, `at` the time of the state where it is told.
    """

    id: str
    state: Progress
    error: str = ""
    text: str = ""
    number: str = ""
    reference: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message that somebody sent: from `number` ("+336…", or as the network wrote it) to our number or short code `to`."""

    number: str
    to: str
    text: str
    at: datetime | None = None


Incoming = Receipt | Inbound
Answer = Callable[[bool], None]
"""To be called once: True when what came in is kept for good (after the commit), False when it is to come again later."""


class ShortSource(Protocol):
    """Where short envelopes come from and where their fates go: as `envelope.Source`, and what comes in from outside.

    Each envelope taken ends in exactly one of `replied`, `unanswered` and `unsent`. `replied` with a positive reply: every part
    was accepted, `envelope.ids` are the ids. Any other end of a message of several parts may come after some of its parts were
    accepted; `envelope.ids` tells which: never `unsent` then.
    """

    def take(self, peer: Peer) -> ShortEnvelope | None:
        """The next envelope; None: nothing now. May call `stop` of the hands: the envelope returned is then not sent."""

    def replied(self, envelope: ShortEnvelope, reply: Reply) -> None:
        """The peer's verdict on this recipient."""

    def unanswered(self, envelope: ShortEnvelope, cause: str) -> None:
        """A part was written and no answer came: in doubt."""

    def unsent(self, envelope: ShortEnvelope, cause: str) -> None:
        """Certainly not sent: no byte of any part was written, or the peer refused for now to take anything. May be taken again."""

    def trouble(self, reply: Reply, permanent: bool) -> None:
        """A connection could not be made or kept: for the server's health, no verdict on a recipient."""

    def incoming(self, item: Incoming, server: int, answer: Answer) -> None:
        """A receipt or a message came in from the server of that number; `answer` is called from the event loop's thread."""


def headers(encoded: Encoded, reference: int) -> list[bytes]:
    """Return the user data header of each part, its length octet included (3GPP TS 23.040 §9.2.3.24); b"" where none is needed."""
    tables = b"".join(
        bytes((kind, 1, number))
        for kind, number in ((_SHIFT, encoded.shift), (_LOCKING, encoded.locking))
        if number
    )
    count = len(encoded.parts)
    if count == 1:
        return [bytes((len(tables),)) + tables if tables else b""]
    if encoded.wide:
        head = bytes((_CONCATENATED_WIDE, 4)) + (reference & 0xFFFF).to_bytes(2, "big")
    else:
        head = bytes((_CONCATENATED, 3, reference & 0xFF))
    length = bytes((len(head) + 2 + len(tables),))
    return [length + head + bytes((count, number)) + tables for number in range(1, count + 1)]
