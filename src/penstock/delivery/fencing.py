"""Packages that were taken from a lane while it lived: what it knows of them for certain replaces doubts, and moves no cursor."""

from __future__ import annotations

from penstock.delivery import record
from penstock.delivery.claim import Claims, Held, Item, Turn
from penstock.delivery.handoff import GIVEN_BACK, HandOff, words_of
from penstock.delivery.outcome import Outcome, State


class Lost:
    """The packages of one lane that are, or were, in other hands."""

    def __init__(self, handoff: HandOff) -> None:
        self._handoff = handoff
        self.packages: set[Held] = set()

    async def take_out(self, claims: Claims, turn: Turn) -> Turn:
        """Take what belongs to them out of a turn, and let it replace their doubts; return the rest."""
        epochs = {(held.no, held.epoch) for held in self.packages}
        due = {(wait["package"], wait["seq"]): wait for wait in turn.due}
        kept = []
        for packed in turn.rows:
            row = record.unpack(packed)
            if self._has(row.package, row.seq):
                await claims.late(row, due.get((row.package, row.seq)))
            else:
                kept.append(packed)
        await self._return_behind(claims, turn)
        records = [r for r in turn.records if (r["no"], r["epoch"]) not in epochs]
        waits = [wait for wait in turn.due if not self._has(wait["package"], wait["seq"])]
        return Turn(kept, records, waits, turn.messages)

    async def _return_behind(self, claims: Claims, turn: Turn) -> None:
        """What was to be given back of a package that is in other hands is certainly unsent: that replaces its doubt."""
        transport = self._handoff.order.transport
        for held in self.packages:
            given = [r["unclaim"] for r in turn.records if (r["no"], r["epoch"]) == (held.no, held.epoch)]
            for seq, since in held.behind(sum(given) + held.unclaimed):
                number = await claims.reply_id(*words_of(GIVEN_BACK)[0])
                row = record.Row(held.no, seq, number, transport, State.RETURNED, None)
                item = Item(held, (seq,), since)
                await claims.late(row, self._handoff.waits(item, Outcome(State.RETURNED)))
            held.unclaimed = 0

    def _has(self, package: int, seq: int) -> bool:
        """Whether a recipient belongs to what was fenced away: the package itself may be in our hands anew, from there on."""
        return any(held.no == package and held.has_claimed(seq) for held in self.packages)
