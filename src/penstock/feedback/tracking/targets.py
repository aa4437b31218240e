"""Where tracked links lead, kept by the process that answers clicks. A target never changes; a message that is mended while its mailing
is sent may add some."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import psycopg

from penstock.audience.variables import EVERY
from penstock.content import targets as content
from penstock.content import utm
from penstock.platform import database
from penstock.platform.database import sql

LARGEST: Final = 16 << 20
"""Characters of targets that are kept; the mailings asked for longest ago are forgotten."""
FRESH: Final = 30.0
"""Seconds until a mailing is looked at anew: it may have been deleted. What is known serves while the database is away."""
YOUNG: Final = 1.0
"""Seconds within which nobody has it looked up again: who has a link can ask for any number."""
_ROW: Final = 200
Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


@dataclass(frozen=True, slots=True)
class Links:
    """A mailing's targets by their numbers; none of one that was deleted."""

    targets: dict[int, content.Target]
    deleted: bool
    looked: float

    @property
    def age(self) -> float:
        """Seconds since they were looked up."""
        return time.monotonic() - self.looked

    @property
    def size(self) -> int:
        """About how many characters they take."""
        return _ROW + sum(_ROW + len(target.url) for target in self.targets.values())


class Targets:
    """What one event loop knows of targets, and the connection by which it asks."""

    def __init__(self, connect: Connect | None = None) -> None:
        self._connect = connect or _connect
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self._kept: OrderedDict[int, Links] = OrderedDict()
        self._size = 0
        self._lock = asyncio.Lock()

    def known(self, mailing: int) -> Links | None:
        """Return what is known of a mailing's links without asking, None where they have to be looked up."""
        links = self._kept.get(mailing)
        return links if links and links.age < FRESH else None

    async def of(self, mailing: int, *, anew: bool = False) -> Links:
        """Return a mailing's links; `anew`: as they are now, if what is known is older than YOUNG seconds.

        Raises psycopg.Error or Trouble when they are not known and the database is away.
        """
        async with self._lock:
            links = self.known(mailing)
            if links and not (anew and links.age > YOUNG):
                return links
            try:
                links = await self._look(mailing)
            except Exception:
                if mailing in self._kept:
                    return self._kept[mailing]
                raise
            self._keep(mailing, links)
            return links

    async def address_for(self, mailing: int, seq: int, target: content.Target) -> str | None:
        """Return where a personal target leads recipient `seq`, by the contact's attributes of now; None: nowhere (any more)."""
        async with self._lock:
            cursor = await (await self._connected()).execute(
                sql("penstock.delivery", "follower").replace("{every}", EVERY),
                {"mailing": mailing, "seq": seq},
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        # In a thread: a stranger's Liquid takes as long as it takes.
        url = await asyncio.to_thread(content.personal, target.url, {**row[1], "email": row[0]})
        return url and utm.tagged(url, dict(parse_qsl(target.tags or "")))

    async def close(self) -> None:
        """Close the connection."""
        if self._conn is not None:
            await self._conn.close()
            self._conn = None

    async def _look(self, mailing: int) -> Links:
        conn = await self._connected()
        cursor = await conn.execute(sql("penstock.feedback", "links_of_mailing"), {"mailing": mailing})
        rows = await cursor.fetchall()
        targets = {no: content.Target(url, own, tags) for _, no, url, own, tags in rows if no is not None}
        return Links(targets, not rows or rows[0][0], time.monotonic())

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._conn is None or self._conn.closed:
            self._conn = await self._connect()
        return self._conn

    def _keep(self, mailing: int, links: Links) -> None:
        if before := self._kept.pop(mailing, None):
            self._size -= before.size
        self._kept[mailing] = links
        self._size += links.size
        while self._size > LARGEST and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1].size


async def _connect() -> psycopg.AsyncConnection[Any]:
    return await database.connect_async(name="penstock tracking")
