"""The binds to one centre, used as an SMTP Pool is: opened when there is work, in parallel, and again when they are lost.

Everything here runs in the event loop's thread. What comes in over a transceiver goes to the source as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from penstock.transport.backoff import Backoff
from penstock.transport.reply import Trouble
from penstock.transport.short import Answer, Incoming, ShortSource
from penstock.transport.smpp.carrier import Carrier
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.dialogue import Stage
from penstock.transport.smpp.incoming import Ears
from penstock.transport.smpp.pdu import Pdu
from penstock.transport.smpp.session import Session, open_session
from penstock.transport.smpp.timeouts import Timeouts

CLOSE_LIMIT: Final = 2.0
"""Seconds that `close` waits for the answers to unbind."""


class Binds:
    """Hands the short envelopes of `source` over to `centre`; `server` is its number, which the ids and what comes in are told with.

    Needs a running event loop from the first `wake` on; nothing is opened before it.
    """

    def __init__(
        self, centre: Centre, source: ShortSource, server: int = 0, *, timeouts: Timeouts | None = None
    ) -> None:
        self._centre, self._source, self._server = centre, source, server
        self._timeouts = timeouts or Timeouts.of(centre)
        self._size = centre.connections
        self._changed = asyncio.Event()
        self._carrier = Carrier(centre, source, server, self._later, self._soon, self._changed.set)
        self._ears = Ears(centre, self._told)
        self._sessions: set[Session] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._parting: set[Session] = set()  # finish, and count no more
        self._backoff = Backoff()
        self._proven = False  # a bind stood since the start or the last failure
        self._closed = False
        self._wanted = self._size  # binds that are worth opening for what is known to wait
        self._call: asyncio.Handle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._idle_since: float | None = None

    # -- the sender's side --------------------------------------------------------------------------------------

    def wake(self, waiting: int | None = None) -> None:
        """The source has something (about `waiting` envelopes). Cheap; may be called from anywhere in the loop."""
        self._carrier.dry = False
        per = self._centre.window
        self._wanted = self._size if waiting is None else min(self._size, -(-waiting // per))
        self._soon()

    def stop(self) -> int:
        """Begin no message from now on; the exact number of messages begun and without a verdict. They are seen through."""
        self._carrier.stopped = True
        return len(self._carrier.live)

    def start_again(self) -> None:
        """Undo `stop`, and try at once what had failed."""
        self._carrier.stopped = False
        self._backoff.reset()
        self.wake()

    async def drained(self) -> None:
        """Wait until every message that has begun has its verdict."""
        while self._carrier.live:
            self._changed.clear()
            await self._changed.wait()

    async def close(self, grace: float = CLOSE_LIMIT) -> None:
        """Stop, wait up to `grace` seconds for what has begun, unbind, and end all connections."""
        self.stop()
        deadline = asyncio.get_running_loop().time() + grace
        await _until(self.drained(), deadline)
        self._closed = True
        self._ears.close()
        for handle in (self._call, self._retry):
            if handle is not None:
                handle.cancel()
        self._call = self._retry = None
        for task in self._opening:
            task.cancel()
        for session in list(self._sessions):
            self._part(session)
            session.retire()
        ends = [session.closed for session in self._parting] + list(self._opening)
        if ends:
            left = max(deadline, asyncio.get_running_loop().time() + 0.25)
            await asyncio.wait(ends, timeout=left - asyncio.get_running_loop().time())
        for session in list(self._parting):
            session.abort("the sender ended")
        self._carrier.give_up("the sender ended")
        if self._sweep is not None:
            self._sweep.cancel()

    def resize(self, connections: int) -> None:
        """Change the number of binds, 0 for none; surplus ones finish what they have begun."""
        self._size = self._wanted = max(0, connections)
        by_load = sorted(self._sessions, key=lambda session: session.dialogue.under_way)
        for session in by_load[: max(0, len(by_load) - self._size)]:
            self._part(session)
            session.retire()
        if not self._carrier.dry:
            self.wake()

    @property
    def on_the_wire(self) -> int:
        """Messages that have begun and have no verdict."""
        return len(self._carrier.live)

    @property
    def open(self) -> int:
        """Binds that stand, or are about to."""
        return len(self._sessions)

    @property
    def held(self) -> int:
        """Connections that the centre may count, those that are being opened or closed as well."""
        return len(self._sessions) + len(self._parting) + len(self._opening)

    @property
    def answered(self) -> int:
        """Messages with a verdict."""
        return self._carrier.answered

    # -- what the sessions tell ---------------------------------------------------------------------------------

    def bound(self, session: Session) -> None:
        """A bind stands: work for it, and the others may be opened too."""
        self._proven = True
        self._backoff.succeeded()
        self._soon()

    def ended(self, session: Session) -> None:
        """A connection is gone."""
        self._sessions.discard(session)
        self._parting.discard(session)
        self._changed.set()
        failure = session.dialogue.failure
        if failure is not None:
            self._failed(failure, worked=session.dialogue.answered > 0)
            self._source.trouble(*failure)
        if self._working or failure is not None:
            self._soon()

    # -- inside -------------------------------------------------------------------------------------------------

    @property
    def _working(self) -> bool:
        """There is something to do that needs a bind."""
        carrier = self._carrier
        return bool(carrier.live) or not (carrier.dry or carrier.stopped)

    def _soon(self) -> None:
        if self._call is None and not self._closed:
            self._call = asyncio.get_running_loop().call_soon(self._distribute)

    def _distribute(self) -> None:
        """Give work to the binds; open more if there is more."""
        self._call = None
        for session in list(self._sessions):
            if not self._working:
                break
            session.wake()
        if self._working:
            self._open_missing()
        self._watch()

    def _open_missing(self) -> None:
        wanted = self._wanted if not self._carrier.stopped else 1  # what has begun is seen through by one
        missing = (
            min(max(self._size, bool(self._carrier.live)), wanted) - len(self._sessions) - len(self._opening)
        )
        if missing <= 0:
            return
        loop = asyncio.get_running_loop()
        rest = self._backoff.until - loop.time()
        if rest > 0 and self._backoff.failures:
            if self._retry is None:
                self._retry = loop.call_later(rest, self._try_again)
            return
        if self._backoff.failures or not self._proven:
            # One scout: ten wrong passwords at once would lock an account.
            scouts = sum(session.dialogue.stage is Stage.BINDING for session in self._sessions)
            missing = min(missing, 1 - len(self._opening) - scouts)
        for _ in range(missing):
            task = loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _try_again(self) -> None:
        self._retry = None
        if self._working:
            self._soon()

    async def _open(self) -> None:
        opened = await open_session(
            self._centre, self._centre.binding, self, self._timeouts, carrier=self._carrier, hear=self._hear
        )
        task = asyncio.current_task()
        if task is not None:
            self._opening.discard(task)
        if isinstance(opened, Trouble):
            self._failed(opened, worked=False)
            self._source.trouble(*opened)
            self._soon()
        elif self._closed:
            opened.abort("the sender ended")
        else:
            self._sessions.add(opened)
            if opened.closed.done():
                self._sessions.discard(opened)
            self._watch()

    def _failed(self, trouble: Trouble, worked: bool) -> None:
        """A bind ended badly; one that had carried messages is replaced without a rest."""
        if not worked or trouble.permanent:
            self._proven = False
            self._backoff.failed(asyncio.get_running_loop().time(), trouble.permanent)

    def _part(self, session: Session) -> None:
        self._sessions.discard(session)
        self._parting.add(session)

    def _hear(self, received: Pdu, answer: Answer) -> None:
        self._ears.hear(received, answer, asyncio.get_running_loop().time())

    def _told(self, item: Incoming, answer: Answer) -> None:
        self._source.incoming(item, self._server, answer)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, call)

    def _watch(self) -> None:
        """Keep sweeping while there are connections."""
        if self._sweep is None and not self._closed and (self._sessions or self._parting):
            self._sweep = asyncio.get_running_loop().call_later(self._timeouts.interval, self._look)

    def _look(self) -> None:
        self._sweep = None
        now = asyncio.get_running_loop().time()
        self._ears.sweep(now)
        for session in [*self._sessions, *self._parting]:
            session.sweep(now)
        self._rest_idle(now)
        self._watch()

    def _rest_idle(self, now: float) -> None:
        """Unbind when there has been nothing to send for a while."""
        if self._working or not self._sessions:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        elif now - self._idle_since > self._timeouts.idle:
            for session in list(self._sessions):
                self._part(session)
                session.retire()


async def _until(awaitable: Awaitable[None], deadline: float) -> None:
    try:
        async with asyncio.timeout_at(deadline):
            await awaitable
    except TimeoutError:
        pass  # what is left is given up by the caller
