"""The canary (B7): the first recipients go ahead, the others are held until it is seen what became of those.

Cut and held in the freeze, in the ledger (delivery_canary); judged by the ticker when the wait is over; either the others go as
they are planned, or the mailing is interrupted, and a resume sends another canary ahead. No sample is no verdict: while more than
half of it were given back untried and wait again, it is waited for those; where nobody was tried at all, the next ones go ahead.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from penstock.account.policy import Policy, tolerant
from penstock.delivery import clock, cutting, retiming, tripping
from penstock.delivery.breaker import Counted, judge_canary
from penstock.mailing import control, holding
from penstock.mailing.guards.known import HELD_BY_CANARY
from penstock.platform.database import sql

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Canary:
    """One that is not judged yet: `size` recipients ahead, `held` waiting, `tried` of the first; `again`: of these wait once more,
    where they are more than half. `handed`: when the last was handed over or given back; `over`: when the last went again, if so."""

    mailing: int
    said: dict[str, Any] | None  # what the mailing says of itself: code, text
    policy: dict[str, Any]
    plan: dict[str, Any] | None
    zone: str  # of the account
    size: int
    held: int
    tried: int
    again: int
    handed: datetime | None
    over: datetime | None
    channel: str

    @property
    def wait(self) -> timedelta:
        """From the end of the canary to its judgement."""
        return timedelta(minutes=tolerant(self.policy).canary_wait)

    def is_ripe(self, now: datetime) -> bool:
        """Whether it can be judged: there is a sample and its wait is over, or there will be none, for all were skipped."""
        if self.over is None or self.again * 2 > self.size:
            return False
        return self.over + self.wait <= now or not (self.tried or self.again)


def begin(conn: psycopg.Connection[Any], mailing: int) -> int:
    """Send so many of a mailing that is being frozen ahead as its policy says, and hold the others; return how many."""
    row = conn.execute(sql("penstock.delivery", "begin_canary"), {"mailing": mailing}).fetchone()
    return int(row[0]) if row else 0


def hold_new(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Hold those back who joined the ledger while its canary is awaited; in the transaction that added them."""
    conn.execute(sql("penstock.delivery", "hold_new"), {"mailing": mailing})


def over_at(conn: psycopg.Connection[Any], mailing: int) -> datetime | None:
    """Return when those who are held may go at the earliest, if the canary is good; None: nobody is held for one."""
    given = {"mailing": mailing, "wait": Policy().canary_wait}
    row = conn.execute(sql("penstock.delivery", "canary_over"), given).fetchone()
    return row[0] if row else None


def look(conn: psycopg.Connection[Any]) -> int:
    """Say what is awaited, and judge whose wait is over; return how many mailings have something to claim since."""
    freed = 0
    for row in conn.execute(sql("penstock.delivery", "canaries")).fetchall():
        freed += _look(conn, Canary(*row))
    return freed


def _look(conn: psycopg.Connection[Any], canary: Canary) -> bool:
    if not canary.held:  # all held ones were ended, or are gone
        conn.execute("select delivery_canary_passed(%s)", (canary.mailing,))
        return False
    if not canary.is_ripe(_now(conn)):
        _say(conn, canary)
        return False
    found = _counted(conn, canary.mailing)
    if trip := judge_canary(found, tripping.limits(canary.policy)):
        clock.interrupt(conn, canary.mailing, trip.code, trip.text, canary_failed=True)
        return False
    if not found.settled + found.deferred and 0 < tolerant(canary.policy).canary_size < canary.held:
        return _next(conn, canary)
    return _pass(conn, canary, found)


def _counted(conn: psycopg.Connection[Any], mailing: int) -> Counted:
    """What became of it."""
    row = conn.execute(sql("penstock.delivery", "canary_counted"), {"mailing": mailing}).fetchone()
    assert row is not None
    settled, bounced, complained, deferred, unmade = row
    return Counted(settled, bounced, complained, unmade, deferred)


def _next(conn: psycopg.Connection[Any], canary: Canary) -> bool:
    """Nobody was tried, all were skipped meanwhile: send the next ones ahead."""
    text = (
        f"Nobody of the {canary.size:,} recipients of its canary was tried: they were skipped when it was their turn. The next"
        f" {tolerant(canary.policy).canary_size:,} go ahead; the others follow by themselves when those are judged good,"
        f" {_minutes(canary)} after the last of them."
    )
    return _command(conn, canary, "next_canary", text, code=HELD_BY_CANARY)


def _pass(conn: psycopg.Connection[Any], canary: Canary, found: Counted) -> bool:
    text = (
        f"Canary judged good: of {canary.size:,} recipients {found.bounced:,} bounced, {found.complained:,} complained and"
        f" {found.deferred:,} are put off. The other {canary.held:,} go."
    )
    if not found.settled + found.deferred:
        text = (
            f"Nobody of the {canary.size:,} recipients of its canary was tried: they were skipped when it was their turn. The last"
            f" {canary.held:,} go, for they are no more than a canary."
        )
    with conn.transaction():
        if passed := _command(conn, canary, "pass_canary", text):
            _retime(conn, canary)
    return passed


def _retime(conn: psycopg.Connection[Any], canary: Canary) -> None:
    """Batches and zones whose time came while they were held go as after a pause, so that no two batches go at once."""
    assert canary.handed is not None
    pace = cutting.pace_of(canary.plan, canary.zone, canary.policy, canary.channel)
    shift = tolerant(canary.policy).throttle_after_pause == "shift"
    retiming.after_pause(conn, canary.mailing, pace, canary.handed, _now(conn), shift=shift)


def _say(conn: psycopg.Connection[Any], canary: Canary) -> None:
    """Have the mailing say whom it waits for: once, and again when it waits for other ones; why it is as it is stands there."""
    follow = f"the other {canary.held:,} follow by themselves when it is judged good, {_minutes(canary)} after the last of it."
    text = f"{canary.size:,} recipients go ahead as a canary; {follow}"
    if canary.again * 2 > canary.size:
        text = f"{canary.again:,} of the {canary.size:,} recipients of its canary were given back before they were tried, and wait again; {follow}"
    code = (canary.said or {}).get("code") or ""
    if not code.startswith("held:"):
        _command(conn, canary, "await_canary", text, code=HELD_BY_CANARY)
    elif canary.again * 2 > canary.size:
        holding.restate(conn, canary.mailing, text, HELD_BY_CANARY)


def _minutes(canary: Canary) -> str:
    minutes = int(canary.wait.total_seconds() // 60)
    return f"{minutes:,} minute{'' if minutes == 1 else 's'}"


def _command(
    conn: psycopg.Connection[Any], canary: Canary, name: str, text: str, code: str | None = None
) -> bool:
    """Give a command of the system; False when it was stopped meanwhile: it is looked at again when it goes on."""
    try:
        control.command(conn, canary.mailing, name, control.SYSTEM, reason=text, code=code)
    except (control.Refused, control.NotFound):
        return False
    return True


def _now(conn: psycopg.Connection[Any]) -> datetime:
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    return row[0]
