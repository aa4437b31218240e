"""The watchdog (B16): a mailing that could be sent and makes no progress is noticed, woken, and at last interrupted with what is wrong.

Progress is whatever moves a package's figures: a claim, a record, another sender. It is looked at every few seconds by the ticker and
kept in `delivery_watch`, so that it does not matter who is the ticker. What waits for its release, for a limit or because of a kill
switch makes no progress and is no stall (watchdog.sql leaves it out); time in which nobody looked does not count.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from penstock.account.policy import tolerant
from penstock.delivery import clock
from penstock.mailing import control
from penstock.platform.database import sql

log = logging.getLogger(__name__)

EVERY: Final = 5.0
"""Seconds between two looks: what is measured are minutes."""
UNSEEN: Final = timedelta(minutes=2)
"""After so long without a look (it was paused, no sender ran, the database was away) it is counted from the start."""
TURNS: Final = 16
"""Mailings that one sender sends at the same time (sender.LANES); further ones wait for their turn, which is no stall."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One mailing of which something could be claimed or recorded at `now`. `before`, `moved_at`, `looked_at`: of the last look."""

    mailing: int
    version: int
    state: str
    policy: dict[str, Any]
    progress: int
    before: int | None
    moved_at: datetime | None
    looked_at: datetime | None
    nudged_at: datetime | None
    now: datetime
    holder: str | None  # a sender that has a package of it, as host:pid
    trouble: str | None  # what its servers said last, where they do not work
    senders: int  # that are alive
    mailings: int  # that are being sent, over all

    @property
    def still_since(self) -> datetime:
        """Since when nothing has moved."""
        unseen = self.looked_at is None or self.now - self.looked_at > UNSEEN
        if unseen or self.moved_at is None or self.progress != self.before:
            return self.now
        return self.moved_at

    @property
    def patience(self) -> timedelta:
        """How long nothing may move."""
        return timedelta(minutes=tolerant(self.policy).stall_minutes)

    @property
    def waits_for_its_turn(self) -> bool:
        """Whether the senders that there are have their hands full."""
        return self.holder is None and 0 < self.senders * TURNS < self.mailings


class Watchdog:
    """What the ticker knows of it: when it looked last."""

    def __init__(self) -> None:
        self._looked = -EVERY

    def look(self, conn: psycopg.Connection[Any]) -> int:
        """Look, if it is time; return how many were woken or interrupted."""
        if time.monotonic() - self._looked < EVERY:
            return 0
        self._looked = time.monotonic()
        return look(conn)


def look(conn: psycopg.Connection[Any]) -> int:
    """Look at every mailing that could get on; return how many were woken or interrupted."""
    return sum(
        _look(conn, Seen(*row)) for row in conn.execute(sql("penstock.delivery", "watchdog")).fetchall()
    )


def _look(conn: psycopg.Connection[Any], seen: Seen) -> bool:
    since = seen.still_since
    stood = seen.now - since
    if stood >= seen.patience and not seen.waits_for_its_turn:
        _keep(conn, seen, seen.now, None)  # after a resume it has its time anew
        clock.interrupt(conn, seen.mailing, "stalled", explain(seen, stood))
        return True
    nudge = stood >= seen.patience / 2 and (seen.nudged_at is None or seen.nudged_at < since)
    _keep(conn, seen, since, seen.now if nudge else seen.nudged_at)
    if nudge:
        _wake(conn, seen, stood)
    return nudge


def explain(seen: Seen, stood: timedelta) -> str:
    """Say what is wrong, as far as it can be seen from here, and what to do."""
    told = f"Nothing has moved for {_minutes(stood)}, although something could be sent. "
    if not seen.senders:
        return told + "No worker answers: start one (penstock worker), then resume."
    if seen.trouble:
        return (
            told
            + f"Its server does not take anything: {seen.trouble}. Mend that or choose another transport, then resume."
        )
    if seen.holder:
        return (
            told
            + f"The sender {seen.holder} has a package of it and records nothing: restart that worker, then resume."
        )
    workers = "1 sender is" if seen.senders == 1 else f"{seen.senders} senders are"
    return told + f"{workers} alive and none takes it up: look at their log, restart them, then resume."


def _wake(conn: psycopg.Connection[Any], seen: Seen, stood: timedelta) -> None:
    """A notification may have been lost on its way: tell it once more, to every sender."""
    log.warning("mailing %s: nothing has moved for %s; the senders are woken", seen.mailing, _minutes(stood))
    conn.execute("select pg_notify(%s, %s)", (control.CHANNEL, f"{seen.mailing} {seen.state} {seen.version}"))


def _keep(conn: psycopg.Connection[Any], seen: Seen, since: datetime, nudged_at: datetime | None) -> None:
    given = {
        "mailing": seen.mailing, "progress": seen.progress, "moved_at": since, "looked_at": seen.now, "nudged_at": nudged_at
    }  # fmt: skip
    conn.execute(sql("penstock.delivery", "watchdog_keep"), given)


def _minutes(stood: timedelta) -> str:
    minutes = max(1, int(stood.total_seconds() // 60))
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
