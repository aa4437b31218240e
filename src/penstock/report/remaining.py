"""What is left of a mailing, and why: who waits, who is kept back, and what was said to those who were put off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql

_SHUT = (
    "select count(*), min(due_at) from delivery_due where mailing = %s and closed is null and why = 'returned'"
    " and due_at > now() and isfinite(due_at)"
)
LOOKED_AT = 1000
"""So many of those who were put off are asked what was said to them; those due first."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """An answer that put people off, and how many of those looked at got it. `code` 0: our own words."""

    code: int
    enhanced: str
    text: str
    people: int


@dataclass(frozen=True)
class Remaining:
    """Who is not settled. `withheld` of those that wait again are kept back by a kill switch on their domain or transport; `shut` wait for
    the sending hours of their country, the first of them until `opens_at`. Of the `unbegun`, `closed` wait for the same, and the plan
    wants `planned` later, the first of them at `planned_at`; `held` wait until a canary is judged."""

    unbegun: int
    returned: int
    withheld: int
    put_off: list[PutOff]
    shut: int = 0
    opens_at: datetime | None = None
    planned: int = 0
    planned_at: datetime | None = None
    closed: int = 0
    held: int = 0

    @property
    def turn(self) -> int:
        """Those who may go now, as fast as it goes."""
        return max(0, self.unbegun - self.planned - self.closed - self.held)

    @property
    def back(self) -> int:
        """Those who came back from a sender that stopped, and go first."""
        return max(0, self.returned - self.withheld - self.shut)

    @property
    def hours(self) -> int:
        """Those who wait for the sending hours of their country, or the end of their quiet hours."""
        return self.shut + self.closed

    def figures(self) -> dict[str, int | datetime | None]:
        """Return what the faces tell of those who wait: together they are the `waiting` of the ledger."""
        return {
            "turn": self.turn + self.back, "planned": self.planned, "planned_at": self.planned_at, "hours": self.hours,
            "opens_at": self.opens_at, "held": self.held, "withheld": self.withheld,
        }  # fmt: skip


NOBODY = Remaining(0, 0, 0, [])
"""Of a mailing that nobody waits for."""


def remaining(conn: psycopg.Connection[Any], mailing: int) -> Remaining:
    """Return what is left of a mailing that is not at its end; some ten milliseconds for any number of recipients."""
    row = conn.execute(
        "select unbegun, due_returned, due_withheld, due_deferred from delivery_facts(%s)", (mailing,)
    ).fetchone()
    assert row is not None
    unbegun, returned, withheld, deferred = row
    said = put_off(conn, mailing) if deferred else []
    shut, reopens = (conn.execute(_SHUT, (mailing,)).fetchone() if returned else None) or (0, None)
    ahead = (
        conn.execute(sql("penstock.report", "ahead"), {"mailing": mailing}).fetchone() if unbegun else None
    )
    planned, planned_at, closed, opens, held = ahead or (0, None, 0, None, 0)
    first = min((at for at in (reopens, opens) if at), default=None)
    return Remaining(unbegun, returned, withheld, said, shut, first, planned, planned_at, closed, held)


def put_off(conn: psycopg.Connection[Any], mailing: int) -> list[PutOff]:
    """Return what was said to those who were put off, most frequent first."""
    with conn.cursor(row_factory=class_row(PutOff)) as cursor:
        return cursor.execute(
            sql("penstock.report", "put_off"), {"mailing": mailing, "looked": LOOKED_AT}
        ).fetchall()
