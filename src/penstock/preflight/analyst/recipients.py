"""The recipients that an analysis looks at: those whom a freeze would choose at this moment, read in portions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg import sql as statements

from penstock.audience.reach import Reach, by
from penstock.audience.variables import variable
from penstock.delivery import chosen
from penstock.platform.database import sql

PORTION: Final = 2_000
"""Recipients that are read at once: some milliseconds of the database's time."""


def choose(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> int:
    """Note who is meant by the rule, in a temporary table of the connection; return how many that are."""
    conn.execute("drop table if exists preflight_chosen")
    conn.execute("create temporary table preflight_chosen (contact integer primary key)")
    rule = chosen.ready(conn, account, rule)
    statement = sql("penstock.preflight", "choose").replace("{sendable}", chosen.sendable(rule))
    count = conn.execute(statement, chosen.parameters(account, rule)).rowcount
    conn.execute("analyze preflight_chosen")
    return count


def portions(
    conn: psycopg.Connection[Any], variables: Sequence[str], channel: str = "email"
) -> Iterator[list[tuple[int, tuple[str | None, ...]]]]:
    """Yield those chosen, by rising number: (contact, values), the values in the order of a program's variables.

    Each portion is a transaction of its own, so that nothing is held up; who was erased meanwhile is left out.
    """
    statement = _reading(variables, by(channel))
    after = 0
    while True:
        rows = conn.execute(statement, {"after": after, "limit": PORTION}).fetchall()
        if not rows:
            return
        yield [(row[0], row[2:]) for row in rows if row[1]]
        after = rows[-1][0]


def _reading(variables: Sequence[str], reach: Reach) -> statements.Composed:
    """The first of the variables is the address, or the number (penstock.content)."""
    values = [
        statements.SQL(reach.address),
        *(variable(name) for name in variables[1:]),
    ]
    return statements.SQL(
        "select p.contact, c.id is not null, {} from (select contact from preflight_chosen where contact > %(after)s"
        " order by contact limit %(limit)s) p left join audience_contact c on c.id = p.contact order by p.contact"
    ).format(statements.SQL(", ").join(values))
