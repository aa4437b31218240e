"""Connections under a limit that holds over all senders: numbered locks, shared out among those who use what is limited.

The locks are those of one session, so the database frees what a sender held that died. A lane opens no more connections than it
holds numbers; a number goes back when its connection is closed. What there is is shared evenly among the lanes that use it;
where there are more lanes than connections, the later ones wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

import psycopg

from penstock.delivery.lane import Lane
from penstock.delivery.metering import Count
from penstock.platform.database import sql
from penstock.platform.trouble import Trouble
from penstock.transport.share import Share

log = logging.getLogger(__name__)

PERIOD: Final = 0.25
"""Seconds between two looks at what each is to have."""

IDLE: Final = 0.5
"""Seconds without anything to send after which a lane gives its connections back."""

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Holder(Protocol):
    """What holds numbers in one lane: a server's share, the lane for a limit of its mailing, or a destination domain."""

    @property
    def count(self) -> Count: ...  # the limit
    @property
    def most(self) -> int: ...  # connections that it could use
    @property
    def held(self) -> int: ...  # those that are open, or being opened or closed

    @property
    def slots(self) -> int | None: ...  # those that it may have now

    def give(self, number: int) -> None: ...


class OfServer:
    """The share of a server that limits its connections, as a Holder. A lane that has nothing to send leaves them to the others."""

    def __init__(self, share: Share, lane: Lane) -> None:
        self._share, self._lane = share, lane
        self.count = Count("server", str(share.way.number), share.way.limit or 0)

    @property
    def most(self) -> int:
        return 0 if self._lane.idle_for(IDLE) else self._share.way.terms.connections

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OfServer) and other._share is self._share

    def __hash__(self) -> int:
        return hash(self._share)

    @property
    def held(self) -> int:
        return self._share.hands.held

    @property
    def slots(self) -> int | None:
        return self._share.slots

    def give(self, number: int) -> None:
        self._share.fleet.give(self._share, number)


class Slots:
    """The numbers that one sender holds, for all of its lanes."""

    def __init__(self, lanes: Mapping[int, Lane], connect: Connect) -> None:
        self._lanes, self._connect = lanes, connect
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self._held: dict[Holder, list[int]] = {}

    async def run(self, number: Callable[[], int]) -> None:
        """Share out until cancelled; `number` is the sender's."""
        while True:
            await asyncio.sleep(PERIOD)
            wanted = {holder: mailing for mailing, lane in self._lanes.items() for holder in _holders(lane)}
            if not wanted and not self._held:
                continue
            try:
                await self._share_out(wanted, number())
            except (psycopg.Error, Trouble) as error:
                log.warning("connections under a limit are given up: %s", error)
                await self._lose()

    async def _share_out(self, wanted: Mapping[Holder, int], sender: int) -> None:
        for holder in [
            each for each in self._held if each not in wanted
        ]:  # its lane or its limit has ended, and with the lane its connections
            await self._free(holder, len(self._held[holder]))
            del self._held[holder]
        for holder, mailing in wanted.items():
            await self._fit(holder, await self._fair(holder, mailing, sender))

    async def _fair(self, holder: Holder, mailing: int, sender: int) -> int:
        """How many of the connections are this one's."""
        count = holder.count
        found = await (await self._session()).execute(
            sql("penstock.delivery", "slot_users"),
            {"scope": count.scope, "key": count.key, "mailing": mailing, "sender": sender},
        )
        row = await found.fetchone()
        assert row is not None
        others, before = row
        each, rest = divmod(count.limit, others + 1)
        return each + (before < rest)

    async def _fit(self, holder: Holder, fair: int) -> None:
        """Have `holder` hold so many numbers, as far as they are free."""
        held = self._held.setdefault(holder, [])
        wanted = min(fair, holder.most)
        beyond = [slot for slot in held if slot > holder.count.limit]  # the limit was lowered
        if beyond:
            held.sort(reverse=True)  # these go back first
        if len(held) > wanted:
            if holder.slots != wanted:
                holder.give(wanted)
            await self._free(holder, len(held) - max(wanted, holder.held))
        elif len(held) < wanted:
            held.extend(await self._more(holder, wanted - len(held)))
        if holder.slots != min(len(held), wanted):
            holder.give(min(len(held), wanted))

    async def _more(self, holder: Holder, number: int) -> list[int]:
        """Take so many numbers, as far as they are free; a session could take its own ones twice."""
        mine = [
            n for other, slots in self._held.items() if other.count.name == holder.count.name for n in slots
        ]
        found = await (await self._session()).execute(
            "select delivery_slots(%s, %s, %s, %s)", (holder.count.name, holder.count.limit, mine, number)
        )
        row = await found.fetchone()
        assert row is not None
        return list(row[0])

    async def _free(self, holder: Holder, count: int) -> None:
        if count <= 0:
            return
        held = self._held[holder]
        going, held[:] = held[:count], held[count:]
        await (await self._session()).execute(
            "select delivery_slots_free(%s, %s)", (holder.count.name, going)
        )

    async def _session(self) -> psycopg.AsyncConnection[Any]:
        if self._conn is None:
            self._conn = await self._connect()
        return self._conn

    async def _lose(self) -> None:
        """The session is gone, and the locks with it: others may take them, so ours are given up."""
        if self._conn is not None:
            await self._conn.close()
        self._conn = None
        for holder in self._held:
            holder.give(0)
        self._held.clear()


def _holders(lane: Lane) -> list[Holder]:
    """What holds numbers in a lane."""
    servers = [OfServer(share, lane) for share in lane.shares if share.way.limit is not None]
    return [*servers, *lane.limiting.caps.all, *lane.limiting.sides.places]
