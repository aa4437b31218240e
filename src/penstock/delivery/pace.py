"""The pace of a mailing with a rate: slots of time granted by a meter in the database, so that several senders share one rate.

Grants are taken when messages wait, for about 50 ms of work at a time, in transactions of their own that need not survive a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg

from penstock.platform.trouble import Trouble

GRAIN: Final = 0.05
"""Seconds of work that one grant is for."""

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Pace:
    """Grants of one mailing for one lane."""

    def __init__(self, mailing: int, rate: float, connect: Connect) -> None:
        self._mailing, self._rate, self._connect = mailing, rate, connect
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
            "select delivery_grant(%s, %s, %s)", (self._mailing, self._rate, self.slots)
        )
        row = await cursor.fetchone()
        assert row is not None
        return float(row[0])

    async def close(self) -> None:
        """Give the connection up."""
        if self._conn is not None:
            await self._conn.close()
            self._conn = None
