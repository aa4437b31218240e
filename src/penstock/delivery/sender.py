"""A sender: one process that hands messages over. It imports no Django, so that it is there in a moment.

    python -m penstock.delivery.sender

It holds an advisory lock for as long as it lives, writes a beat, listens for what changes, and keeps one lane for each mailing it sends.
One of the senders of a database is the ticker as well. SIGTERM ends it in order; SIGINT is the business of whoever started it.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import time
from contextlib import suppress
from typing import Any, Final

import psycopg
import uvloop

from penstock.account.secrets import SecretError
from penstock.content.dkim import SigningError
from penstock.content.message import MessageError
from penstock.delivery import health
from penstock.delivery import order as orders
from penstock.delivery.channel import Order
from penstock.delivery.handoff import Fence
from penstock.delivery.lane import Lane
from penstock.delivery.pace import Meters
from penstock.delivery.short.arrivals import Arrivals
from penstock.delivery.short.listening import Listening
from penstock.delivery.slots import IDLE, Slots
from penstock.delivery.ticker import Ticker
from penstock.delivery.yielding import yielding
from penstock.mailing import control
from penstock.platform import database
from penstock.platform.database import sql
from penstock.platform.trouble import Trouble

log = logging.getLogger(__name__)

LOCK: Final = 7002
"""First key of the advisory lock that says a sender is alive; the second is its number."""
LANES: Final = 16
"""Mailings that one sender sends at the same time; further ones wait for their turn."""
SENT_IN: Final = ("sending", "finishing")
"""States in which lanes send."""
BEAT: Final = 0.5
TICK: Final = 1.0
SETTINGS: Final = (
    "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off;"
    " set enable_mergejoin = off; set jit = off; set idle_in_transaction_session_timeout = '5s'"
)
"""A lane's queries read ranges by primary key; a plan made from statistics of an empty table must not change that."""


