"""Steps of chains: who of the earlier step's recipients has waited for the delay is judged, and joins the ledger of the step.

A step is scheduled until the first of them is there, is sent as long as somebody may come, and takes them in as their delay runs out. Who is
judged is decided by what had happened when the delay was over, so it does not matter when somebody looks, or how often.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.account.credits.settling import Lacking
from penstock.delivery import adding, capping, chosen, clock
from penstock.mailing import step
from penstock.mailing.guards.credit import lacking
from penstock.mailing.states import State
from penstock.mailing.step import Condition
from penstock.platform import database
from penstock.platform.database import sql

log = logging.getLogger(__name__)

REST: Final = 10.0
"""Seconds between two looks at a package whose delays run out one after the other: so late somebody may be."""
MOST: Final = 20
"""Packages that are looked at for one step in one tick, so that the clock goes on."""

_OPENED: Final = ("opened", "viewed", "clicked")
_CLICKED: Final = ("clicked",)
EVENTS: Final = {
    Condition.OPENED: (_OPENED, False), Condition.NOT_OPENED: (_OPENED, True),
    Condition.CLICKED: (_CLICKED, False), Condition.NOT_CLICKED: (_CLICKED, True),
}  # fmt: skip
"""The events that a condition asks for, and whether it is met by who did none of them."""


@dataclass(frozen=True)
class Waiting:
    """A step that waits for somebody. `delay` is in seconds."""

    id: int
    state: str
    account: int
    audience: dict[str, Any]
    delay: int


@dataclass(frozen=True)
class Judged:
    """One package of the earlier step: how many were judged, and the contacts of those who are to get the step."""

    earlier: int
    package: int
    count: int
    contacts: list[int]


def look(conn: psycopg.Connection[Any]) -> int:
    """See to every step of every chain; return how many recipients have joined one. Can be repeated."""
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        waiting = cursor.execute(sql("penstock.delivery", "steps")).fetchall()
    joined = 0
    for each in waiting:
        try:
            joined += _attend(conn, each)
        except Lacking as short:
            text = lacking(short.needed, short.available)
            clock.interrupt(conn, each.id, "credits", text, credits_needed=short.needed)
        except database.AWAY:
            raise
        except Exception:  # one mailing's trouble must not stop the others; it is tried again
            log.exception("mailing %s: the step failed", each.id)
    return joined


def _attend(conn: psycopg.Connection[Any], waiting: Waiting) -> int:
    given = {"step": waiting.id, "delay": waiting.delay, "rest": REST, "most": MOST}
    joined = 0
    for earlier, package in conn.execute(sql("penstock.delivery", "step_packages"), given).fetchall():
        with capping.alone(conn, waiting.id), conn.transaction():
            judged = _judge(conn, waiting, earlier, package)
            if waiting.state == State.SENDING:
                joined += _join(conn, waiting, judged.contacts)
            if waiting.state == State.SENDING or not judged.contacts:
                _note(conn, waiting, judged)
        if waiting.state == State.SCHEDULED and judged.contacts:
            break  # it starts; once it is being sent they join it
    else:
        if waiting.state != State.SCHEDULED or _to_come(conn, waiting.id):
            return joined
    clock.bring(conn, waiting.id, "due")
    return joined


def _judge(conn: psycopg.Connection[Any], waiting: Waiting, earlier: int, package: int) -> Judged:
    condition = step.condition(waiting.audience)
    kinds, negated = EVENTS.get(condition, (None, False))
    given = {
        "earlier": earlier, "package": package, "delay": waiting.delay, "bounced": condition is Condition.BOUNCED,
        "kinds": list(kinds) if kinds else None, "negated": negated,
    }  # fmt: skip
    row = conn.execute(sql("penstock.delivery", "step_judge"), given).fetchone()
    assert row is not None
    count, contacts = row
    return Judged(earlier, package, count, _narrowed(conn, waiting, contacts))


def _narrowed(conn: psycopg.Connection[Any], waiting: Waiting, contacts: list[int]) -> list[int]:
    """Those of the contacts whom the rest of the audience rule means as well."""
    rule = {name: value for name, value in waiting.audience.items() if name not in step.KEYS}
    if not contacts or not rule:
        return contacts
    rule = dict(chosen.ready(conn, waiting.account, rule))
    rows = conn.execute(
        sql("penstock.delivery", "step_narrowed").replace("{chosen}", chosen.condition(rule, "%(contacts)s::bigint[]")),
        {**chosen.parameters(waiting.account, rule), "contacts": contacts},
    ).fetchall()  # fmt: skip
    return [number for (number,) in rows]


def _join(conn: psycopg.Connection[Any], waiting: Waiting, contacts: list[int]) -> int:
    if not contacts:
        return 0
    who = "select unnest(%(contacts)s::bigint[]) as id"
    return adding.add(conn, waiting.id, who, {"contacts": contacts}).new


def _note(conn: psycopg.Connection[Any], waiting: Waiting, judged: Judged) -> None:
    given = {"step": waiting.id, "earlier": judged.earlier, "package": judged.package, "judged": judged.count}
    conn.execute(sql("penstock.delivery", "step_judged"), given)


def _to_come(conn: psycopg.Connection[Any], mailing: int) -> bool:
    row = conn.execute("select to_come from delivery_step(%s)", (mailing,)).fetchone()
    return bool(row and row[0])
