"""A mailing that goes out by SMS, as a lane sees it: short envelopes, all of a package with the same number of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from penstock.content.sms.program import ShortProgram
from penstock.delivery.channel import NotNow, Order, OtherParts
from penstock.delivery.claim import Item, reading
from penstock.delivery.outcome import age
from penstock.delivery.short.opening import Opening
from penstock.delivery.short.reference import reference
from penstock.delivery.zones import SAID
from penstock.transport.envelope import Peer
from penstock.transport.short import ShortEnvelope

SHORTEST = 300.0
"""Seconds that a centre is given at least to find a telephone, although the retry window is almost over."""
NOTHING = sql.SQL("null::text")
REGION = sql.SQL("coalesce(c.region, '')")


@dataclass(frozen=True)
class ShortOrder(Order):
    """A mailing that goes out by SMS."""

    program: ShortProgram
    opening: Opening | None = None

    def reading(self, *, by_range: bool, suppressed: bool) -> sql.Composed:
        """Rows (seq, skip, number, attributes ..., zone of the contact, country of the number)."""
        return reading(
            self.program.variables[1:],
            account=self.account,
            by_range=by_range,
            suppressed=suppressed,
            more=(sql.SQL(SAID) if self.opening else NOTHING, REGION),
        )

    def envelope(
        self, item: Item, row: tuple[Any, ...], public: bytes, private: bytes, date: bytes, peer: Peer
    ) -> ShortEnvelope:
        """Make the envelope of one recipient. Raises RenderError, OtherParts, NotNow.

        The network is to try for as long as the retry window is open: then the recipient counts as not reached.
        """
        if self.opening is not None and (wait := self.opening.wait(row[2], row[-1], row[-2])):
            raise NotNow(wait)
        encoded = self.program.encoded(row[2:-2])
        if encoded.count != item.held.parts:
            raise OtherParts(encoded.count)
        left = self.schedule.window - age(item.since)
        return ShortEnvelope(
            item, self.program.sender, row[2], encoded, reference(self.mailing, row[0]), public.decode(), max(left, SHORTEST)
        )  # fmt: skip

    def domain_of(self, row: tuple[Any, ...]) -> str:
        """The country of the number: "FR"; "" where the contact has none any more."""
        return str(row[-1])
