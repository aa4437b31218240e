"""A mailing that goes out by SMS, as a lane sees it: short envelopes, all of a package with the same number of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from penstock.content.sms.program import ShortProgram
from penstock.delivery.channel import Order, OtherParts
from penstock.delivery.claim import Item, reading
from penstock.delivery.outcome import age
from penstock.delivery.short.reference import reference
from penstock.transport.envelope import Peer
from penstock.transport.short import ShortEnvelope

SHORTEST = 300.0
"""Seconds that a centre is given at least to find a telephone, although the retry window is almost over."""
REGION = sql.SQL("coalesce(c.region, '')")


@dataclass(frozen=True)
class ShortOrder(Order):
    """A mailing that goes out by SMS."""

    program: ShortProgram

    def reading(self, *, by_range: bool, suppressed: bool) -> sql.Composed:
        """Rows (seq, skip, number, attributes ..., country of the number)."""
        return reading(
            self.program.variables[1:],
            account=self.account,
            by_range=by_range,
            suppressed=suppressed,
            more=(REGION,),
        )

    def envelope(
        self, item: Item, row: tuple[Any, ...], public: bytes, private: bytes, date: bytes, peer: Peer
    ) -> ShortEnvelope:
        """Make the envelope of one recipient. Raises RenderError, OtherParts.

        The network is to try for as long as the retry window is open: then the recipient counts as not reached.
        """
        encoded = self.program.encoded(row[2:-1])
        if encoded.count != item.held.parts:
            raise OtherParts(encoded.count)
        left = self.schedule.window - age(item.since)
        return ShortEnvelope(
            item, self.program.sender, row[2], encoded, reference(self.mailing, row[0]), public.decode(), max(left, SHORTEST)
        )  # fmt: skip

    def domain_of(self, row: tuple[Any, ...]) -> str:
        """The country of the number: "FR"; "" where the contact has none any more."""
        return str(row[-1])
