"""The binds to one centre, used as an SMTP Pool is: opened when there is work, in parallel, and again when they are lost.

Everything here runs in the event loop's thread. What comes in over a transceiver goes to the source as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from penstock.transport.openings import Openings, within
from penstock.transport.reply import Reply, Trouble
from penstock.transport.short import Answer, Incoming, ShortSource
from penstock.transport.smpp.carrier import Carrier
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.incoming import Ears
from penstock.transport.smpp.pdu import Pdu
from penstock.transport.smpp.session import Session, open_session
from penstock.transport.smpp.timeouts import Timeouts

ENDED: Final = "the sender ended"
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
        self._openings: Openings[Session] = Openings(
            self._connect, self._troubled, self._again, self._timeouts.interval, self._looked
        )
        self._closed = False
        self._wanted = self._size  # binds that are worth opening for what is known to wait
        self._call: asyncio.Handle | None = None
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
        self._openings.try_at_once()
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
        await within(deadline, self.drained())
        self._closed = True
        self._ears.close()
        if self._call is not None:
            self._call.cancel()
            self._call = None
        await self._openings.end(deadline, ENDED)
        self._carrier.give_up(ENDED)

    def resize(self, connections: int) -> None:
        """Change the number of binds, 0 for none; surplus ones finish what they have begun."""
        self._size = self._wanted = max(0, connections)
        self._openings.shrink(self._size, lambda session: session.dialogue.under_way)
        if not self._carrier.dry:
            self.wake()

    @property
    def on_the_wire(self) -> int:
        """Messages that have begun and have no verdict."""
        return len(self._carrier.live)

    @property
    def open(self) -> int:
        """Binds that stand, or are about to."""
        return len(self._openings.standing)

    @property
    def held(self) -> int:
        """Connections that the centre may count, those that are being opened or closed as well."""
        return self._openings.held

    @property
    def answered(self) -> int:
        """Messages with a verdict."""
        return self._carrier.answered

    # -- what the sessions tell ---------------------------------------------------------------------------------

    def connected(self, session: Session) -> None:
        """A connection exists."""
        self._openings.stands(session)

    def bound(self, session: Session) -> None:
        """A bind stands: work for it, and the others may be opened too."""
        self._openings.ready(session)
        self._soon()

    def ended(self, session: Session) -> None:
        """A connection is gone."""
        self._changed.set()
        failure = session.dialogue.failure or self._in_vain(session)
        self._openings.gone(session, failure)
        if failure is not None:
            self._troubled(failure)
        self._again()

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
        for session in list(self._openings.standing):
            if not self._working:
                break
            session.wake()
        if self._working:
            self._open_missing()

    def _open_missing(self) -> None:
        wanted = self._wanted if not self._carrier.stopped else 1  # what has begun is seen through by one
        most = max(self._size, bool(self._carrier.live))
        self._openings.more(min(most, wanted) - self.open - self._openings.opening)

    def _again(self) -> None:
        if self._working:
            self._soon()

    async def _connect(self) -> Trouble | None:
        opened = await open_session(
            self._centre, self._centre.binding, self, self._timeouts, carrier=self._carrier, hear=self._hear
        )
        return opened if isinstance(opened, Trouble) else None

    def _troubled(self, trouble: Trouble) -> None:
        self._source.trouble(*trouble)
        self._soon()

    def _in_vain(self, session: Session) -> Trouble | None:
        """The trouble with a bind that the centre ended before it took anything: made again at once, it might end so for ever."""
        if session.answered or session not in self._openings.standing or not self._working:
            return None
        peer = session.dialogue.peer.name
        return Trouble(Reply(0, "", f"{peer} ended the bind before it took a message", "bound", peer), False)

    def _hear(self, received: Pdu, answer: Answer) -> None:
        self._ears.hear(received, answer, asyncio.get_running_loop().time())

    def _told(self, item: Incoming, answer: Answer) -> None:
        self._source.incoming(item, self._server, answer)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, call)

    def _looked(self, now: float) -> None:
        self._ears.sweep(now)
        self._rest_idle(now)

    def _rest_idle(self, now: float) -> None:
        """Unbind when there has been nothing to send for a while."""
        if self._working or not self._openings.standing:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        elif now - self._idle_since > self._timeouts.idle:
            self._openings.shrink(0, lambda session: session.dialogue.under_way)
