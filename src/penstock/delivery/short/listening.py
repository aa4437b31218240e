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
from penstock.delivery.short.arrivals import Connect, Take
from penstock.delivery.short.asking import Asking
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
        self._asking: dict[Wanted, Asking] = {}
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
        await self._heed(free)
        await self._fit(free)
        for each in free:
            if each.centre.query:
                await self._ask(each)

    async def _ask(self, wanted: Wanted) -> None:
        """Ask the centre what it has not told: over the bind that the ear has, which stands back for it, or one of its own."""
        asking = self._asking.setdefault(wanted, Asking())
        if not asking.due or not await asking.overdue(await self._session(), wanted.servers):
            return
        ear = self._ears.pop(wanted, None) if wanted.counted else None
        if ear is not None:
            await ear.close()
        elif not await self._may(wanted):
            asking.put_off()
            return
        asking.begin(wanted.centre)

    async def _heed(self, free: list[Wanted]) -> None:
        """Keep what centres have answered; those that a lane is at by now are not asked further."""
        for wanted, asking in list(self._asking.items()):
            if asking.under_way and wanted not in free:
                await asking.stop()
                await self._free(wanted)
            elif asking.answered:
                try:
                    await asking.end(await self._session(), wanted.server, wanted.centre)
                finally:
                    await self._free(wanted)

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
        gone = [each for each in self._ears if each not in wanted]
        await asyncio.gather(*(self._ears.pop(each).close() for each in gone))
        for each in gone:
            await self._free(each)
        for each in wanted:
            heard = each in self._ears or (each.counted and self._is_asked(each))
            if each.centre.ear and not heard and (not each.counted or await self._may(each)):
                ear = self._ears[each] = Ear(each.centre, Mouth(each, self._take_in), each.server)
                ear.start()

    def _is_asked(self, wanted: Wanted) -> bool:
        """What the ear would use is in use for asking."""
        return wanted in self._asking and self._asking[wanted].under_way

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
        await asyncio.gather(*(ear.close() for ear in ears), *(each.stop() for each in self._asking.values()))
        if self._conn is not None:
            await self._conn.close()
            self._conn = None


def _name(wanted: Wanted) -> str:
    """The key of the numbered locks, as slots.OfServer has it."""
    return f"server:{wanted.server}"
