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
    the sending hours of their country, the first of them until `opens_at`."""

    unbegun: int
    returned: int
    withheld: int
    put_off: list[PutOff]
    shut: int = 0
    opens_at: datetime | None = None


def remaining(conn: psycopg.Connection[Any], mailing: int) -> Remaining:
    """Return what is left of a mailing that is not at its end; some ten milliseconds for any number of recipients."""
    row = conn.execute(
        "select unbegun, due_returned, due_withheld, due_deferred from delivery_facts(%s)", (mailing,)
    ).fetchone()
    assert row is not None
    unbegun, returned, withheld, deferred = row
    said = put_off(conn, mailing) if deferred else []
    later = conn.execute(_SHUT, (mailing,)).fetchone() if returned else None
    return Remaining(unbegun, returned, withheld, said, *(later or (0, None)))


def put_off(conn: psycopg.Connection[Any], mailing: int) -> list[PutOff]:
    """Return what was said to those who were put off, most frequent first."""
    with conn.cursor(row_factory=class_row(PutOff)) as cursor:
        return cursor.execute(
            sql("penstock.report", "put_off"), {"mailing": mailing, "looked": LOOKED_AT}
        ).fetchall()
