"""Pace: slots of time granted by meters in the database, so that all senders together keep one rate.

Grants are taken when messages wait, for about 50 ms of work at a time, in transactions of their own that need not survive a crash.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg

from penstock.delivery.metering import Meter, slots
from penstock.platform.trouble import Trouble

log = logging.getLogger(__name__)

RETRY: Final = 0.2
"""Seconds between attempts to reach the database: without it no pace, and no message that has one."""
LONG: Final = 0.5
"""Slots that lie further ahead than so many seconds are given back when nobody waits for them any more."""

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Meters:
    """The meters, as one sender asks them: over one connection, one question at a time."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self._one = asyncio.Lock()

    async def grant(self, meters: Sequence[Meter], count: int, mailing: int) -> tuple[float, int]:
        """Ask for `count` slots: (seconds to wait, slots granted); none granted: to wait before asking again.

        Raises psycopg.Error and Trouble when the database is away.
        """
        async with self._one:
            cursor = await self._ask(
                "select wait, granted from delivery_grant(%s, %s, %s, %s, %s)", meters, count, mailing
            )
            row = await cursor.fetchone()
        assert row is not None
        return float(row[0]), int(row[1])

    async def give_back(self, meters: Sequence[Meter], count: int, mailing: int) -> None:
        """Slots that were granted are not waited for."""
        with suppress(psycopg.Error, Trouble):
            async with self._one:
                await self._ask("select delivery_ungrant(%s, %s, %s, %s, %s)", meters, count, mailing)

    async def _ask(
        self, query: str, meters: Sequence[Meter], count: int, mailing: int
    ) -> psycopg.AsyncCursor[Any]:
        try:
            if self._conn is None:
                self._conn = await self._connect()
                await self._conn.execute("set synchronous_commit = off")
            return await self._conn.execute(
                query.encode(),
                (
                    [m.scope for m in meters],
                    [m.key for m in meters],
                    [m.rate for m in meters],
                    count,
                    mailing,
                ),
            )
        except (
            BaseException
        ):  # also when we are told to stop in the middle: its answer would be taken for the next one's
            conn, self._conn = self._conn, None
            if conn is not None:
                await conn.close()
            raise

    async def close(self) -> None:
        """Give the connection up."""
        if self._conn is not None:
            await self._conn.close()
            self._conn = None


class Pace:
    """The grants of some meters for one mailing in one sender."""

    def __init__(self, meters: Sequence[Meter], mailing: int, desk: Meters) -> None:
        self._meters, self._mailing, self._desk = meters, mailing, desk
        self.slots = slots(meters)

    async def next(self) -> int:
        """Wait for the next slots of time; return how many messages may begin now. Cancelled, it gives back what lies far ahead."""
        while True:
            try:
                wait, granted = await self._desk.grant(self._meters, self.slots, self._mailing)
            except (psycopg.Error, Trouble):
                await asyncio.sleep(RETRY)
                continue
            try:
                await asyncio.sleep(max(0.0, wait))
            except asyncio.CancelledError:
                if granted and wait > LONG:
                    await self._desk.give_back(self._meters, granted, self._mailing)
                raise
            if granted:
                return granted
