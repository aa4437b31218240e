"""The pace of a mailing or a server with a rate: slots of time granted by a meter in the database, so that senders share one rate.

Grants are taken when messages wait, for about 50 ms of work at a time, in transactions of their own that need not survive a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
from psycopg import sql

from penstock.platform.trouble import Trouble

GRAIN: Final = 0.05
"""Seconds of work that one grant is for."""

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


OF_MAILING: Final = "delivery_grant"
OF_SERVER: Final = "delivery_server_grant"
"""The meters: functions of a number, a rate and so many slots, which say how long to wait for them."""


class Pace:
    """Grants of one meter for one lane."""

    def __init__(self, meter: str, number: int, rate: float, connect: Connect) -> None:
        self._meter, self._number, self._rate, self._connect = meter, number, rate, connect
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self.slots = max(1, int(rate * GRAIN))

    async def next(self) -> int:
        """Wait for the next slots of time; return how many messages may begin now."""
        while True:
            try:
                wait = await self._grant()
            except (psycopg.Error, Trouble):  # the database is away: no pace, no message, until it is back
                await self.close()
                wait = None
            if wait is not None:
                await asyncio.sleep(max(0.0, wait))
                return self.slots
            await asyncio.sleep(0.2)

    async def _grant(self) -> float:
        if self._conn is None:
            self._conn = await self._connect()
            await self._conn.execute("set synchronous_commit = off")
        cursor = await self._conn.execute(
            sql.SQL("select {}(%s, %s, %s)").format(sql.Identifier(self._meter)),
            (self._number, self._rate, self.slots),
        )
        row = await cursor.fetchone()
        assert row is not None
        return float(row[0])

    async def close(self) -> None:
        """Give the connection up."""
        if self._conn is not None:
            await self._conn.close()
            self._conn = None


async def keep(pace: Pace, wanted: Callable[[], bool], grant: Callable[[int], None]) -> None:
    """Let messages begin as the meter allows, while more are wanted. A halt is not delayed by it: it only ever grants."""
    try:
        while True:
            if wanted():
                grant(await pace.next())
            else:
                await asyncio.sleep(GRAIN / 2)
    finally:
        await pace.close()
