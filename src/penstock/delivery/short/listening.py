"""Ears: receipts come for days after the last message has gone, and people write when they like. So one sender, the ticker, keeps a bind
to every centre that no lane is at; a centre that is sent to by transmitters alone has one always.

A bind counts where the centre's are limited: an ear takes a number as lanes do, and gives it back as soon as a lane is there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from penstock.account.secrets import SecretError, decrypt
from penstock.delivery.short import asking
from penstock.delivery.short.arrivals import Connect, Take
from penstock.delivery.short.asking import Round
from penstock.platform.database import sql
from penstock.platform.trouble import Trouble
from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply
from penstock.transport.short import Answer, Incoming, ShortEnvelope
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.ear import Ear
from penstock.transport.smtp.server import ServerURLError

log = logging.getLogger(__name__)

PERIOD: Final = 1.0
"""Seconds between two looks at who is to be listened to."""
STEP: Final = 0.1
"""Seconds between two looks at the lanes of this sender: one that begins waits for the bind that an ear has."""


@dataclass(frozen=True)
class Wanted:
    """An account at a centre that is to be listened to: the numbers of its servers, and how many binds all senders may have together."""

    servers: frozenset[int]
    centre: Centre
    limit: int

    @property
    def server(self) -> int:
        """The one in whose name it is done."""
        return min(self.servers)

    @property
    def counted(self) -> bool:
        """The ear takes one of those binds; a receiver apart is counted by itself."""
        return self.centre.bind == "transceiver"


class Mouth:
    """What an ear tells (a ShortSource that has nothing to send)."""

    def __init__(self, wanted: Wanted, take_in: Take) -> None:
        self._wanted, self._take_in = wanted, take_in
        self._told = ""

    def incoming(self, item: Incoming, server: int, answer: Answer) -> None:
        """A receipt or a message."""
        self._take_in(item, server, answer)

    def trouble(self, reply: Reply, permanent: bool) -> None:
        """The bind could not be made or kept: it is tried again. Said once."""
        words = str(reply)
        if words != self._told:
            self._told = words
            log.warning(
                "%s (server %s) is not listened to: %s", self._wanted.centre, self._wanted.server, words
            )

    def take(self, peer: Peer) -> ShortEnvelope | None:
        """There is nothing to send."""
        return None

    def replied(self, envelope: ShortEnvelope, reply: Reply) -> None:
        """Nothing was sent."""

    def unanswered(self, envelope: ShortEnvelope, cause: str) -> None:
        """Nothing was sent."""

    def unsent(self, envelope: ShortEnvelope, cause: str) -> None:
        """Nothing was sent."""


class Listening:
    """The ears of one sender. `ours`: whether it is the ticker; `busy`: the servers that its own lanes are at."""

    def __init__(
        self, connect: Connect, take_in: Take, ours: Callable[[], bool], busy: Callable[[], set[int]]
    ) -> None:
        self._connect, self._take_in, self._ours, self._busy = connect, take_in, ours, busy
        self._wanted: list[Wanted] = []
        self._looked_at = -PERIOD
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self._ears: dict[Wanted, Ear] = {}
        self._slots: dict[Wanted, list[int]] = {}
        self._rounds: dict[frozenset[int], Round] = {}
        self._asking: dict[Wanted, asyncio.Task[None]] = {}
        self._read: dict[tuple[str, bytes | None], Centre | None] = {}

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            while True:
                await asyncio.sleep(STEP if self._ours() else PERIOD)
                try:
                    await self._look()
                except (psycopg.Error, Trouble, OSError) as error:
                    log.warning("nobody is listened to: %s", error)
                    await self._lose()
                except Exception:  # a defect must not end the listening; it is tried again
                    log.exception("nobody is listened to")
                    await self._lose()
        finally:
            await self._lose()

    async def _look(self) -> None:
        if not self._ours():
            self._wanted = []
        elif time.monotonic() - self._looked_at >= PERIOD:
            self._looked_at = time.monotonic()
            self._wanted = await self._found()
        busy = self._busy()
        free = [each for each in self._wanted if not (each.counted and each.servers & busy)]
        await self._fit(free)
        for each in free:
            if (
                each.centre.query
                and each not in self._asking
                and self._rounds.setdefault(each.servers, Round()).due
            ):
                await self._begin_to_ask(each)

    async def _begin_to_ask(self, wanted: Wanted) -> None:
        """Ask the centre what it has not told: over the bind that the ear has, which stands back for it, or one of its own.

        It goes on beside all else: a centre that gives no answer is waited for long, and that is no other centre's affair.
        """
        conn = await self._session()
        messages = await self._rounds[wanted.servers].overdue(conn, wanted.servers)
        if not messages:
            return
        ear = self._ears.pop(wanted, None) if wanted.counted else None
        if ear is not None:
            await ear.close()
        elif not await self._may(wanted):
            return
        asked = self._ask(conn, wanted, messages)
        self._asking[wanted] = asyncio.get_running_loop().create_task(asked)

    async def _ask(
        self, conn: psycopg.AsyncConnection[Any], wanted: Wanted, messages: list[tuple[str, str]]
    ) -> None:
        try:
            await asking.tell(conn, wanted.server, wanted.centre, messages)
        except Exception:  # a defect, or the database is away: asked again in its turn
            log.exception("%s (server %s) is not asked", wanted.centre, wanted.server)

    async def _end_asking(self, over: list[Wanted]) -> None:
        """It is answered, or has to give way to a lane: its bind is free."""
        tasks = [self._asking.pop(each) for each in over]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in over:
            await self._free(each)

    async def _found(self) -> list[Wanted]:
        cursor = await (await self._session()).execute(sql("penstock.delivery", "listening"))
        # Several transports may share an account at a centre. Who only claims to, with another password, has an ear of their own.
        same: dict[tuple[str, str], list[tuple[int, Centre, int | None, bool]]] = {}
        for server, url, secret, limit, used in await cursor.fetchall():
            if centre := self._centre(url, secret):
                same.setdefault((url.partition("?")[0], centre.password), []).append(
                    (server, centre, limit, used)
                )
        found = []
        for servers in same.values():
            _, centre, limit, _ = servers[0]
            if not (centre.bind == "transceiver" and any(used for *_, used in servers)):
                numbers = frozenset(server for server, *_ in servers)
                found.append(Wanted(numbers, centre, limit or centre.connections))
        return found

    def _centre(self, url: str, secret: bytes | None) -> Centre | None:
        """Read an address, once; None for one that no sender can use either."""
        key = (url, secret)
        if key not in self._read:
            try:
                self._read[key] = Centre.from_url(url, decrypt(secret) if secret else "")
            except (SecretError, ServerURLError) as error:
                log.warning("%s is not listened to: %s", url.partition("?")[0], error)
                self._read[key] = None
        return self._read[key]

    async def _fit(self, wanted: list[Wanted]) -> None:
        await self._end_asking(
            [each for each, task in self._asking.items() if task.done() or each not in wanted]
        )
        gone = [each for each in self._ears if each not in wanted]
        await asyncio.gather(*(self._ears.pop(each).close() for each in gone))
        for each in gone:
            await self._free(each)
        for each in wanted:
            heard = each in self._ears or (each.counted and each in self._asking)
            if each.centre.ear and not heard and (not each.counted or await self._may(each)):
                ear = self._ears[each] = Ear(each.centre, Mouth(each, self._take_in), each.server)
                ear.start()

    async def _may(self, wanted: Wanted) -> bool:
        """Take a number for a bind; False when lanes have them all."""
        found = await (await self._session()).execute(
            "select delivery_slots(%s, %s, '{}', 1)", (_name(wanted), wanted.limit)
        )
        row = await found.fetchone()
        self._slots[wanted] = list(row[0]) if row else []
        return bool(self._slots[wanted])

    async def _free(self, wanted: Wanted) -> None:
        if slots := self._slots.pop(wanted, None):
            await (await self._session()).execute(
                "select delivery_slots_free(%s, %s)", (_name(wanted), slots)
            )

    async def _session(self) -> psycopg.AsyncConnection[Any]:
        if self._conn is None:
            self._conn = await self._connect()
        return self._conn

    async def _lose(self) -> None:
        """The session is gone, and with it the numbers: lanes may take them."""
        ears, self._ears = list(self._ears.values()), {}
        self._slots.clear()
        await self._end_asking(list(self._asking))
        await asyncio.gather(*(ear.close() for ear in ears))
        if self._conn is not None:
            await self._conn.close()
            self._conn = None


def _name(wanted: Wanted) -> str:
    """The key of the numbered locks, as slots.OfServer has it."""
    return f"server:{wanted.server}"
