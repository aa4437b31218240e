"""The connections to one server: opened when there is work, in parallel, and again when they are lost.

Everything here runs in the event loop's thread. A connection that stalls keeps nobody else waiting: each takes its
envelopes from the source by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final

from penstock.transport.backoff import Backoff
from penstock.transport.envelope import Source
from penstock.transport.reply import Trouble
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.session import Session, open_session
from penstock.transport.smtp.stage import Stage
from penstock.transport.smtp.timeouts import Timeouts

CLOSE_LIMIT: Final = 2.0
"""Seconds that `close` waits for the answers to QUIT."""


class Pool:
    """Hands the envelopes of `source` over to `server` on up to `connections` connections.

    Needs a running event loop from the first `wake` on; nothing is opened before it.
    """

    def __init__(
        self,
        server: Server,
        source: Source,
        connections: int | None = None,
        *,
        messages_per_connection: int | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._server = server
        self._source = source
        self._size = connections or server.connections
        self._limit = messages_per_connection or server.messages_per_connection
        self._timeouts = timeouts or Timeouts()
        self._sessions: set[Session] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._parting: set[Session] = set()  # have said QUIT; count no more
        self._backoff = Backoff()
        self._proven = False  # a connection got ready since the start or the last failure
        self._clear = False  # opportunistic TLS failed: leave it out at the next attempt
        self._stopped = self._closed = False
        self._dry = True  # the source had nothing when last asked
        self._wanted = self._size  # connections that are worth opening for what is known to wait
        self._call: asyncio.Handle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self._answered = 0  # messages on connections that are gone

    # -- the sender's side --------------------------------------------------------------------------------

    def wake(self, waiting: int | None = None) -> None:
        """The source has something (about `waiting` envelopes). Cheap; may be called from anywhere in the loop."""
        self._dry = False
        self._wanted = self._size if waiting is None else min(self._size, waiting)
        if self._call is None and not (self._stopped or self._closed):
            self._call = asyncio.get_running_loop().call_soon(self._distribute)

    def stop(self) -> int:
        """Begin no body from now on; the exact number of messages begun and unanswered.

        Envelopes taken and not begun are back at the source when this returns. The begun ones complete as usual.
        """
        self._stopped = True
        self._cancel_timers()
        return sum(session.stop() for session in [*self._sessions, *self._parting])

    def start_again(self) -> None:
        """Undo `stop`, and try at once what had failed."""
        self._stopped = False
        self._backoff.reset()
        for session in list(self._sessions):
            session.start_again()
        self.wake()

    async def drained(self) -> None:
        """Wait until nothing is on the wire."""
        while self.on_the_wire:
            self._changed.clear()
            await self._changed.wait()

    async def close(self, grace: float = CLOSE_LIMIT) -> None:
        """Stop, wait up to `grace` seconds for what has begun, say QUIT, and end all connections."""
        self.stop()
        self._closed = True
        for task in self._opening:
            task.cancel()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + grace
        await self._until(self.drained(), deadline)
        for session in list(self._sessions):
            session.retire()
        self._parting |= self._sessions
        self._sessions.clear()
        open_ = [session.closed for session in self._parting] + list(self._opening)
        if open_:
            await asyncio.wait(open_, timeout=max(0.0, deadline - loop.time()) + 0.01)
        for session in list(self._parting):
            session.abort("the pool was closed")
        if self._sweep is not None:
            self._sweep.cancel()

    def resize(self, connections: int) -> None:
        """Change the number of connections, 0 for none; surplus ones finish what they have taken."""
        self._size = self._wanted = max(0, connections)
        surplus = sorted(self._sessions, key=lambda session: session.dialogue.busy)[
            : max(0, len(self._sessions) - self._size)
        ]
        for session in surplus:
            self._part(session)
            session.retire()
        if not self._dry:
            self.wake()

    @property
    def on_the_wire(self) -> int:
        """Connections on which an envelope is, or the commands of one."""
        return sum(session.dialogue.busy for session in [*self._sessions, *self._parting])

    @property
    def open(self) -> int:
        """Connections that are open, ready or about to be."""
        return sum(session.dialogue.stage is not Stage.QUIT for session in self._sessions)

    @property
    def held(self) -> int:
        """Connections that the server may count, those that are being opened or closed as well."""
        return len(self._sessions) + len(self._parting) + len(self._opening)

    @property
    def answered(self) -> int:
        """Messages answered so far."""
        return self._answered + sum(
            session.dialogue.verdicts for session in [*self._sessions, *self._parting]
        )

    # -- what sessions tell -------------------------------------------------------------------------------

    def connected(self, session: Session) -> None:
        """A connection exists, from its first moment on under our hand: a stop must reach it."""
        self._sessions.add(session)
        if self._stopped:
            session.dialogue.stop()
        self._watch()

    def ready(self, session: Session) -> None:
        """Terms and credentials are right: the others can be opened."""
        if not self._proven:
            self._proven = True
            if not self._dry:
                self.wake(self._wanted)

    def idled(self, session: Session) -> None:
        """The source had nothing for this session."""
        if not self._stopped:
            self._dry = True
        self._changed.set()

    def ended(self, session: Session) -> None:
        """A connection is gone."""
        self._sessions.discard(session)
        self._parting.discard(session)
        self._changed.set()
        dialogue = session.dialogue
        self._answered += dialogue.verdicts
        self._judge(session)
        if dialogue.failure is not None:
            self._failed(dialogue.failure, worked=dialogue.verdicts > 0)
        if not self._dry or dialogue.failure is not None:
            self.wake(self._wanted)

    # -- inside -------------------------------------------------------------------------------------------

    def _distribute(self) -> None:
        """Give work to idle connections; open more if there is more."""
        self._call = None
        if self._stopped or self._closed:
            return
        for session in list(self._sessions):
            if session.dialogue.idle:
                session.wake()
                if session.dialogue.idle:
                    return  # the source is empty
        self._open_missing()
        self._watch()

    def _open_missing(self) -> None:
        missing = min(self._size, self._wanted) - self.open - len(self._opening)
        if missing <= 0:
            return
        loop = asyncio.get_running_loop()
        rest = self._backoff.until - loop.time()
        if rest > 0:
            if self._retry is None:
                self._retry = loop.call_later(rest, self._try_again)
            return
        if self._backoff.failures or not self._proven:
            # One scout: ten wrong passwords at once would lock an account, and a server that limps is not stormed.
            missing = min(missing, 1 - len(self._opening))
        for _ in range(missing):
            task = loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _try_again(self) -> None:
        self._retry = None
        if not self._dry:
            self.wake(self._wanted)

    async def _open(self) -> None:
        clear, self._clear = self._clear, False
        opened = await open_session(
            self._server, self._source, self, self._timeouts, limit=self._limit, clear=clear
        )
        task = asyncio.current_task()
        if task is not None:
            self._opening.discard(task)
        if isinstance(opened, Trouble):
            self._failed(opened, worked=False)
            self._source.trouble(*opened)
            self.wake(self._wanted)

    def _judge(self, session: Session) -> None:
        """A message answered on a connection made since the last failure ends the resting."""
        if self._backoff.failures and session.dialogue.verdicts and session.made_at > self._backoff.failed_at:
            self._backoff.succeeded()
            if not self._dry:
                self.wake(self._wanted)

    def _failed(self, trouble: Trouble, worked: bool) -> None:
        """A connection ended badly; one that had carried messages is replaced without a rest."""
        if trouble.reply.command == "tls" and self._server.tls == "opportunistic":
            self._clear = True
        if not worked or trouble.permanent:
            self._proven = False
            self._backoff.failed(asyncio.get_running_loop().time(), trouble.permanent)

    def _part(self, session: Session) -> None:
        self._sessions.discard(session)
        self._parting.add(session)

    async def _until(self, awaitable: Awaitable[None], deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await awaitable
        except TimeoutError:
            pass  # what is left is aborted by the caller

    def _watch(self) -> None:
        """Keep sweeping while there are connections."""
        if self._sweep is None and (self._sessions or self._parting):
            self._sweep = asyncio.get_running_loop().call_later(self._timeouts.interval, self._look)

    def _look(self) -> None:
        self._sweep = None
        now = asyncio.get_running_loop().time()
        for session in [*self._sessions, *self._parting]:
            session.sweep(now)
            self._judge(session)
        self._watch()

    def _cancel_timers(self) -> None:
        for handle in (self._call, self._retry):
            if handle is not None:
                handle.cancel()
        self._call = self._retry = None