class Sender:
    """The process: its number, its lanes, its ticker."""

    def __init__(self) -> None:
        self.number = 0
        self.fence = Fence()
        self.lanes: dict[int, Lane] = {}
        self._ended: list[Lane] = []
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._since: dict[int, float] = {}  # when the lane of each mailing began
        self._poke = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ticker = Ticker(self._poke.set)
        self._slots = Slots(self.lanes, connect)
        self._meters = Meters(connect)
        self._arrivals = Arrivals(connect, self._ticker.wake)
        self._listening = Listening(connect, self._arrivals.take, lambda: self._ticker.ours, self._servers)
        self._defect: BaseException | None = None

    async def run(self) -> None:
        """Send until told to stop."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stopping.set)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else started under `nohup`
            loop.add_signal_handler(signal.SIGHUP, self._stopping.set)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        desk = await self._enlist()
        work = [
            asyncio.create_task(self._beat()),
            asyncio.create_task(self._watch()),
            asyncio.create_task(self._ticker.run()),
            asyncio.create_task(self._slots.run(lambda: self.number)),
            asyncio.create_task(self._arrivals.run()),
            asyncio.create_task(self._listening.run()),
        ]
        for task in work:
            task.add_done_callback(self._over)
        try:
            await self._serve(desk)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await self._leave()
            await self._meters.close()
        if self._defect is not None:
            raise self._defect

    def _over(self, task: asyncio.Task[None]) -> None:
        """None of these tasks ends by itself. Without beats, a clock or ears a sender that goes on is worse than none: the process ends,
        and another begins."""
        if self._stopping.is_set() or task.cancelled():
            return  # what ends with us may fail on its way out
        if (error := task.exception()) is not None:
            self._defect = error
            self._stopping.set()
            self._poke.set()

    async def _serve(self, desk: psycopg.AsyncConnection[Any]) -> None:
        while not self._stopping.is_set():
            try:
                await self._look(desk)
            except (*database.AWAY, Trouble) as error:
                log.warning("the database does not answer: %s", error)
                desk = await self._again()
            stopping = asyncio.create_task(self._stopping.wait())
            poked = asyncio.create_task(self._poke.wait())
            await asyncio.wait((stopping, poked), timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            poked.cancel()
            self._poke.clear()
        await desk.close()

    # -- being there ----------------------------------------------------------

    async def _enlist(self) -> psycopg.AsyncConnection[Any]:
        desk = await connect()
        row = await (await desk.execute(
            "insert into delivery_sender (host, pid) values (%s, %s) returning id", (socket.gethostname(), os.getpid())
        )).fetchone()  # fmt: skip
        assert row is not None
        self.number = row[0]
        await self._take_lock()
        return desk

    async def _take_lock(self) -> None:
        """Take the lock on a connection of its own, on which nothing else happens but listening."""
        self._lock = await database.connect_async(name=f"penstock sender {self.number}")
        with suppress(psycopg.Error):  # PostgreSQL on some systems cannot watch its client's socket
            await self._lock.execute("set client_connection_check_interval = '2s'")
        await self._lock.execute("select pg_advisory_lock(%s, %s)", (LOCK, self.number))
        await self._lock.execute(f"listen {control.CHANNEL}")
        self.fence.answered()

    async def _again(self) -> psycopg.AsyncConnection[Any]:
        while True:
            with suppress(
                Exception
            ):  # whatever keeps us from the database: it is tried again until it is back
                return await connect()
            await asyncio.sleep(0.2)

    async def _watch(self) -> None:
        """Hear what changes; take the lock again when its connection was lost."""
        while True:
            try:
                async for news in self._lock.notifies():
                    self._hear(news.payload)
                    self._poke.set()
                    self._ticker.wake()
            except database.AWAY as error:
                log.warning("the database does not answer: %s", error)
            while True:
                try:
                    await self._lock.close()
                    await self._take_lock()
                    break
                except Exception as error:  # as in _again
                    log.warning("waiting for the database: %s", error)
                    await asyncio.sleep(0.2)
            self._poke.set()

    def _hear(self, news: str) -> None:
        """Stop a lane at the very moment: who paused its mailing waits for the answer."""
        mailing, state, version, *finish = news.split()
        lane = self.lanes.get(int(mailing))
        if lane and state not in SENT_IN and not finish:
            lane.halt(int(version))

    async def _beat(self) -> None:
        conn = await self._again()
        while True:
            try:
                await conn.execute(
                    "update delivery_sender set beat_at = clock_timestamp(), ended_at = null where id = %s",
                    (self.number,),
                )
                self.fence.answered()
                ended, self._ended = self._ended, []
                await health.tell(conn, self.number, [*ended, *self.lanes.values()])
            except database.AWAY:
                await conn.close()
                conn = await self._again()
            await asyncio.sleep(BEAT)

    async def _leave(self) -> None:
        for lane in self.lanes.values():
            lane.close()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=10)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not any(lane.unsettled for lane in self.lanes.values()):
            with suppress(Exception):
                await self._lock.execute(
                    "update delivery_sender set ended_at = now() where id = %s", (self.number,)
                )
        await self._lock.close()

    # -- lanes ----------------------------------------------------------------

    async def _look(self, desk: psycopg.AsyncConnection[Any]) -> None:
        """Stop lanes whose mailing may not be sent, wake those that may, begin new ones, end idle ones."""
        cursor = await desk.execute(
            sql("penstock.delivery", "look"), {"lanes": list(self.lanes), "sent_in": list(SENT_IN)}
        )
        self.fence.answered()
        found = await cursor.fetchall()
        waiting = 0  # mailings that have work and no lane here
        for mailing, version, may, work, withheld, transport, limits, lanes in found:
            lane = self.lanes.get(mailing)
            if lane and not may:
                lane.halt(version)
            elif lane and lane.order.version != transport:
                lane.close()  # the next look begins another, over the servers as they are now
            elif lane:
                lane.handoff.withhold(frozenset(withheld))
                lane.limiting.hear(limits, lanes)
                lane.go_on(version)
            elif may and work and len(self.lanes) < LANES:
                await self._begin(mailing, frozenset(withheld), limits, lanes)
            else:
                waiting += bool(may and work)
        for mailing, lane in list(self.lanes.items()):
            if lane.interruption and not lane.halted:
                interruption = lane.interruption
                lane.halt()
                await self._interrupt(mailing, *interruption)
            elif self._tasks[mailing].done():
                self._end(mailing)
            elif lane.idle_for(5):
                lane.close()
        for mailing in yielding(self._since, waiting, time.monotonic()):
            self.lanes[mailing].close()

    async def _begin(
        self, mailing: int, withheld: frozenset[str], limits: list[Any] | None, lanes: list[str]
    ) -> None:
        try:
            order = await asyncio.to_thread(_load, mailing)
        except MessageError as error:
            await self._interrupt(mailing, "technical", f"the message cannot be compiled: {error}")
            return
        except orders.Unverified as error:
            await self._interrupt(mailing, "sender_domain", str(error))
            return
        except (
            ValueError,
            LookupError,
            SecretError,
            SigningError,
        ) as error:  # transport, keys, options; others go on
            await self._interrupt(mailing, "technical", f"the mailing cannot be made ready: {error}")
            return
        lane = Lane(
            order, self.number, self.fence, connect, self._meters, self._package_done, self._arrivals.take
        )
        lane.handoff.withhold(withheld)
        lane.limiting.hear(limits, lanes)
        self.lanes[mailing] = lane
        self._since[mailing] = time.monotonic()
        self._tasks[mailing] = asyncio.create_task(lane.run(), name=f"lane {mailing}")
        self._tasks[mailing].add_done_callback(lambda _: self._poke.set())

    def _package_done(self) -> None:
        """A lane has finished with a package: that may end the mailing, or the lane."""
        self._ticker.wake()
        self._poke.set()

    def _end(self, mailing: int) -> None:
        task = self._tasks.pop(mailing)
        self._since.pop(mailing, None)
        self._ended.append(
            self.lanes.pop(mailing)
        )  # what it saw of its servers last is told with the next beat
        self._poke.set()  # another one may take its place
        if not task.cancelled() and (error := task.exception()):
            raise error  # a defect: the process ends, and what it held is rescued as in doubt

    def _servers(self) -> set[int]:
        """The servers that lanes are at which have something to send."""
        return {
            way.number for lane in self.lanes.values() if not lane.idle_for(IDLE) for way in lane.order.ways
        }

    async def _interrupt(self, mailing: int, code: str, text: str) -> None:
        await asyncio.to_thread(_interrupt, mailing, code, text)
        self._poke.set()


async def connect() -> psycopg.AsyncConnection[Any]:
    """A connection for a lane or the desk."""
    conn = await database.connect_async(name="penstock lane")
    await conn.execute(SETTINGS)
    if conn.info.server_version >= 170000:
        await conn.execute("set transaction_timeout = '10s'")
    return conn


def _load(mailing: int) -> Order:
    with database.connect(name="penstock order") as conn:
        return orders.load(conn, mailing)


def _interrupt(mailing: int, code: str, text: str) -> None:
    with database.connect(name="penstock interrupt") as conn, suppress(control.Refused):
        control.command(conn, mailing, "interrupt", control.SYSTEM, reason=text, code=code)


def main() -> None:
    """Run one sender."""
    logging.basicConfig(level=logging.WARNING, format="sender %(process)d: %(message)s")
    # What is imported stays; what a message makes is freed by its count. Looking for circles a thousand times a second finds none.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    uvloop.run(Sender().run())


if __name__ == "__main__":
    main()
