"""The ticker: what has to happen without anybody's command. Whichever sender holds its lock does it, once a second or when woken.

Rescue the packages of the dead; start what is due or has its turn, end what is over; freeze mailings that start, once nobody can
take them back; bring the ledgers of resumed ones up to date; give up on those whose retry window is over; pack those who are due
again; notice that a mailing is handed off, settled or drained. All of it can be repeated, and nothing is kept in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import psycopg

from penstock.delivery import (
    canary,
    clock,
    due,
    freeze,
    learning,
    limits,
    locating,
    rescue,
    resuming,
    steps,
    tripping,
)
from penstock.delivery.short import receipts
from penstock.delivery.shutting import Shutting
from penstock.delivery.watchdog import Watchdog
from penstock.delivery.withholding import Withholding
from penstock.feedback import bounces
from penstock.feedback.short import noting
from penstock.mailing import control
from penstock.mailing.states import State
from penstock.platform import database
from penstock.platform.database import sql
from penstock.platform.trouble import Trouble

log = logging.getLogger(__name__)

LOCK: Final = 7003
"""First key of the advisory lock of the one ticker of a database; the second is 0."""
TICK: Final = 1.0
"""Seconds between two ticks at most; a known time that comes earlier is waited for exactly."""
EARLY: Final = 0.002
"""Seconds after a known time at which it is looked for, so that it has passed by the database's clock."""
HANGS: Final = f"set idle_in_transaction_session_timeout = '{rescue.SILENCE:.0f}s'"
"""A process that hangs in the middle of a transaction must not keep its locks."""


@dataclass(frozen=True)
class Work:
    """Mailings that something is to be done for which takes seconds where they are large: their ledger is to be written, or has
    to catch up after a pause, or the zones of their audience are to be counted."""

    starting: list[int] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)
    unlocated: list[int] = field(default_factory=list)


class Ticker:
    """One sender's readiness to be the ticker. `changed` is called when something may have become claimable."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._woken = asyncio.Event()
        self._conn: psycopg.Connection[Any] | None = None
        self._withholding = Withholding()
        self._shutting = Shutting()
        self._watchdog = Watchdog()
        self._working: dict[int, asyncio.Task[None]] = {}
        self._looked_at = datetime.now(UTC)  # the database's clock, once it was asked
        self.ours = False  # we are the ticker

    def wake(self) -> None:
        """Something happened that may end a mailing or begin one."""
        self._woken.set()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            self._woken.clear()
            rest = TICK
            try:
                work, packed, rest = await asyncio.to_thread(self._tick)
                self._begin(_freeze, work.starting)
                self._begin(_catch_up, work.behind)
                self._begin(_locate, work.unlocated)
                if packed:
                    self._changed()
            except (*database.AWAY, Trouble) as error:
                log.warning("the ticker cannot reach the database: %s", error)
                self._conn, self.ours = None, False
            except Exception:  # the clock goes on; it is tried again
                log.exception("the ticker failed")
            try:
                async with asyncio.timeout(rest):
                    await self._woken.wait()
            except TimeoutError:
                pass

    def _tick(self) -> tuple[Work, int, float]:
        """Do everything that is short; return what takes longer, how many may be claimed since, and the seconds to wait."""
        conn = self._conn
        if conn is None or conn.closed:
            conn = self._conn = database.connect(name="penstock ticker")
            conn.execute(HANGS)
        self.ours = _is_ours(conn)
        if not self.ours:
            _cut_silent(conn)
            return Work(), 0, TICK
        rescue.rescue_dead(conn)
        clock.strike(conn)
        limits.ease(conn)
        self._withholding.let_go(conn)
        self._withholding.tell(conn)
        self._shutting.look(conn)
        self._learn(conn)
        packed = self._judge(conn)
        live = conn.execute(sql("penstock.delivery", "live")).fetchall()
        for mailing, state, _, behind in live:
            try:
                if state != State.STARTING and not behind:
                    packed += due.pack(conn, mailing)
                _try_to_end(conn, mailing, State(state))
            except database.AWAY:
                raise
            except Exception:  # one mailing's trouble must not stop the others; it is tried again
                log.exception("mailing %s: the ticker failed", mailing)
        left = clock.seconds_left(conn)
        work = Work(
            starting=[mailing for mailing, state, open_, _ in live if state == State.STARTING and not open_],
            behind=[mailing for mailing, _, _, behind in live if behind],
            unlocated=locating.unlocated(conn),
        )
        return work, packed + self._released(conn), TICK if left is None else min(TICK, left + EARLY)

    def _released(self, conn: psycopg.Connection[Any]) -> int:
        """Tell all senders of what has been released since the last look; they look by themselves as well, but later."""
        row = conn.execute(
            sql("penstock.delivery", "released"), {"channel": control.CHANNEL, "since": self._looked_at}
        ).fetchone()
        assert row is not None
        self._looked_at = row[0]
        return int(row[1])

    def _learn(self, conn: psycopg.Connection[Any]) -> None:
        """Place what was learnt too early, note what bounced, and heed who wrote STOP: before anybody judges by it."""
        for look in (receipts.settle, learning.learn_early, bounces.note, noting.note):
            try:
                look(conn)
            except database.AWAY:
                raise
            except Exception:  # what came back must not stop what goes out; it is tried again
                log.exception("the ticker failed to learn")

    def _judge(self, conn: psycopg.Connection[Any]) -> int:
        """Let in whose delay is over, stop what may not go on, let go on what its canary was good for, see to what stands still; return how many may go on now."""
        freed = 0
        for look in (steps.look, tripping.look, canary.look, self._watchdog.look):
            try:
                found = look(conn)
            except database.AWAY:
                raise
            except Exception:  # what is judged must not stop what is only carried out; it is tried again
                log.exception("the ticker failed to judge")
            else:
                freed += found
        return freed

    def _begin(self, work: Callable[[int], None], mailings: list[int]) -> None:
        """What takes seconds for millions, in threads of its own, so that the clock goes on."""
        for mailing in mailings:
            if mailing not in self._working:
                task = asyncio.create_task(asyncio.to_thread(work, mailing))
                self._working[mailing] = task
                task.add_done_callback(partial(self._done, mailing))

    def _done(self, mailing: int, task: asyncio.Task[None]) -> None:
        del self._working[mailing]
        if not task.cancelled() and (error := task.exception()):
            log.error("the ledger of mailing %s could not be written: %s", mailing, error)


def _is_ours(conn: psycopg.Connection[Any]) -> bool:
    """Whether this connection is the ticker's: it is when it holds the lock, or can take it now."""
    row = conn.execute(
        "select exists (select from pg_locks where locktype = 'advisory' and classid = %(key)s and objid = 0"
        "  and pid = pg_backend_pid() and granted) or pg_try_advisory_lock(%(key)s, 0)",
        {"key": LOCK},
    ).fetchone()
    return bool(row and row[0])


