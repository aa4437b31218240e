"""What comes in over the connections of one sender, receipts and messages: kept together, and answered after the commit.

The other side repeats what it has no answer to, so nothing is lost when this process dies; and while one commit is under way the
next batch gathers, so thousands a second cost some dozens of commits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.delivery.short import receipts
from penstock.feedback.short import incoming
from penstock.platform import database
from penstock.platform.trouble import Trouble
from penstock.transport.short import Answer, Incoming, Receipt

log = logging.getLogger(__name__)

MOST: Final = 2_000
"""Items of one commit."""
FULL: Final = 50_000
"""Items that may wait for theirs; further ones are to come again later."""
PART: Final = FULL // 2
"""Of one server: one that floods leaves room for the others."""
RETRY: Final = 0.5
"""Seconds after a failure in which everything is to come again later."""

Take = Callable[[Incoming, int, Answer], None]
Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]
Arrival = tuple[Incoming, int, Answer]
UNREACHABLE: Final = (*database.AWAY, Trouble, OSError)
"""The database is away, or has enough to do: that is nobody's fault who wrote."""


class Arrivals:
    """Keeps what comes in. `kept` is called after a commit."""

    def __init__(self, connect: Connect, kept: Callable[[], None]) -> None:
        self._connect, self._kept = connect, kept
        self._waiting: list[Arrival] = []
        self._of: Counter[int] = Counter()  # those that wait, by server
        self._something = asyncio.Event()
        self._conn: psycopg.AsyncConnection[Any] | None = None

    def take(self, item: Incoming, server: int, answer: Answer) -> None:
        """Something came in from the server of that number; `answer` is called once it is kept, or is to come again."""
        if len(self._waiting) >= FULL or self._of[server] >= PART:
            answer(False)
            return
        self._of[server] += 1
        self._waiting.append((item, server, answer))
        self._something.set()

    async def run(self) -> None:
        """Keep what comes until cancelled; what is not kept by then is to come again."""
        try:
            while True:
                await self._something.wait()
                self._something.clear()
                while self._waiting:
                    await self._keep_some()
        finally:
            _answer(self._waiting, False)
            self._waiting = []
            if self._conn is not None:
                await self._conn.close()

    async def _keep_some(self) -> None:
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._of.subtract(server for _, server, _ in batch)
        kept = [False] * len(batch)
        try:
            kept = await self._keep_what_can_be(batch)
        except UNREACHABLE as error:
            log.warning("what comes in is not kept, and is to come again: %s", error)
        finally:
            for (_, _, answer), done in zip(batch, kept, strict=True):
                answer(done)
        if any(kept):
            self._kept()
        else:
            await self._give_up()

    async def _keep_what_can_be(self, batch: list[Arrival]) -> list[bool]:
        """Keep a batch, and say of each whether it is. One that cannot be, whatever is wrong with it, keeps none of the others out."""
        try:
            if self._conn is None or self._conn.closed:
                self._conn = await self._connect()
            await self._keep(self._conn, batch)
        except UNREACHABLE:
            raise
        except Exception:
            half = len(batch) // 2
            if not half:
                log.exception("something that came in cannot be kept")
                return [False]
            return [*await self._keep_what_can_be(batch[:half]), *await self._keep_what_can_be(batch[half:])]
        return [True] * len(batch)

    async def _keep(self, conn: psycopg.AsyncConnection[Any], batch: list[Arrival]) -> None:
        told = [receipts.row(server, None, item) for item, server, _ in batch if isinstance(item, Receipt)]
        said = [
            incoming.told(item) | {"server": server}
            for item, server, _ in batch
            if not isinstance(item, Receipt)
        ]
        async with conn.transaction():
            if told:
                await conn.execute("select delivery_receipts_in(%s)", (Jsonb(told),))
            if said:
                await conn.execute("select feedback_short_in(%s)", (Jsonb(said),))

    async def _give_up(self) -> None:
        """The database does not take it: let the other side wait."""
        if self._conn is not None:
            await self._conn.close()
            self._conn = None
        await asyncio.sleep(RETRY)
        waiting, self._waiting = self._waiting, []
        self._of.clear()
        _answer(waiting, False)


def _answer(batch: list[Arrival], kept: bool) -> None:
    for _, _, answer in batch:
        answer(kept)
