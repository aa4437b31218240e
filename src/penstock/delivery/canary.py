"""The canary (B7): the first recipients go ahead, the others are held until it is seen what became of those.

Cut and held in the freeze, in the ledger (delivery_canary); judged by the ticker when the wait is over; either the others go as
they are planned, or the mailing is interrupted, and a resume sends another canary ahead.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from penstock.account.policy import tolerant
from penstock.delivery import clock, cutting, retiming, tripping
from penstock.delivery.breaker import Counted, judge_canary
from penstock.mailing import control
from penstock.mailing.guards.known import HELD_BY_CANARY
from penstock.platform.database import sql

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Canary:
    """One that is not judged yet: `size` recipients ahead, `held` waiting; `over`: when the last of them was handed over, if it was."""

    mailing: int
    said: str | None  # the code of what the mailing says of itself
    policy: dict[str, Any]
    plan: dict[str, Any] | None
    zone: str  # of the account
    size: int
    held: int
    over: datetime | None

    @property
    def wait(self) -> timedelta:
        """From the end of the canary to its judgement."""
        return timedelta(minutes=tolerant(self.policy).canary_wait)


def begin(conn: psycopg.Connection[Any], mailing: int) -> int:
    """Send so many of a mailing that is being frozen ahead as its policy says, and hold the others; return how many."""
    row = conn.execute(sql("penstock.delivery", "begin_canary"), {"mailing": mailing}).fetchone()
    return int(row[0]) if row else 0


def hold_new(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Hold those back who joined the ledger while its canary is awaited; in the transaction that added them."""
    conn.execute(sql("penstock.delivery", "hold_new"), {"mailing": mailing})


def look(conn: psycopg.Connection[Any]) -> int:
    """Say what is awaited, and judge whose wait is over; return how many mailings have something to claim since."""
    freed = 0
    for row in conn.execute(sql("penstock.delivery", "canaries")).fetchall():
        freed += _look(conn, Canary(*row))
    return freed


def _look(conn: psycopg.Connection[Any], canary: Canary) -> bool:
    now = _now(conn)
    if not canary.held:  # all held ones were ended, or are gone
        conn.execute("select delivery_canary_passed(%s)", (canary.mailing,))
        return False
    if canary.over is None or canary.over + canary.wait > now:
        _say(conn, canary)
        return False
    found = _counted(conn, canary.mailing)
    if trip := judge_canary(found, tripping.limits(canary.policy)):
        clock.interrupt(conn, canary.mailing, trip.code, trip.text, canary_failed=True)
        return False
    return _pass(conn, canary, found)


def _counted(conn: psycopg.Connection[Any], mailing: int) -> Counted:
    """What became of it."""
    row = conn.execute(sql("penstock.delivery", "canary_counted"), {"mailing": mailing}).fetchone()
    assert row is not None
    settled, bounced, complained, deferred = row
    return Counted(settled, bounced, complained, deferred=deferred)


def _pass(conn: psycopg.Connection[Any], canary: Canary, found: Counted) -> bool:
    text = (
        f"Canary judged good: of {canary.size:,} recipients {found.bounced:,} bounced, {found.complained:,} complained and"
        f" {found.deferred:,} are put off. The other {canary.held:,} go."
    )
    try:
        with conn.transaction():
            control.command(conn, canary.mailing, "pass_canary", control.SYSTEM, reason=text)
            _retime(conn, canary)
    except (control.Refused, control.NotFound):
        return False  # stopped meanwhile: judged again when it goes on
    return True


def _retime(conn: psycopg.Connection[Any], canary: Canary) -> None:
    """Batches and zones whose time came while they were held go as after a pause, so that no two batches go at once."""
    assert canary.over is not None
    pace = cutting.pace_of(canary.plan, canary.zone, canary.policy)
    shift = tolerant(canary.policy).throttle_after_pause == "shift"
    retiming.after_pause(conn, canary.mailing, pace, canary.over, _now(conn), shift=shift)


def _say(conn: psycopg.Connection[Any], canary: Canary) -> None:
    """Have the mailing say whom it waits for, once; why it is as it is stands there."""
    if (canary.said or "").startswith("held:"):
        return
    minutes = int(canary.wait.total_seconds() // 60)
    text = (
        f"{canary.size:,} recipients go ahead as a canary; the other {canary.held:,} follow by themselves when it is judged good,"
        f" {minutes} minute{'' if minutes == 1 else 's'} after the last of it."
    )

    try:
        control.command(
            conn, canary.mailing, "await_canary", control.SYSTEM, reason=text, code=HELD_BY_CANARY
        )
    except (control.Refused, control.NotFound):
        pass


def _now(conn: psycopg.Connection[Any]) -> datetime:
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    return row[0]
