"""Who is meant by a mailing's audience rule: one condition, for the freeze and for whoever counts beforehand.

A rule is {"list": 3, "segment": 2, "not_segment": [4], "reached_by": [7], "not_reached_by": [5, 6]}: those on the list (without one,
all contacts) whom the segment means and none of `not_segment`, whom any of the mailings `reached_by` reached, and none of
`not_reached_by`. Reached: delivery_reached says who that is. Before it is asked, a rule is made `ready`: its segments are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import psycopg

from penstock.audience.segments import asker, keeping
from penstock.audience.suppression import SUPPRESSED
from penstock.delivery.expecting import expected
from penstock.mailing import step
from penstock.platform.database import sql

_REACHED: Final = "exists (select from delivery_reached(%(account)s, %({name})s) x where x.contact = c.id)"

_REACHED_AMONG: Final = (
    "exists (select from delivery_reached_among(%(account)s, %({name})s, {among}) x where x.contact = c.id)"
)
_EVERYBODY: Final = "true"
"""The condition of a rule that names nothing beside its list."""
_SEGMENTS: Final = "segments, ready to be asked"
"""The key under which a rule that is ready has them; a rule as it is stored has no such key."""


def ready(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the rule with what its segments say: as they were at submission, where it has that (`definitions`), else as they are.

    Of a step of a chain: whom it may reach, as far as that can be said now (expecting). Costs nothing where it names no segment and is no
    step's, or is ready already. Raises UnknownSegment.
    """
    if step.earlier(rule) is not None:
        rule = expected(conn, account, rule)
    if _SEGMENTS in rule or not keeping.named_by(rule):
        return rule
    kept = rule.get("definitions") or keeping.as_they_are(conn, account, rule) or {}
    return {**rule, _SEGMENTS: asker.ready(conn, account, kept)}


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
    wanted += [text for text, _ in _segments(rule, among)]
    return " and ".join(wanted) or _EVERYBODY


def parameters(account: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """What `condition` and the statements around it need."""
    given = {
        "account": account, "list": rule.get("list"),
        "reached_by": list(rule.get("reached_by") or []), "not_reached_by": list(rule.get("not_reached_by") or []),
    }  # fmt: skip
    for _, more in _segments(rule, None):
        given |= more
    return given


def people(rule: Mapping[str, Any]) -> str:
    """The contacts `c` that are looked at, as it stands behind `from`: those on the list, without one all of the account."""
    if rule.get("list") is None:
        return "audience_contact c where c.account_id = %(account)s"
    return (
        "audience_membership m join audience_contact c on c.id = m.contact_id"
        " where m.list_id = %(list)s and c.account_id = %(account)s"
    )


def sendable(rule: Mapping[str, Any], excluded: str = SUPPRESSED) -> str:
    """As `people`, those only who are meant and not `excluded`; the rule has to be ready."""
    return f"{people(rule)} and {condition(rule)} and not {excluded}"


def _segments(rule: Mapping[str, Any], among: str | None) -> list[tuple[str, dict[str, Any]]]:
    """The SQL of each segment that the rule names, and its parameters: the same ones each time."""
    numbers = keeping.named_by(rule)
    if not numbers:
        return []
    found: asker.Asker = rule[_SEGMENTS]
    excluded = len(numbers) - len(rule.get("not_segment") or [])
    return [found.sql(number, among=among, negated=n >= excluded) for n, number in enumerate(numbers)]


def complete(statement: str, rule: Mapping[str, Any], excluded: str = SUPPRESSED) -> str:
    """Put the conditions into the statement of this name: {people}, {suppressed} (or whoever else is `excluded`) and {chosen}."""
    text = sql("penstock.delivery", statement)
    text = text.replace("{suppressed}", excluded).replace("{people}", people(rule))
    return text.replace("{chosen}", condition(rule))


def count(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> int:
    """How many would get it now: as a freeze would choose them, the suppressed left out."""
    rule = ready(conn, account, rule)
    whole_list = rule.get("list") is not None and condition(rule) == _EVERYBODY
    text = sql("penstock.delivery", "count_plain") if whole_list else complete("count_chosen", rule)
    row = conn.execute(text, parameters(account, rule), prepare=False).fetchone()
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
    rule = ready(conn, account, rule)
    given = {"mailing": mailing, **parameters(account, rule)}
    row = conn.execute(complete("count_joined", rule), given, prepare=False).fetchone()
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
