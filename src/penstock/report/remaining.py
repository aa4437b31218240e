"""What is left of a mailing, and why: who waits, who is kept back, and what was said to those who were put off."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql

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
    """Who is not settled. `withheld` of those that wait again are kept back by a kill switch on their domain or transport."""

    unbegun: int
    returned: int
    withheld: int
    put_off: list[PutOff]


def remaining(conn: psycopg.Connection[Any], mailing: int) -> Remaining:
    """Return what is left of a mailing that is not at its end; some ten milliseconds for any number of recipients."""
    row = conn.execute(
        "select unbegun, due_returned, due_withheld, due_deferred from delivery_facts(%s)", (mailing,)
    ).fetchone()
    assert row is not None
    unbegun, returned, withheld, deferred = row
    return Remaining(unbegun, returned, withheld, put_off(conn, mailing) if deferred else [])


def put_off(conn: psycopg.Connection[Any], mailing: int) -> list[PutOff]:
    """Return what was said to those who were put off, most frequent first."""
    with conn.cursor(row_factory=class_row(PutOff)) as cursor:
        return cursor.execute(
            sql("penstock.report", "put_off"), {"mailing": mailing, "looked": LOOKED_AT}
        ).fetchall()
