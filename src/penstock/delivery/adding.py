"""Recipients who join a ledger that is frozen: steps of chains, and whoever joined the audience during a pause.

Nobody stands in a ledger twice, by address; numbers and packages go on where they ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from penstock.account.credits.settling import settle
from penstock.account.policy import tolerant
from penstock.audience import reach
from penstock.delivery import canary, capping, cutting, parting, passing
from penstock.delivery.chosen import Audience
from penstock.delivery.cutting import End
from penstock.mailing import control, gate
from penstock.mailing.timeline import Pace
from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Added:
    """How many joined, and how many stand in the ledger as skipped since: suppressed, or capped, before they were sent to."""

    new: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of the ledger that is added to. `has_skipped`: some were skipped when it was frozen."""

    account: int
    size: int
    plan: dict[str, Any] | None
    zone: str
    policy: dict[str, Any]
    now: datetime
    has_skipped: bool
    channel: str

    def means(self, people: str) -> Audience:
        """Return the audience that contacts `c` (SQL, as it stands behind `from`) are of this mailing."""
        per_contact = tolerant(self.policy).duplicates == "per_contact"
        return Audience(people, reach.by(self.channel), per_contact)

    @property
    def pace(self) -> Pace:
        """How its mailing is spread over time."""
        return cutting.pace_of(self.plan, self.zone, self.policy, self.channel)


def add(
    conn: psycopg.Connection[Any], mailing: int, who: str, given: Mapping[str, Any], *,
    release_at: datetime | None = None,
) -> Added:  # fmt: skip
    """Add those contacts to a mailing whose numbers (column `id`) the SQL query `who` gives, with its parameters `given`.

    Who stands in the ledger already is left out. They may go at `release_at`, else at once, but not in their quiet hours. Takes
    the gate; in the caller's transaction, where there is one. Nothing is done to a mailing that is not frozen or has ended.
    Raises credits.settling.Lacking, and then nothing was added.
    """
    with gate.shut(conn, mailing):
        ledger = ledger_of(conn, mailing)
        if ledger is None:
            return Added()
        pace = replace(ledger.pace, batches=None, wall=None)
        people = f"audience_contact c where c.account_id = %(account)s and c.id in ({who})"
        asked = {**given, "account": ledger.account, "mailing": mailing}
        start, end = release_at or ledger.now, cutting.end_of(conn, mailing)
        return write(conn, mailing, ledger, ledger.means(people), asked, pace, start, end)


def ledger_of(conn: psycopg.Connection[Any], mailing: int) -> Ledger | None:
    """Read what adding needs; None where nobody can be added."""
    row = conn.execute(sql("penstock.delivery", "adding_what"), {"mailing": mailing}).fetchone()
    return Ledger(*row) if row else None


def write(
    conn: psycopg.Connection[Any], mailing: int, ledger: Ledger, people: Audience, given: Mapping[str, Any], pace: Pace,
    start: datetime, end: End, *, with_skipped: bool = True,
) -> Added:  # fmt: skip
    """Add `people` (and, as skipped, those of them who do not get it) at this pace. The caller is alone with the mailing."""
    people = _new_to(ledger, people)
    capped = capping.capped(conn, mailing, ledger.account, ledger.policy, people.reach, people.meant, given)
    people = replace(people, capped=capped)
    new = cutting.cut(
        conn, mailing, parting.people(conn, mailing, people, given), pace,
        start=start, size=ledger.size, lanes=cutting.lanes(conn, mailing), after=end,
    )  # fmt: skip
    skipped = _skip(conn, mailing, people, given) if with_skipped else 0
    if new + skipped:
        canary.hold_new(conn, mailing)
        # The gate before the balance, as everywhere: who cancels it has that already, and would wait for us with the balance next.
        with gate.shut(conn, mailing):
            settle(conn, mailing, control.SYSTEM.name, control.SYSTEM.door, reserve=True)
        _tell(conn, mailing)
    return Added(new, skipped)


def _new_to(ledger: Ledger, people: Audience) -> Audience:
    """Return those of `people` who are new to the ledger: it knows neither the address, nor the pseudonym of who was erased once.

    Where several contacts may have one address the ledger answers for each: who comes second is passed over as a duplicate.
    """
    known = _stands(ledger, people.reach.normal, people.same)
    again = (
        'exists (select from audience_returned b join delivery_recipient r on r.normal = b.pseudonym collate "default"'
        " where b.contact = c.id and r.mailing = %(mailing)s and {})"
    )
    known += [again.format("r.package > 0"), again.format("r.package = 0")]
    if not people.once:
        return replace(people, meant=" and not ".join([people.meant, *known]))
    itself = _stands(ledger, f"coalesce({people.reach.normal}, c.normal)", "r.contact = c.id")
    return replace(people, meant=" and not ".join([people.meant, *itself]), taken=f"({' or '.join(known)})")


def _stands(ledger: Ledger, normal: str, same: str) -> list[str]:
    """The conditions that a contact `c` stands in the ledger under this address; those skipped by the freeze have an index of their own."""
    known = f"exists (select from delivery_recipient r where r.mailing = %(mailing)s and r.normal = {normal} and {same} and {{}})"
    return [known.format("r.package > 0")] + [known.format("r.package = 0")] * ledger.has_skipped


def _skip(conn: psycopg.Connection[Any], mailing: int, people: Audience, given: Mapping[str, Any]) -> int:
    """Pass over the others: whoever has just joined stands in the ledger, and is new to it no longer."""
    end = cutting.end_of(conn, mailing)
    return passing.over(conn, mailing, people, given, last_seq=end.seq, no=end.no + 1)


def _tell(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Senders find out at once, not when they look next."""
    conn.execute(
        "select pg_notify(%s, id || ' ' || state || ' ' || version) from mailing_mailing where id = %s",
        (control.CHANNEL, mailing),
    )
