"""The connections to one server, whatever is spoken on them: one is tried before there are more, and a lost one is replaced.

The first one is a scout, alone until it is ready for work, and so is the next one after a failure: ten wrong passwords at once would
lock an account, and a server that limps is not stormed. After each failure there is a rest, longer each time, until a message was
answered on a connection made since.

How many there are to be, and what goes on them, is for the owner to say. Everything here runs in the event loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar

from penstock.transport.backoff import Backoff
from penstock.transport.reply import Reply, Trouble

log = logging.getLogger(__name__)

FAREWELL: Final = 0.25
"""Seconds for the goodbyes, also where the time was used up before."""


class Connection(Protocol):
    """One connection, from its first moment until `closed`."""

    closed: asyncio.Future[None]
    made_at: float  # by the loop's clock

    @property
    def answered(self) -> int:
        """Messages answered on it."""

    def sweep(self, now: float) -> None:
        """Look for time-outs."""

    def retire(self) -> None:
        """Finish what has begun, then say goodbye."""

    def abort(self, cause: str) -> None:
        """End now."""


C = TypeVar("C", bound=Connection)


class Openings(Generic[C]):
    """Opens connections when told to, looks after their time-outs every `interval` seconds, and ends them.

    `connect()` makes one and tells `stands` of it, or returns what went wrong, which `troubled` hears. `again()` is called when what
    was held back may be asked for once more, `looked(now)` at each look at the time-outs.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Trouble | None]],
        troubled: Callable[[Trouble], None],
        again: Callable[[], None],
        interval: float,
        looked: Callable[[float], None] = lambda now: None,
    ) -> None:
        self._connect, self._troubled, self._again = connect, troubled, again
        self._interval, self._looked = interval, looked
        self.standing: set[C] = set()
        self._parting: set[C] = set()  # finish, and count no more
        self._trying: set[C] = set()  # stand, and are not ready for work yet
        self._opening: set[asyncio.Task[None]] = set()
        self._backoff = Backoff()
        self._proven = False  # one got ready since the start or the last failure
        self._retry: asyncio.TimerHandle | None = None
        self._sweep: asyncio.TimerHandle | None = None

    def __iter__(self) -> Iterator[C]:
        """All that exist, also those that part."""
        return iter([*self.standing, *self._parting])

    @property
    def opening(self) -> int:
        """Connections that are being made."""
        return len(self._wanted)

    @property
    def held(self) -> int:
        """Connections that the server may count, those that are being opened or closed as well."""
        return len(self.standing) + len(self._parting) + len(self._opening)

    # -- what the owner wants -----------------------------------------------------------------------------

    def more(self, missing: int) -> None:
        """Open so many more, as far as that is wise now."""
        if missing <= 0:
            return
        loop = asyncio.get_running_loop()
        rest = self._backoff.until - loop.time()
        if self._backoff.failures and rest > 0:
            if self._retry is None:
                self._retry = loop.call_later(rest, self._rested)
            return
        if self._backoff.failures or not self._proven:
            missing = min(missing, 1 - self.opening - len(self._trying))
        for _ in range(missing):
            task = loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def try_at_once(self) -> None:
        """Forget the failures so far."""
        self._backoff.reset()

    def cancel_retry(self) -> None:
        """Open nothing by itself when the rest is over."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def shrink(self, size: int, load: Callable[[C], int]) -> None:
        """Part with all but `size`: first with those that are being made, then with those of the least load."""
        surplus = len(self.standing) + self.opening - size
        for task in self._wanted[: max(0, surplus)]:
            task.cancel()
        for connection in sorted(self.standing, key=load)[: max(0, len(self.standing) - size)]:
            self.part(connection)

    def part(self, connection: C) -> None:
        """Let it finish and go."""
        self._trying.discard(connection)
        self.standing.discard(connection)
        self._parting.add(connection)
        connection.retire()

    def call_off(self) -> None:
        """Make none of the connections that are being made."""
        self.cancel_retry()
        for task in self._opening:
            task.cancel()

    async def end(self, deadline: float, cause: str) -> None:
        """Say goodbye on all, wait until `deadline` (the loop's time) for them to close, and end what is left because of `cause`."""
        self.call_off()
        for connection in list(self.standing):
            self.part(connection)
        left = [connection.closed for connection in self._parting] + list(self._opening)
        if left:
            await asyncio.wait(left, timeout=max(FAREWELL, deadline - asyncio.get_running_loop().time()))
        for connection in list(self._parting):
            connection.abort(cause)
        if self._sweep is not None:
            self._sweep.cancel()

    # -- what the connections tell ------------------------------------------------------------------------

    def stands(self, connection: C) -> None:
        """It exists, and will be ready or gone."""
        self.standing.add(connection)
        self._trying.add(connection)
        self.watch()

    def ready(self, connection: C) -> None:
        """Terms and credentials are right: the others can be opened."""
        self._trying.discard(connection)
        self._proven = True

    def gone(self, connection: C, trouble: Trouble | None) -> None:
        """It is closed, because of `trouble` or as it should be. One that had carried messages is replaced without a rest."""
        self._judge(connection)
        for those in (self.standing, self._parting, self._trying):
            those.discard(connection)
        if trouble is not None and (trouble.permanent or not connection.answered):
            self._failed(trouble)

    # -- inside -------------------------------------------------------------------------------------------

    @property
    def _wanted(self) -> list[asyncio.Task[None]]:
        return [task for task in self._opening if not task.cancelling()]

    def _rested(self) -> None:
        self._retry = None
        self._again()

    async def _open(self) -> None:
        try:
            trouble = await self._connect()
        except (
            Exception
        ) as error:  # a defect must not leave its mailing standing in silence: it is tried again after a rest
            log.exception("a connection cannot be made")
            trouble = Trouble(Reply(0, "", f"{type(error).__name__}: {error}", "connect", ""), False)
        task = asyncio.current_task()
        if task is not None:
            self._opening.discard(task)
        if trouble is not None:
            self._failed(trouble)
            self._troubled(trouble)

    def _failed(self, trouble: Trouble) -> None:
        self._proven = False
        self._backoff.failed(asyncio.get_running_loop().time(), trouble.permanent)

    def _judge(self, connection: C) -> None:
        """A message answered on a connection made since the last failure ends the resting."""
        backoff = self._backoff
        if backoff.failures and connection.answered and connection.made_at > backoff.failed_at:
            backoff.succeeded()
            self._again()

    def watch(self) -> None:
        """Keep looking while there are connections."""
        if self._sweep is None and (self.standing or self._parting):
            self._sweep = asyncio.get_running_loop().call_later(self._interval, self._look)

    def _look(self) -> None:
        self._sweep = None
        now = asyncio.get_running_loop().time()
        for connection in self:
            connection.sweep(now)
            self._judge(connection)
        self._looked(now)
        self.watch()


async def within(deadline: float, awaitable: Awaitable[None]) -> None:
    """Wait for `awaitable`, until `deadline` (the loop's time) at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(deadline):
            await awaitable
