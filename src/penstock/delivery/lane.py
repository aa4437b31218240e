"""A lane: one mailing being sent by one sender process, over connections of its own.

It keeps a window of claimed recipients before the pool of connections: each turn at the database records what has become
of some and claims as many more, so that sending, recording and claiming overlap, and no more than the window is ever in doubt.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
from psycopg import sql

from penstock.delivery.channel import Order
from penstock.delivery.claim import Claimed, Claims, Fenced, Held, Item, Turn
from penstock.delivery.fencing import Lost
from penstock.delivery.handoff import Fence
from penstock.delivery.limiting import Limiting
from penstock.delivery.pace import Meters
from penstock.delivery.short.arrivals import Take
from penstock.delivery.short.handoff import hand_off
from penstock.delivery.window import Speed, step, window
from penstock.mailing.stopping import STOPPED
from penstock.transport.fleet import Fleet
from penstock.transport.hands import way_out
from penstock.transport.share import Share

log = logging.getLogger(__name__)

BEAT: Final = 0.1
"""Seconds after which outcomes are recorded even when they are few."""
DRAIN: Final = 0.02
"""Seconds from a halt that a lane waits for the answers to what is on the wire before it says how many are leaving."""
PARTING: Final = 2.0
"""Seconds for which the end of a halted lane is waited for when its mailing goes on."""
RETRY: Final = 0.2
"""Seconds between attempts to reach the database."""
TROUBLE_LIMIT: Final = 300.0
"""Seconds without a working connection after which the mailing is interrupted."""

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Lane:
    """Sends one mailing until told to stop. `run` is the whole of its life."""

    def __init__(
        self,
        order: Order,
        sender: int,
        fence: Fence,
        connect: Connect,
        desk: Meters,
        done: Callable[[], None],
        take_in: Take,
    ) -> None:
        self.order, self.sender, self.fence = order, sender, fence
        self._connect, self._done = connect, done
        self._wanted = asyncio.Event()
        self.handoff = hand_off(order, fence, self._wanted.set, take_in)
        self.pool = way_out(order.ways, self.handoff)
        self.handoff.stop = self.pool.stop
        self.limiting = Limiting(order, self.handoff, self.pool, desk, self._wanted.set)
        self._claims: Claims | None = None
        self._held: set[Held] = set()
        self._lost = Lost(self.handoff)  # fenced away from us
        self._current: Held | None = None
        self._queries: dict[tuple[bool, bool], sql.Composed] = {}
        self._suppressed = False
        self._speed = Speed(time.monotonic())
        self._answer: int | None = (
            None  # the version of the mailing that a command waits for our answer about
        )
        self._answered = 0
        self._closing = False
        self.halted = False
        self._halted_at = 0.0
        self._idle_since: float | None = None

    # -- from outside -------------------------------------------------------

    def halt(self, version: int | None = None) -> None:
        """Begin nothing more, from this very moment; give back what has not begun. `version`: answer with what is leaving."""
        if version is not None and version > self._answered:
            self._answer = self._answered = version
        if not self.halted:
            self.halted = self.handoff.giving_back = True
            self._halted_at = time.monotonic()
            self.pool.stop()
            self.handoff.give_back()
            self._current = None
            self.limiting.sides.drop()
        self._wanted.set()

    def go_on(self, version: int) -> None:
        """The mailing may be sent (again), or there is something new to claim. What is older than the last halt is no news.

        A halted lane ends as soon as it can, and another takes its place: what it knows of message and transport may be old, for
        whoever resumed the mailing may have mended something. Only when a server keeps it waiting it goes on as it is.
        """
        if version < self._answered:
            return
        if self.halted and not self._closing:
            if not self.unsettled:
                self.close()
            elif time.monotonic() - self._halted_at > PARTING:
                self.halted = self.handoff.giving_back = False
                self.handoff.forgive()
                self.pool.start_again()
        self._wanted.set()

    def close(self) -> None:
        """Halt, and end `run` when everything has its outcome recorded, and a command that waits its answer."""
        self._closing = True
        self.halt()

    def idle_for(self, seconds: float) -> bool:
        """Nothing has been in our hands for that long."""
        return self._idle_since is not None and time.monotonic() - self._idle_since > seconds

    @property
    def shares(self) -> list[Share]:
        """The servers, where there are several or one with limits."""
        return self.pool.shares if isinstance(self.pool, Fleet) else []

    @property
    def unsettled(self) -> bool:
        """Something claimed has no recorded outcome."""
        return bool(self._outstanding)

    @property
    def interruption(self) -> tuple[str, str] | None:
        """Why this lane wants the mailing interrupted: (code, text)."""
        since, trouble = self.handoff.trouble_since, self.handoff.last_trouble
        if self.handoff.stopped_by is None and since and time.monotonic() - since > TROUBLE_LIMIT:
            return ("technical", f"no connection for {TROUBLE_LIMIT / 60:.0f} minutes: {trouble}")
        return self.handoff.stopped_by

    # -- the loop -------------------------------------------------------------

    async def run(self) -> None:
        """Take turns until closed and everything is recorded."""
        self.limiting.begin(self.shares)
        try:
            while not self._closing or self._held or self.handoff.unrecorded or self._answer is not None:
                try:
                    await self._turn()
                except psycopg.Error as error:
                    await self._again(self._claims, error)
                await self._wait()
        finally:
            self.limiting.close()
            await self.pool.close()
            if self._claims:
                await self._claims.conn.close()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(BEAT if self._outstanding else 1.0):
                await self._wanted.wait()
        except TimeoutError:
            pass
        self._wanted.clear()

    @property
    def _outstanding(self) -> int:
        return sum(held.unrecorded for held in self._held)

    async def _turn(self) -> None:
        claims = self._claims or await self._reconnect()
        if self.handoff.fenced and time.monotonic() < self.fence.until and not self.halted:
            self.handoff.fenced = False
            self.pool.start_again()
        answer = self._answer
        if answer is not None:
            await self._drain()
        await self._number_replies(claims)
        if self.handoff.suspects.found or self.handoff.to_spare:
            await self._spare(claims)
        if self._current and (self._current.lane in self.handoff.apart or self.limiting.caps.shut):
            self._current = None  # its domain has a pace of its own now, or no connection is ours
        if self._may_open(self._current):
            opened = await claims.open(None, self.limiting.sides.domains)
            if opened:
                self._held.add(opened)
            elif not self._held:
                # An `open` of a connection that was lost may commit after all.
                await claims.release_strangers(())
            self._current = None if self.halted else opened  # a halt meanwhile: it is given back
        told = await self._record_and_claim(claims, answer)
        if self.limiting.sides:
            await self._turn_sides()
        self._forget_done()
        if answer is not None and not told:  # there was nothing to record
            await (self._claims or claims).conn.execute(
                "select pg_notify(%s, %s)", (STOPPED, self._leaving(answer))
            )
        if answer is not None and self._answer == answer:
            self._answer = None
        if self._held:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = time.monotonic()

    async def _record_and_claim(self, claims: Claims, answer: int | None) -> bool:
        """Record and claim; True if the command that asked for it with `answer` has been told what is leaving."""
        current = self._current  # a halt may forget it while we wait for the database
        for held in self._held:
            if not held.unrecorded and not self._keeps(held):
                self.handoff.touch(held)
        room = self._window() - self._outstanding + self.handoff.unrecorded
        if current is not None and not current.exhausted and not self.halted and room > 0:
            self.handoff.touch(current)  # a claim is numbered as well, so that a lost commit is recognised
        return (
            await self._carry(claims, current, lambda: self._window() - self._outstanding, answer) is not None
            and answer is not None
        )

    async def _carry(
        self, claims: Claims, held: Held | None, room: Callable[[], int], answer: int | None = None
    ) -> int | None:
        """Record what there is, and claim from `held` as there is `room` then; return how many were. None: there was nothing to do."""
        turn = self.handoff.collect(lambda each: not self._keeps(each))
        if not turn.records:
            return None
        want = 0 if self.halted or self.limiting.caps.shut else room()
        claimed = await self._until_known(claims, turn, held, max(want, 0), answer)
        self._speed.note(len(turn.rows), time.monotonic())
        if claimed.suppressed_to:
            self._suppressed = True
        if held is not None and claimed.stop > claimed.start:
            await self._take_in(held, claimed)
        if not claimed.live and not self.halted:
            self.halt()
        return claimed.stop - claimed.start

    async def _turn_sides(self) -> None:
        """Claim of the domains that have a pace of their own, from packages of their own, as much as they may take."""
        for side in self.limiting.sides:
            claims = self._claims or await self._reconnect()
            if side.shut or self.limiting.caps.shut:
                side.held = None
            elif side.waits and self._may_open(side.held):
                opened = await claims.open(side.domain)
                side.waits = opened is not None
                if opened:
                    self._held.add(opened)
                    if not self.halted:
                        side.take(opened)
            if side.held and not side.held.exhausted and side.room() and not self.halted:
                self.handoff.touch(side.held)
                side.claimed(await self._carry(claims, side.held, side.room) or 0)

    def _may_open(self, held: Held | None) -> bool:
        return (held is None or held.exhausted) and not self.halted and not self.limiting.caps.shut

    def _keeps(self, held: Held) -> bool:
        """Whether it is claimed from; what is not is given back as soon as nothing of it is in hand."""
        return held is self._current or self.limiting.sides.keeps(held)

    async def _spare(self, claims: Claims) -> None:
        """Have the domains asked less that refuse for now."""
        self.handoff.suspects.forget(time.monotonic())
        for domain, spared in list(self.handoff.to_spare.items()):
            await claims.back_off(self.order.transport, spared)
            self.handoff.to_spare.pop(domain, None)
            self._done()  # have the sender look: it is a limit now

    async def _take_in(self, held: Held, claimed: Claimed) -> None:
        """Read what was claimed, unless we were halted meanwhile: then it is given back, as if it had not been claimed."""
        count = claimed.stop - claimed.start
        held.unrecorded += count
        rows = await self._read(held, claimed.start, claimed.stop) if self._keeps(held) else []
        if not self._keeps(held):
            held.unclaimed += count
            self.handoff.touch(held)
            return
        held.cursor = claimed.stop
        since = held.since[claimed.start : claimed.stop] if held.since else [None] * len(rows)
        self.handoff.extend(map(Item, [held] * len(rows), rows, since))
        self.pool.wake()

    async def _until_known(
        self, claims: Claims, turn: Turn, held: Held | None, want: int, answer: int | None
    ) -> Claimed:
        """Carry a turn through, over lost connections and lost commits, until it is known what came of it."""
        while True:
            try:
                leaving = None if answer is None else self._leaving(answer)
                claimed = await claims.record_and_claim(turn, held if want else None, want, leaving)
                self.fence.answered()
                return claimed
            except Fenced:
                turn = await self._without_lost(claims, turn)
                held, want = (None, 0) if held in self._lost.packages else (held, want)
            except psycopg.Error as error:
                claims = await self._again(claims, error)

    async def _without_lost(self, claims: Claims, turn: Turn) -> Turn:
        """Take what belongs to packages that are in other hands out of a turn, and let it replace their doubts."""
        self._lost.packages.update(await claims.fenced(self._held | self._lost.packages))
        lost = self._lost.packages
        self._held -= lost
        if self._current in lost:
            self._current = None
        self.limiting.sides.drop(lost)
        self.handoff.return_all(lost)  # certainly unsent: that replaces a doubt too, with the next turn
        return await self._lost.take_out(claims, turn)

    async def _read(self, held: Held, start: int, stop: int) -> list[tuple[Any, ...]]:
        """Read what has been claimed: it is ours whatever happens, so it is read until that succeeds."""
        while True:
            claims = self._claims or await self._reconnect()
            try:
                return await claims.read(self._query(held), held, start, stop)
            except psycopg.Error as error:
                await self._again(claims, error)

    # -- bits of a turn -------------------------------------------------------

    async def _number_replies(self, claims: Claims) -> None:
        for words in self.handoff.new_words():
            self.handoff.numbers[words] = await claims.reply_id(*words)

    def _query(self, held: Held) -> sql.Composed:
        key = (held.positions is None, self._suppressed)
        if key not in self._queries:
            self._queries[key] = self.order.reading(by_range=key[0], suppressed=key[1])
        return self._queries[key]

    def _window(self) -> int:
        """How many recipients may be claimed and not recorded; the next turn comes when so many of them are answered."""
        room = self.order.room
        allowed = window(self._speed.rate, self.limiting.rate, room)
        self.handoff.step = step(self._speed.rate, allowed, room)
        return allowed

    def _forget_done(self) -> None:
        done = [h for h in self._held if not h.unrecorded and (h.exhausted or not self._keeps(h))]
        self.limiting.sides.forget(done)
        for held in done:
            self._held.discard(held)
            if held is self._current:
                self._current = None
                self._wanted.set()
            self._done()

    async def _drain(self) -> None:
        """Wait a little for the answers to what is on the wire."""
        try:
            async with asyncio.timeout(max(0.0, self._halted_at + DRAIN - time.monotonic())):
                await self.pool.drained()
        except TimeoutError:
            pass

    def _leaving(self, version: int) -> str:
        """The answer to the command that stopped us: how many are claimed and not recorded, on the wire or just answered."""
        answer = {
            "mailing": self.order.mailing, "version": version, "sender": self.sender, "leaving": self._outstanding,
        }  # fmt: skip
        return json.dumps(answer)

    async def _connected(self) -> Claims:
        claims = Claims(await self._connect(), self.order.mailing, self.sender)
        await claims.release_strangers(self._held)
        self.fence.answered()
        self._claims = claims
        return claims

    async def _again(self, claims: Claims | None, error: psycopg.Error) -> Claims:
        """After an error that time may mend (the connection is gone, the disk is full): connect anew. Others are defects."""
        if (
            not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
            and claims
            and not claims.conn.closed
        ):
            raise error
        log.warning("mailing %s: the database does not answer: %s", self.order.mailing, error)
        await asyncio.sleep(RETRY)
        return await self._reconnect()

    async def _reconnect(self) -> Claims:
        if self._claims:
            await self._claims.conn.close()
            self._claims = None
        while True:
            try:
                return await self._connected()
            except (
                Exception
            ) as error:  # whatever keeps us from the database: it is tried again until it is back
                log.warning("mailing %s: waiting for the database: %s", self.order.mailing, error)
                await asyncio.sleep(RETRY)
