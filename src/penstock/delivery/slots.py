"""Connections to servers that limit them over all senders: numbered locks, shared out among those who use the server.

The locks are those of one session, so the database frees what a sender held that died. A lane opens no more connections than it
holds numbers; a number goes back when its connection is closed. What there is is shared evenly among the lanes that use the
server; where there are more lanes than connections, the later ones wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import psycopg

from penstock.delivery.lane import Lane
from penstock.platform.database import sql
from penstock.platform.trouble import Trouble
from penstock.transport.share import Share

log = logging.getLogger(__name__)

PERIOD: Final = 0.25
"""Seconds between two looks at what each is to have."""

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Slots:
    """The numbers that one sender holds, for all of its lanes."""

    def __init__(self, lanes: Mapping[int, Lane], connect: Connect) -> None:
        self._lanes, self._connect = lanes, connect
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self._held: dict[Share, list[int]] = {}

    async def run(self, number: Callable[[], int]) -> None:
        """Share out until cancelled; `number` is the sender's."""
        while True:
            await asyncio.sleep(PERIOD)
            wanted = {share: mailing for mailing, lane in self._lanes.items() for share in lane.shares
                      if share.way.limit is not None}  # fmt: skip
            if not wanted and not self._held:
                continue
            try:
                await self._share_out(wanted, number())
            except (psycopg.Error, Trouble) as error:
                log.warning("the connections of limited servers are given up: %s", error)
                await self._lose()

    async def _share_out(self, wanted: Mapping[Share, int], sender: int) -> None:
        for share in [
            each for each in self._held if each not in wanted
        ]:  # its lane has ended, and its connections
            await self._free(share, len(self._held[share]))
            del self._held[share]
        for share, mailing in wanted.items():
            await self._fit(share, await self._fair(share, mailing, sender))

    async def _fair(self, share: Share, mailing: int, sender: int) -> int:
        """How many of the connections are this share's."""
        limit = share.way.limit or 0
        found = await (await self._session()).execute(
            sql("penstock.delivery", "slot_users"),
            {"server": share.way.number, "mailing": mailing, "sender": sender},
        )
        row = await found.fetchone()
        assert row is not None
        others, before = row
        each, rest = divmod(limit, others + 1)
        return each + (before < rest)

    async def _fit(self, share: Share, fair: int) -> None:
        """Have `share` hold so many numbers, as far as they are free."""
        held = self._held.setdefault(share, [])
        wanted = min(fair, share.way.terms.connections)
        if len(held) > wanted:
            if share.slots != wanted:
                share.fleet.give(share, wanted)
            await self._free(share, len(held) - max(wanted, share.hands.held))
        elif len(held) < wanted:
            mine = [
                slot
                for other, slots in self._held.items()
                if other.way.number == share.way.number
                for slot in slots
            ]
            found = await (await self._session()).execute(
                "select delivery_slots(%s, %s, %s, %s)",
                (share.way.number, share.way.limit, mine, wanted - len(held)),
            )
            row = await found.fetchone()
            assert row is not None
            held.extend(row[0])
        if share.slots != min(len(held), wanted):
            share.fleet.give(share, min(len(held), wanted))

    async def _free(self, share: Share, count: int) -> None:
        if count <= 0:
            return
        held = self._held[share]
        going, held[:] = held[:count], held[count:]
        await (await self._session()).execute("select delivery_slots_free(%s, %s)", (share.way.number, going))

    async def _session(self) -> psycopg.AsyncConnection[Any]:
        if self._conn is None:
            self._conn = await self._connect()
        return self._conn

    async def _lose(self) -> None:
        """The session is gone, and the locks with it: others may take them, so ours are given up."""
        if self._conn is not None:
            await self._conn.close()
        self._conn = None
        for share in self._held:
            share.fleet.give(share, 0)
        self._held.clear()
