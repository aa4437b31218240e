"""What a lane asks of a mailing, whatever the channel: whom to hand over to, what to read of a recipient, what to make of them.

E-mail and SMS are two kinds of Order (delivery.order, delivery.short.order); nothing else in a lane knows which one it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from penstock.delivery.claim import Item
from penstock.delivery.outcome import Schedule
from penstock.transport.envelope import Peer
from penstock.transport.terms import Way


@dataclass(frozen=True)
class Order:
    """A mailing as a lane sees it."""

    mailing: int
    account: int
    transport: int
    ways: tuple[Way, ...]  # the servers of its transport
    version: int  # of its transport: when it is changed another lane takes over
    key: bytes
    schedule: Schedule
    never_lost: bool

    @property
    def connections(self) -> int:
        """Connections that one lane opens, over all servers."""
        return sum(way.terms.connections for way in self.ways)

    @property
    def room(self) -> int:
        """Messages that may be on the wire at a time."""
        return sum(way.terms.room for way in self.ways)

    def reading(self, *, by_range: bool, suppressed: bool) -> sql.Composed:
        """The query of `Claims.read`, which brings the rows that `envelope` takes."""
        raise NotImplementedError

    def envelope(
        self, item: Item, row: tuple[Any, ...], public: bytes, private: bytes, date: bytes, peer: Peer
    ) -> Any:
        """Make the envelope of one recipient, as the transport takes them. Raises RenderError, SigningError, OtherParts, NotNow."""
        raise NotImplementedError

    def domain_of(self, row: tuple[Any, ...]) -> str:
        """What limits and kill switches of the scope `domain` go by."""
        raise NotImplementedError


class NotNow(Exception):
    """The recipient may not be sent to at this hour: in so many seconds."""

    def __init__(self, seconds: float):
        super().__init__(f"in {seconds:.0f} s")
        self.seconds = seconds


class OtherParts(Exception):
    """The message takes another number of parts than those of the package: what is spent is counted by packages, so it goes in another."""

    def __init__(self, parts: int):
        super().__init__(f"{parts} parts")
        self.parts = parts
