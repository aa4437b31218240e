"""A bind that is there to hear: for receipts and messages that come while nothing is sent, or that a transmitter never gets."""

from __future__ import annotations

import asyncio

from penstock.transport.backoff import LONGEST, Backoff
from penstock.transport.reply import Trouble
from penstock.transport.short import Answer, Incoming, ShortSource
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.incoming import Ears
from penstock.transport.smpp.pdu import Pdu
from penstock.transport.smpp.session import Session, open_session
from penstock.transport.smpp.timeouts import Timeouts


class Ear:
    """Keeps one bind to `centre` open and tells `source.incoming` what comes, with the number `server`; submits nothing.

    A bind that is lost is made again, after growing rests; `source.trouble` hears why.
    """

    def __init__(
        self, centre: Centre, source: ShortSource, server: int, *, timeouts: Timeouts | None = None
    ) -> None:
        self._centre, self._source, self._server = centre, source, server
        self._timeouts = timeouts or Timeouts.of(centre)
        self._ears = Ears(centre, self._told)
        self._backoff = Backoff()
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self.stands = False  # the bind

    def start(self) -> None:
        """Begin; needs a running event loop."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        """Unbind, and end the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._ears.close()
        session = self._session
        if session is not None and not session.closed.done():
            session.retire()
            await asyncio.wait([session.closed], timeout=self._timeouts.unbind)
            session.abort("the sender ended")

    # -- what the session tells ---------------------------------------------------------------------------------

    def connected(self, session: Session) -> None:
        """A connection exists: a close must reach it."""
        self._session = session

    def bound(self, session: Session) -> None:
        """The bind stands."""
        self.stands = True

    def ended(self, session: Session) -> None:
        """The connection is gone."""
        self.stands = False

    # -- inside -------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            opened = await open_session(
                self._centre, self._centre.hearing, self, self._timeouts, hear=self._hear
            )
            trouble: Trouble | None
            if isinstance(opened, Trouble):
                trouble = opened
            else:
                await self._hold(opened)
                trouble = opened.dialogue.failure
                if loop.time() - opened.made_at > LONGEST:  # ended at once, time and again, it is no success
                    self._backoff.reset()
            if trouble is not None:
                self._source.trouble(*trouble)
            self._backoff.failed(loop.time(), trouble is not None and trouble.permanent)
            await asyncio.sleep(max(0.0, self._backoff.until - loop.time()))

    async def _hold(self, session: Session) -> None:
        """Wait for the end of the session."""
        loop = asyncio.get_running_loop()
        while not session.closed.done():
            await asyncio.wait([session.closed], timeout=self._timeouts.interval)
            session.sweep(loop.time())
            self._ears.sweep(loop.time())

    def _hear(self, received: Pdu, answer: Answer) -> None:
        self._ears.hear(received, answer, asyncio.get_running_loop().time())

    def _told(self, item: Incoming, answer: Answer) -> None:
        self._source.incoming(item, self._server, answer)
