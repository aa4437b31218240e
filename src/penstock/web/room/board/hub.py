"""What happens to mailings, told to every page that is open: one task for all pages of this process.

It listens where `mailing.control` notifies, and asks once in a while for the figures of what moves, in one statement for all
accounts that are watched. Fifty pages cost the database what one does. The task begins with the first watcher and ends after
the last. When the database was away everybody is told to look again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Any

import psycopg

from penstock.mailing.control import CHANNEL
from penstock.platform import database, ending
from penstock.platform.trouble import Trouble
from penstock.web.room.board.permitted import permitted
from penstock.web.room.board.telling import Changed, Teller
from penstock.web.room.board.watcher import AGAIN, END, OVER, Ticket, Watcher
from penstock.web.room.board.watching import changed, lately, moving

BEAT = 0.75
"""Seconds between two looks at the figures, so that a change is seen within one."""
SHARE = 0.05
"""Of the time at most this much is spent on looks: where they take long they become rarer."""
CHECK = 5.0
"""Seconds between two looks at who still may watch."""
GATHER = 0.04
"""Seconds that further changes are waited for, when one was told."""
LINGER = 5.0
"""Seconds that the task stays without watchers: who goes from page to page comes back."""
MOST = 100
"""Pages that one person may have open at this process."""
SETTLING = 10.0
"""Seconds that the figures of a mailing which stopped are still looked at."""

_log = logging.getLogger(__name__)
Connection = psycopg.AsyncConnection[Any]


class Hub:
    """Everybody who watches, and the task that tells them. Used within one event loop only."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._changed: set[int] = set()
        self._settling: dict[int, float] = {}
        self._teller = Teller()

    def join(self, ticket: Ticket) -> Watcher:
        """Let a page watch from now on."""
        watcher = Watcher(ticket)
        self._watchers.add(watcher)
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="penstock live")
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """A page was closed."""
        self._watchers.discard(watcher)

    def pages_of(self, person: int) -> int:
        """How many pages of this person watch."""
        return sum(watcher.ticket.person == person for watcher in tuple(self._watchers))

    def end(self) -> None:
        """End every stream: the server is about to end."""
        self._tell_all(END)

    def _tell_all(self, news: bytes) -> None:
        for watcher in self._watchers:
            watcher.tell(news)

    async def _run(self) -> None:
        lost = False
        while await self._is_watched():
            try:
                async with (
                    await database.connect_async(name="penstock live") as listening,
                    await database.connect_async(name="penstock live figures") as asking,
                ):
                    await listening.execute(f"listen {CHANNEL}")
                    if lost:
                        self._tell_all(AGAIN)
                    lost = False
                    await self._watch(listening, asking)
            except (Trouble, psycopg.Error, OSError) as error:
                _log.log(logging.DEBUG if lost else logging.WARNING, "the boards see nothing new: %s", error)
                lost = True
                await asyncio.sleep(1.0)
            except Exception:  # a defect of ours: pages look again, and this task goes on
                _log.exception("the boards see nothing new")
                lost = True
                await asyncio.sleep(1.0)

    async def _is_watched(self) -> bool:
        if not self._watchers:
            await asyncio.sleep(LINGER)
        return bool(self._watchers)

    async def _watch(self, listening: Connection, asking: Connection) -> None:
        hearing = asyncio.create_task(self._hear(listening))
        try:
            await self._look(asking, hearing)
        finally:
            hearing.cancel()
            with contextlib.suppress(asyncio.CancelledError, psycopg.Error):
                await hearing

    async def _hear(self, listening: Connection) -> None:
        async for news in listening.notifies():
            with contextlib.suppress(ValueError):
                self._changed.add(int(news.payload.split(" ", 1)[0]))
                self._wake.set()

    async def _look(self, asking: Connection, hearing: "asyncio.Task[None]") -> None:
        """Tell what there is to tell until nobody watches any more, or what hears has failed."""
        clock = asyncio.get_running_loop().time
        figures_at = check_at = clock()
        while await self._is_watched():
            if hearing.done():
                hearing.result()
                raise psycopg.OperationalError("the connection that listens was closed")
            await self._tell_changes(asking)
            if clock() >= figures_at:
                begun = clock()
                await self._tell_figures(asking)
                figures_at = begun + max(BEAT, (clock() - begun) / SHARE)
            if clock() >= check_at:
                await self._dismiss(asking)
                check_at = clock() + CHECK
            await self._rest(max(0.0, min(figures_at, check_at) - clock()))

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
            await asyncio.sleep(GATHER)
        self._wake.clear()

    async def _tell_changes(self, asking: Connection) -> None:
        """Tell new watchers what changed while their page was made, and everybody what changed since."""
        new = [watcher for watcher in self._watchers if watcher.is_new]
        wanted, self._changed = self._changed, set()
        if new:
            wanted |= await lately(asking, {watcher.ticket.account for watcher in new})
        if wanted:
            self._tell(await changed(asking, wanted, self._accounts()))

    def _tell(self, there: Iterable[Changed]) -> None:
        until = asyncio.get_running_loop().time() + SETTLING
        for each in (there := list(there)):
            self._settling[each.mailing] = until
        self._teller.changes(self._watchers, there)

    async def _tell_figures(self, asking: Connection) -> None:
        now = asyncio.get_running_loop().time()
        self._settling = {number: until for number, until in self._settling.items() if until > now}
        rows = await moving(asking, self._accounts(), self._settling)
        if missed := self._teller.missed(row.changed for row in rows):
            self._tell(missed)
        self._teller.figures(self._watchers, rows)

    async def _dismiss(self, asking: Connection) -> None:
        """End the streams of those who may not watch any more."""
        watchers = {watcher.number: watcher for watcher in self._watchers}
        kept = await permitted(asking, {number: watcher.ticket for number, watcher in watchers.items()})
        for number in watchers.keys() - kept:
            watchers[number].tell(OVER)

    def _accounts(self) -> list[int]:
        return sorted({watcher.ticket.account for watcher in self._watchers})


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """Return the hub of the running event loop: in a server there is one."""
    loop = asyncio.get_running_loop()
    for closed in [each for each in _hubs if each.is_closed()]:
        del _hubs[closed]
    return _hubs.setdefault(loop, Hub())


def pages_of(person: int) -> int:
    """How many pages of this person watch at this process; may be asked from any thread."""
    return sum(there.pages_of(person) for there in tuple(_hubs.values()))


@ending.when_ending
def end() -> None:
    """End every stream of this process, so that the server need not wait for them; may be called from any thread."""
    for loop, there in tuple(_hubs.items()):
        if not loop.is_closed():
            loop.call_soon_threadsafe(there.end)
