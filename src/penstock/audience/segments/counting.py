"""How many contacts a segment means now, and the first of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.audience.contacts import COLUMNS, Contact
from penstock.audience.segments.asker import indexed, moment
from penstock.audience.segments.compiling import Compiler, Indexed, Moment
from penstock.audience.segments.conditions import Condition, Event, Not, OnList, Reached
from penstock.audience.segments.hinting import Unknown, unknown

LONGEST: Final = 30.0
"""Seconds that anybody may wait for a count."""
FIRST: Final = 10
"""Contacts that are shown with it."""

_MEMBERS: Final = (
    "select count(*) from audience_membership m"
    " where m.list_id = (select id from audience_list where id = %(list)s and account_id = %(account)s)"
)
_EVERYBODY: Final = "select count(*) from audience_contact where account_id = %(account)s"


@dataclass(frozen=True, slots=True)
class Counted:
    """`count`: contacts that are meant, suppressed ones among them; None where it took too long. `first`: the first by number.

    `unknown`: where nobody is meant, the attributes that are asked for and that no contact has.
    """

    count: int | None
    first: list[Contact]
    unknown: list[Unknown] = field(default_factory=list)


def count(
    conn: psycopg.Connection[Any],
    account: int,
    condition: Condition,
    *,
    seconds: float = LONGEST,
    first: int = FIRST,
) -> Counted:
    """Count whom a condition means, for so many seconds at most, and show the first of them in what is left of the time."""
    now, sought = moment(conn, account), indexed(conn, account)
    found = _in_time(conn, *asked(account, condition, now, sought), seconds)
    if found is None:
        return Counted(None, [])
    number = int(found[0][0])
    if not number:
        return Counted(0, [], unknown(conn, account, condition))
    if not first:
        return Counted(number, [])
    compiler = Compiler(now, indexed=sought)
    wanted = f"c.account_id = %(account)s and {compiler.compile(condition)}"
    given = {"account": account, "limit": first, **compiler.parameters}
    rows = _in_time(
        conn,
        f"select {COLUMNS} from audience_contact c where {wanted} order by c.id limit %(limit)s",
        given,
        seconds,
        Contact,
    )
    return Counted(number, rows or [])


def asked(account: int, condition: Condition, now: Moment, sought: Indexed) -> tuple[str, dict[str, Any]]:
    """Return the SQL of the count, and its parameters.

    What is asked most, a list, an event or a mailing alone, is counted where it stands: nobody looks at the contacts, who are all there.
    """
    compiler, given = Compiler(now, indexed=sought), {"account": account}
    match condition:
        case OnList():
            return _MEMBERS, given | {"list": condition.list}
        case Not(OnList(list=number)):
            return f"select ({_EVERYBODY}) - ({_MEMBERS})", given | {"list": number}
        case Event():
            return compiler.of_event(condition), given | compiler.parameters
        case Reached(mailing=number):
            return (
                "select count(*) from delivery_reached(%(account)s, array[%(mailing)s]::integer[])",
                given | {"mailing": number},
            )
    wanted = compiler.compile(condition)
    return (
        f"select count(*) from audience_contact c where c.account_id = %(account)s and {wanted}",
        given | compiler.parameters,
    )


def _in_time(
    conn: psycopg.Connection[Any],
    statement: str,
    given: dict[str, Any],
    seconds: float,
    shape: type[Any] | None = None,
) -> list[Any] | None:
    """Return the rows; None where it takes longer. Memory enough for a hash over a million contacts, so that none is sorted on disk."""
    try:
        with conn.transaction():
            conn.execute(
                "select set_config('statement_timeout', %s, true)", (f"{max(1, int(seconds * 1000))}ms",)
            )
            conn.execute("set local work_mem = '64MB'")
            with conn.cursor(row_factory=class_row(shape)) if shape else conn.cursor() as cursor:
                return cursor.execute(statement, given, prepare=False).fetchall()
    except psycopg.errors.QueryCanceled:
        return None
