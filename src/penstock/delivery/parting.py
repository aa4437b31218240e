"""How many parts the messages of recipients take: counted when they join a ledger, for packages are cut by it.

Nothing is counted of an e-mail: it is one. A short message whose parts do not depend on anybody's data is compiled once; else it is made
for everybody, without being sent (some ten thousand a second). Who is meant and how many parts each takes stands in a temporary table
of the transaction, so that everything after it reads the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import psycopg

from penstock.audience import reach
from penstock.audience.variables import variable
from penstock.content import messages
from penstock.content.message import MessageError
from penstock.content.sms.parts import parts_of
from penstock.content.sms.program import ShortProgram, program_for
from penstock.delivery.chosen import Audience
from penstock.delivery.cutting import People

PORTION: Final = 2000
"""Recipients that are read, and written, at a stretch."""
_MADE: Final = "pg_temp.meant x join audience_contact c on c.id = x.contact where true"


def people(conn: psycopg.Connection[Any], mailing: int, there: Audience, given: Mapping[str, Any]) -> People:
    """Return who of an audience gets the mailing, with the parts of each. In the caller's transaction."""
    if there.reach is reach.EMAIL:
        return People(there.sendable, given)
    conn.execute(
        "drop table if exists pg_temp.meant;"
        " create temp table meant (contact bigint primary key, parts smallint not null) on commit drop"
    )
    made = program(conn, mailing)
    if made is None or made.parts is not None:
        parts = made.parts if made else 1
        chosen = f"insert into pg_temp.meant select c.id, %(all_parts)s from {there.sendable}"
        conn.execute(chosen, {**given, "all_parts": parts}, prepare=False)
    else:
        for portion in _counted(conn, made, there, given):
            with conn.cursor().copy("copy pg_temp.meant (contact, parts) from stdin") as copy:
                for row in portion:
                    copy.write_row(row)
    conn.execute("analyze meant")
    return People(_MADE, given, reach=there.reach, twin=there.twin, parts="x.parts")


def program(conn: psycopg.Connection[Any], mailing: int) -> ShortProgram | None:
    """Return the message, compiled; None where it cannot be: then the lane says why, and interrupts the mailing."""
    row = conn.execute(
        "select m.message_id, a.policy || m.options from mailing_mailing m join account_account a on a.id = m.account_id where m.id = %s",
        (mailing,),
    ).fetchone()
    message = messages.load_message(conn, row[0]) if row else None
    try:
        return program_for(message, row[1]) if row and message else None
    except MessageError:
        return None


def _counted(
    conn: psycopg.Connection[Any], program: ShortProgram, there: Audience, given: Mapping[str, Any]
) -> Iterator[list[tuple[int, int]]]:
    """Yield everybody with the parts of their message, in portions; between two of them the connection is free."""
    with conn.cursor(name="parts_of_messages") as cursor:
        cursor.execute(
            f"select c.id, {values(conn, program, there.reach.normal)} from {there.sendable}", dict(given)
        )
        while rows := cursor.fetchmany(PORTION):
            parts = parts_of(program, (row[1:] for row in rows))
            yield [(row[0], number) for row, number in zip(rows, parts, strict=True)]


def values(conn: psycopg.Connection[Any], program: ShortProgram, address: str) -> str:
    """Return what a program reads of a contact `c`, in SQL: the first of its variables is the address."""
    attributes = (variable(name) for name in program.variables[1:])
    return ", ".join([address, *(each.as_string(conn) for each in attributes)])
