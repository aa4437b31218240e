"""The connections to one server: opened when there is work, in parallel, and again when they are lost.

Everything here runs in the event loop's thread. A connection that stalls keeps nobody else waiting: each takes its
envelopes from the source by itself.
"""

from __future__ import annotations

import asyncio
from typing import Final

from penstock.transport.envelope import Source
from penstock.transport.openings import Openings, within
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
        self._openings: Openings[Session] = Openings(
            self._connect, self._troubled, self._again, self._timeouts.interval
        )
        self._clear = False  # opportunistic TLS failed: leave it out at the next attempt
        self._stopped = self._closed = False
        self._dry = True  # the source had nothing when last asked
        self._wanted = self._size  # connections that are worth opening for what is known to wait
        self._call: asyncio.Handle | None = None
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
        self._openings.cancel_retry()
        if self._call is not None:
            self._call.cancel()
            self._call = None
        return sum(session.stop() for session in self._openings)

    def start_again(self) -> None:
        """Undo `stop`, and try at once what had failed."""
        self._stopped = False
        self._openings.try_at_once()
        for session in list(self._openings.standing):
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
        self._openings.call_off()
        deadline = asyncio.get_running_loop().time() + grace
        await within(deadline, self.drained())
        await self._openings.end(deadline, "the pool was closed")

    def resize(self, connections: int) -> None:
        """Change the number of connections, 0 for none; surplus ones finish what they have taken."""
        self._size = self._wanted = max(0, connections)
        self._openings.shrink(self._size, lambda session: session.dialogue.busy)
        if not self._dry:
            self.wake()

    @property
    def on_the_wire(self) -> int:
        """Connections on which an envelope is, or the commands of one."""
        return sum(session.dialogue.busy for session in self._openings)

    @property
    def open(self) -> int:
        """Connections that are open, ready or about to be."""
        return sum(session.dialogue.stage is not Stage.QUIT for session in self._openings.standing)

    @property
    def held(self) -> int:
        """Connections that the server may count, those that are being opened or closed as well."""
        return self._openings.held

    @property
    def answered(self) -> int:
        """Messages answered so far."""
        return self._answered + sum(session.answered for session in self._openings)

    # -- what sessions tell -------------------------------------------------------------------------------

    def connected(self, session: Session) -> None:
        """A connection exists, from its first moment on under our hand: a stop must reach it."""
        self._openings.stands(session)
        if self._stopped:
            session.dialogue.stop()

    def ready(self, session: Session) -> None:
        """Terms and credentials are right: the others can be opened."""
        self._openings.ready(session)
        self._again()

    def idled(self, session: Session) -> None:
        """The source had nothing for this session."""
        if not self._stopped:
            self._dry = True
        self._changed.set()

    def ended(self, session: Session) -> None:
        """A connection is gone."""
        failure = session.dialogue.failure
        self._changed.set()
        self._answered += session.answered
        self._openings.gone(session, failure)
        if failure is not None:
            self._mind_tls(failure)
        if not self._dry or failure is not None:
            self.wake(self._wanted)

    # -- inside -------------------------------------------------------------------------------------------

    def _distribute(self) -> None:
        """Give work to idle connections; open more if there is more."""
        self._call = None
        if self._stopped or self._closed:
            return
        for session in list(self._openings.standing):
            if session.dialogue.idle:
                session.wake()
                if session.dialogue.idle:
                    return  # the source is empty
        self._openings.more(min(self._size, self._wanted) - self.open - self._openings.opening)

    def _again(self) -> None:
        if not self._dry:
            self.wake(self._wanted)

    async def _connect(self) -> Trouble | None:
        clear, self._clear = self._clear, False
        opened = await open_session(
            self._server, self._source, self, self._timeouts, limit=self._limit, clear=clear
        )
        return opened if isinstance(opened, Trouble) else None

    def _troubled(self, trouble: Trouble) -> None:
        """A connection could not be made; of one that was made the session tells."""
        self._mind_tls(trouble)
        self._source.trouble(*trouble)
        self.wake(self._wanted)

    def _mind_tls(self, trouble: Trouble) -> None:
        if trouble.reply.command == "tls" and self._server.tls == "opportunistic":
            self._clear = True
