"""Who is meant by a mailing's audience rule: one condition, for the freeze and for whoever counts beforehand.

A rule is {"list": 3, "reached_by": [7], "not_reached_by": [5, 6]}: those on the list whom any of the mailings `reached_by` reached,
and none of the mailings `not_reached_by`. Reached: delivery_reached says who that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import psycopg

from penstock.audience.suppression import SUPPRESSED
from penstock.platform.database import sql

_REACHED: Final = "exists (select from delivery_reached(%(account)s, %({name})s) x where x.contact = c.id)"

_REACHED_AMONG: Final = (
    "exists (select from delivery_reached_among(%(account)s, %({name})s, {among}) x where x.contact = c.id)"
)


def condition(rule: Mapping[str, Any], among: str | None = None) -> str:
    """The condition in SQL over a contact `c`, with the parameters of `parameters`. The list is not part of it.

    among: an array of contacts in SQL, where only few are looked at: large mailings are not read as a whole for them.
    """
    reached = _REACHED if among is None else _REACHED_AMONG.replace("{among}", among)
    wanted = []
    if rule.get("reached_by") is not None:
        wanted.append(reached.format(name="reached_by"))
    if rule.get("not_reached_by"):
        wanted.append("not " + reached.format(name="not_reached_by"))
    return " and ".join(wanted) or "true"


def parameters(account: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """What `condition` and the statements around it need."""
    return {
        "account": account, "list": rule.get("list"),
        "reached_by": list(rule.get("reached_by") or []), "not_reached_by": list(rule.get("not_reached_by") or []),
    }  # fmt: skip


def complete(statement: str, rule: Mapping[str, Any]) -> str:
    """Put the conditions into the statement of this name: {suppressed} and {chosen}."""
    text = sql("penstock.delivery", statement)
    return text.replace("{suppressed}", SUPPRESSED).replace("{chosen}", condition(rule))


def count(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> int:
    """How many would get it now: as a freeze would choose them, the suppressed left out."""
    row = conn.execute(complete("count_chosen", rule), parameters(account, rule)).fetchone()
    return int(row[0]) if row else 0


def count_soon(
    conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any], milliseconds: int = 60
) -> int | None:
    """As `count`; None where it takes longer than that: who draws a page asks again behind it."""
    try:
        with conn.transaction():
            conn.execute("select set_config('statement_timeout', %s, true)", (f"{milliseconds}ms",))
            return count(conn, account, rule)
    except psycopg.errors.QueryCanceled:
        return None


def joined(conn: psycopg.Connection[Any], account: int, mailing: int, rule: Mapping[str, Any]) -> int:
    """How many the rule means now who are not in the ledger of `mailing`: they have come since its freeze."""
    given = {"mailing": mailing, **parameters(account, rule)}
    row = conn.execute(complete("count_joined", rule), given).fetchone()
    return int(row[0]) if row else 0


def joined_soon(
    conn: psycopg.Connection[Any], account: int, mailing: int, rule: Mapping[str, Any], milliseconds: int = 60
) -> int | None:
    """As `joined`; None where it takes longer than that."""
    try:
        with conn.transaction():
            conn.execute("select set_config('statement_timeout', %s, true)", (f"{milliseconds}ms",))
            return joined(conn, account, mailing, rule)
    except psycopg.errors.QueryCanceled:
        return None
