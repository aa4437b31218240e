"""One connection to a centre: moves the octets between a socket and the dialogue, and ends when told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast
from typing import Protocol as Interface

from penstock.transport.envelope import Peer
from penstock.transport.reaching import other_end, reach
from penstock.transport.reply import Trouble
from penstock.transport.smpp.carrier import Carrier
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.dialogue import Dialogue, Hear, Respond, Stage
from penstock.transport.smpp.timeouts import Timeouts
from penstock.transport.smtp.tls import context

UNREAD_LIMIT: Final = 262_144
"""Octets that the other side has been told and does not read, after which nothing more is read of it: else the answers to a stream of
requests would all stay in memory. More than the submits (65,536) and the answers to HEARD_LIMIT receipts together, so that a centre
that first writes and then reads does not wait for us while we wait for it."""
FAREWELL: Final = 5.0
"""Seconds for the last octets after the end; then they are thrown away."""


class Observer(Interface):
    """Who wants to know how a session fares."""

    def connected(self, session: Session) -> None:
        """The connection exists; nothing was said yet."""

    def bound(self, session: Session) -> None:
        """The bind stands."""

    def ended(self, session: Session) -> None:
        """The connection is gone; every message on it has its fate."""


class Session(asyncio.Protocol):
    """The octets of one bind; `dialogue` decides about them."""

    dialogue: Dialogue

    def __init__(
        self, make: Callable[[Session, Peer, float], Dialogue], observer: Observer, name: str
    ) -> None:
        self._make, self._observer, self._name = make, observer, name
        self._loop = asyncio.get_running_loop()
        self._flush: asyncio.Handle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._was = Stage.BINDING
        self._gone = False
        self.deaf = False  # nothing is read until the other side has read what it was told
        self.closed: asyncio.Future[None] = self._loop.create_future()

    # -- what asyncio calls -----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is connected, and TLS where it is used: the bind begins."""
        self._transport = cast(asyncio.Transport, transport)
        address, port = other_end(transport)
        tls = transport.get_extra_info("ssl_object")
        peer = Peer(f"{self._name}[{address}]:{port}", tls=(tls.version() or "TLS") if tls else "")
        self.made_at = self._loop.time()
        self.dialogue = self._make(self, peer, self.made_at)
        self._observer.connected(self)
        self._obey()

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        self.dialogue.receive(data, self._loop.time())
        self._obey()

    def pause_writing(self) -> None:
        """The other side reads slower than we write."""
        self.dialogue.choked = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self.dialogue.choked = False
        if self.deaf and not self._transport.is_closing():
            self.deaf = False
            self._transport.resume_reading()
        self.wake()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone, by our doing or not."""
        if error is None:
            self._lost(f"{self._name} closed the connection")
        else:
            self._lost(f"the connection was lost ({str(error).lower() or type(error).__name__})")

    # -- what its owner calls ---------------------------------------------------------------------------------

    def changed(self) -> None:
        """There is something to write: soon, with what else comes until then."""
        if self._flush is None and not self._gone:
            self._flush = self._loop.call_soon(self._flushed)

    def wake(self) -> None:
        """There may be something to submit."""
        self.dialogue.fill(self._loop.time())
        self._obey()

    def request(self, made: Callable[[int], bytes], respond: Respond) -> None:
        """Send a request that is no submit_sm."""
        self.dialogue.request(made, respond, self._loop.time())
        self.changed()

    def retire(self) -> None:
        """Finish, then unbind."""
        self.dialogue.retire(self._loop.time())
        self._obey()

    def unbind(self) -> None:
        """Say goodbye, soon."""
        self.dialogue.unbind(self._loop.time())
        self.changed()

    @property
    def answered(self) -> int:
        """Submits with a response."""
        return self.dialogue.answered

    @property
    def unread(self) -> int:
        """Octets that wait here because the other side does not read them."""
        return self._transport.get_write_buffer_size()

    @property
    def certificate(self) -> bytes | None:
        """The centre's certificate, as DER; None without TLS."""
        tls = self._transport.get_extra_info("ssl_object")
        return tls.getpeercert(binary_form=True) if tls else None

    def sweep(self, now: float) -> None:
        """Look for time-outs."""
        self.dialogue.elapse(now)
        self._obey()

    def abort(self, cause: str) -> None:
        """End now; what is under way is in doubt."""
        self._transport.abort()
        self._lost(cause)

    # -- inside -----------------------------------------------------------------------------------------------

    def _flushed(self) -> None:
        self._flush = None
        self._obey()

    def _obey(self) -> None:
        """Write, and see what has come of it."""
        dialogue = self.dialogue
        if dialogue.outgoing:
            if not self._transport.is_closing():
                self._transport.write(b"".join(dialogue.outgoing))
            dialogue.outgoing.clear()
            if dialogue.choked and self.unread > UNREAD_LIMIT:
                self._turn_away()
        if dialogue.rest_until and self._rest is None and not self._gone:
            self._rest_until(dialogue.rest_until)
        if dialogue.stage is self._was:
            return
        self._was = dialogue.stage
        if dialogue.stage is Stage.BOUND:
            self._observer.bound(self)
        elif dialogue.stage is Stage.ENDED:
            self._leave()
            self._finished()

    def _turn_away(self) -> None:
        """Read no more for now: TCP then keeps the other side from sending."""
        if not (self.deaf or self._transport.is_closing()):
            self.deaf = True
            self._transport.pause_reading()

    def _leave(self) -> None:
        """Close, once the last octets are gone; who does not read them keeps the connection no longer."""
        self._transport.close()
        if self.unread:
            self._loop.call_later(FAREWELL, self._transport.abort)

    def _rest_until(self, when: float) -> None:
        if when > self._loop.time():
            self._rest = self._loop.call_at(when, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self.wake()

    def _lost(self, cause: str) -> None:
        self.dialogue.lost(cause)
        self._finished()

    def _finished(self) -> None:
        if self._gone:
            return
        self._gone = True
        for handle in (self._flush, self._rest):
            if handle is not None:
                handle.cancel()
        if not self.closed.done():
            self.closed.set_result(None)
        self._observer.ended(self)


async def open_session(
    centre: Centre, command: int, observer: Observer, timeouts: Timeouts,
    *, carrier: Carrier | None = None, hear: Hear | None = None,
) -> Session | Trouble:  # fmt: skip
    """Connect; the bind begins by itself. A failure is returned."""

    def make(session: Session, peer: Peer, now: float) -> Dialogue:
        return Dialogue(centre, command, peer, timeouts, now, session.changed, carrier=carrier, hear=hear)

    return await reach(
        centre,
        lambda: Session(make, observer, centre.host),
        (lambda: context(centre.cafile, centre.verify)) if centre.tls else None,
        seconds=timeouts.connect,
        handshake=timeouts.connect,
        public=not centre.inward,
    )