def _cut_silent(conn: psycopg.Connection[Any]) -> None:
    """Take the lock from a ticker that hangs; the next tick of anybody else takes its place."""
    conn.execute(sql("penstock.delivery", "cut_silent"), {"key": LOCK, "silence": rescue.SILENCE})


def _try_to_end(conn: psycopg.Connection[Any], mailing: int, state: State) -> None:
    """Notice an end. In a transaction of its own, so that two last senders cannot miss each other."""
    facts = conn.execute(
        "select unbegun + due_returned, retrying + due_deferred, in_flight, awaiting, step.to_come"
        " from delivery_facts(%(mailing)s), delivery_step(%(mailing)s) as step",
        {"mailing": mailing},
    )
    row = facts.fetchone()
    assert row is not None
    unbegun, retrying, in_flight, awaiting, to_come = row
    if state is State.SENDING and not (unbegun or to_come) and control.attempt(conn, mailing, "handed_off"):
        state = State.FINISHING
    if state is State.FINISHING and not (unbegun or retrying or in_flight or awaiting):
        control.attempt(conn, mailing, "settled")
    if state is State.CANCELLING and not (in_flight or unbegun or retrying):
        control.attempt(conn, mailing, "drained")


def _freeze(mailing: int) -> None:
    _write(mailing, freeze.prepare, "frozen")


def _catch_up(mailing: int) -> None:
    _write(mailing, resuming.catch_up, "brought up to date")


def _locate(mailing: int) -> None:
    _write(mailing, locating.locate, "located")


def _write(mailing: int, work: Callable[[psycopg.Connection[Any], int], object], done: str) -> None:
    with database.connect(name=f"penstock {work.__name__}") as conn:
        conn.execute(HANGS)
        try:
            work(conn, mailing)
        except database.AWAY:
            raise  # the database is away or its disk is full: tried again at the next tick
        except Exception as error:  # trying again will not mend it, so a person must know
            log.exception("mailing %s: the audience cannot be %s", mailing, done)
            clock.interrupt(conn, mailing, "technical", f"the audience cannot be {done}: {error}")
