"""The freeze: the audience becomes the ledger, cut into packages. One transaction: all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import errors

from penstock.account.credits.settling import Lacking
from penstock.account.policy import tolerant
from penstock.audience import reach
from penstock.delivery import canary, capping, chosen, clock, cutting, parting, passing, resuming
from penstock.mailing import control, step
from penstock.mailing.guards.credit import lacking
from penstock.platform.database import sql

LOCK: Final = 7004
"""First key of the advisory lock that keeps two tickers from freezing one mailing at a time."""

INTERRUPTING: Final = {
    "empty_audience": "empty_audience",
    "audience_drift": "audience_drift",
    **clock.INTERRUPTING,
}
"""What keeps a mailing whose audience is written from going out, by the refusal's code: the reason of its interruption."""


@dataclass
class Frozen:
    """What is to be frozen, as it stands in the mailing."""

    frozen: bool
    account: int
    rule: dict[str, Any]
    size: int
    plan: dict[str, Any] | None
    zone: str
    policy: dict[str, Any]
    now: datetime
    waits: bool


def prepare(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Freeze a starting mailing and let it send; with nobody to send to, or too many or few of them, or what must hold at a launch gone, interrupt it."""
    try:
        if not freeze(conn, mailing):
            return
    except Lacking as short:  # for those who joined a mailing that is sent on
        clock.interrupt(conn, mailing, "credits", lacking(short.needed, short.available))
        return
    try:
        control.command(conn, mailing, "prepared", control.SYSTEM)
    except control.Refused as refused:
        if code := INTERRUPTING.get(refused.code):
            clock.interrupt(conn, mailing, code, str(refused))


def freeze(conn: psycopg.Connection[Any], mailing: int) -> bool:
    """Write the ledger of `mailing` unless it is written; False when that has to wait, or it starts no longer."""
    newest = _newest_suppression(conn)
    try:
        with capping.alone(conn, mailing):
            return _write(conn, mailing, newest)
    except (errors.SerializationFailure, errors.UniqueViolation):
        return False  # paused or cancelled while we wrote, or written by somebody else just before


def _write(conn: psycopg.Connection[Any], mailing: int, newest: int) -> bool:
    empty = False
    with conn.transaction() as transaction:
        # One snapshot for all statements: who is suppressed or lifted meanwhile stands on one side, not on both or none.
        conn.execute("set transaction isolation level repeatable read")
        locked = conn.execute("select pg_try_advisory_xact_lock(%s, %s)", (LOCK, mailing)).fetchone()
        row = conn.execute(sql("penstock.delivery", "freeze_what"), {"mailing": mailing}).fetchone()
        if not locked or not locked[0] or row is None:
            return False
        what = Frozen(*row)
        if what.frozen:
            resuming.before_start(conn, mailing)
            return True
        if what.waits:
            return False  # looked at again at the next tick
        count = _people(conn, mailing, what)
        # A step of a chain begins with nobody: they join it as their delay runs out (delivery.steps).
        if not count and step.earlier(what.rule) is None:
            empty = True  # nothing is kept, so that a resume finds those who have come meanwhile
            raise psycopg.Rollback(transaction)
        capping.keep(conn, mailing, what.policy)
        canary.begin(conn, mailing)
        given = {"mailing": mailing, "newest": newest}
        if conn.execute(sql("penstock.delivery", "freeze_done"), given).rowcount != 1:
            raise psycopg.Rollback(transaction)  # cancelled meanwhile: it has no audience
        return True
    return empty


def _people(conn: psycopg.Connection[Any], mailing: int, what: Frozen) -> int:
    """Write everybody who is meant, the suppressed as skipped; return how many. One predicate says who is meant, and one who is
    suppressed, here and wherever else it is asked."""
    if step.earlier(what.rule) is not None:
        return 0
    rule = chosen.ready(conn, what.account, what.rule)
    pace = cutting.pace_of(what.plan, what.zone, what.policy, reach.of(rule).channel)
    given = {"mailing": mailing, "size": what.size, **chosen.parameters(what.account, rule)}
    capped = capping.capped(conn, mailing, what.account, what.policy, reach.of(rule))
    audience = chosen.audience(rule, capped)
    people = parting.people(conn, mailing, audience, given)
    lanes = cutting.lanes(conn, mailing, people, tolerant(what.policy).lane_size)
    if pace.is_plain and not lanes and people.is_plain:
        count = conn.execute(people.told("freeze_sendable"), given).rowcount
        conn.execute(sql("penstock.delivery", "freeze_packages"), given)
    else:
        count = cutting.cut(conn, mailing, people, pace, start=what.now, size=what.size, lanes=lanes)
    return count + passing.over(conn, mailing, audience, given, last_seq=count, no=0)


def _newest_suppression(conn: psycopg.Connection[Any]) -> int:
    """The newest suppression that the freeze is sure to see; claims ask for those after it.

    The lock waits for whoever is writing one: its number may be lower than one that is committed already.
    """
    with conn.transaction():
        conn.execute("lock table audience_suppression in share mode")
        row = conn.execute("select coalesce(max(id), 0) from audience_suppression").fetchone()
    return int(row[0]) if row else 0
