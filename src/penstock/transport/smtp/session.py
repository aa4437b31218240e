"""One connection: moves the bytes between a socket and the protocol, upgrades to TLS, and ends when told.

There is no await and no timer on a message's path; the pool sweeps over its sessions for time-outs.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Protocol as Interface
from typing import cast

from penstock.transport.envelope import Source
from penstock.transport.reaching import other_end, reach
from penstock.transport.reply import Trouble
from penstock.transport.smtp.failures import tls_failure
from penstock.transport.smtp.handshake import Handshake
from penstock.transport.smtp.protocol import Protocol
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.stage import Ending
from penstock.transport.smtp.timeouts import Timeouts
from penstock.transport.smtp.tls import context_for


class Observer(Interface):
    """Who wants to know how a session fares."""

    def connected(self, session: Session) -> None:
        """The connection exists; nothing was said yet."""

    def ready(self, session: Session) -> None:
        """The opening is done: envelopes can go."""

    def idled(self, session: Session) -> None:
        """The session is ready and its source had nothing."""

    def ended(self, session: Session) -> None:
        """The connection is gone; every envelope has its fate."""


class Session(asyncio.Protocol):
    """The bytes of one connection; `dialogue` decides about them."""

    def __init__(
        self,
        server: Server,
        source: Source,
        observer: Observer,
        timeouts: Timeouts,
        limit: int,
        clear: bool = False,
    ) -> None:
        self._server = server
        self._source = source
        self._observer = observer
        self._timeouts = timeouts
        self._limit = limit
        self._clear = clear
        self._gone = False
        self._upgrade: asyncio.Task[None] | None = None
        self.closed = asyncio.get_running_loop().create_future()

    # -- what asyncio calls -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is connected, and TLS where it is implicit."""
        self._transport = cast(asyncio.Transport, transport)
        address, port = other_end(transport)
        secure = _tls_version(self._transport)
        loopback = ipaddress.ip_address(address.partition("%")[0]).is_loopback
        name = f"{self._server.host}[{address}]:{port}"
        hello = self._server.helo or our_name(transport.get_extra_info("sockname")[0])
        handshake = Handshake(self._server, name, hello, loopback=loopback, secure=secure, clear=self._clear)
        self.dialogue = Protocol(
            handshake, self._source, name, timeouts=self._timeouts, limit=self._limit, ready=self._ready
        )
        self.made_at = asyncio.get_running_loop().time()
        self._observer.connected(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        dialogue = self.dialogue
        dialogue.receive(data)
        outgoing = dialogue.outgoing
        if outgoing:
            self._transport.writelines(outgoing)
            outgoing.clear()
        else:
            self._obey()
            self._report_idle()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone, by our doing or not."""
        if self._gone:
            return
        self._gone = True
        self.dialogue.lost(_cause(error))
        self._finished()

    # -- what the pool calls ------------------------------------------------------------------------------

    @property
    def answered(self) -> int:
        """Messages with a verdict."""
        return self.dialogue.verdicts

    def wake(self) -> None:
        """There may be something to send."""
        self.dialogue.wake()
        self._obey()
        self._report_idle()

    def stop(self) -> int:
        """Begin no body any more; the number (0 or 1) of those begun and unanswered."""
        leaving = self.dialogue.stop()
        self._obey()
        return leaving

    def start_again(self) -> None:
        """Undo `stop`."""
        self.dialogue.start_again()
        self._obey()

    def retire(self) -> None:
        """Finish, then QUIT."""
        self.dialogue.retire()
        self._obey()

    def sweep(self, now: float) -> None:
        """Look for a time-out."""
        self.dialogue.elapse(now, self._transport.get_write_buffer_size())
        self._obey()

    def abort(self, cause: str) -> None:
        """End now; what has begun is in doubt."""
        self._drop()
        self.connection_lost(ConnectionAbortedError(cause))

    # -- inside -------------------------------------------------------------------------------------------

    def _obey(self) -> None:
        """Do what the dialogue asks for."""
        dialogue = self.dialogue
        if dialogue.outgoing:
            if not self._transport.is_closing():
                self._transport.writelines(dialogue.outgoing)
            dialogue.outgoing.clear()
        if dialogue.ending is not None:
            self._end(dialogue.ending)
        elif dialogue.wants_tls and self._upgrade is None:
            self._transport.pause_reading()  # what comes from here on belongs to the TLS handshake
            self._upgrade = asyncio.ensure_future(self._start_tls())

    def _report_idle(self) -> None:
        if self.dialogue.idle:
            self._observer.idled(self)

    def _ready(self) -> None:
        self._observer.ready(self)

    async def _start_tls(self) -> None:
        try:
            transport = await asyncio.get_running_loop().start_tls(
                self._transport,
                self,
                context_for(self._server),
                server_hostname=self._server.host,
                ssl_handshake_timeout=self._timeouts.tls,
            )
        except (OSError, asyncio.CancelledError) as error:  # ssl.SSLError is an OSError
            if not self._gone:
                trouble = tls_failure(error, self._server)
                self.dialogue.refused_tls(trouble.reply.enhanced, trouble.reply.text, trouble.permanent)
                self._obey()
            return
        if transport is None or self._gone:
            self.connection_lost(None)
            return
        self._transport = transport
        self.dialogue.secured(_tls_version(transport))
        self._obey()

    def _end(self, ending: Ending) -> None:
        if ending is Ending.ABORT:
            self._drop()
        else:
            self._transport.close()
        if not self._gone:  # for us it is over now, whenever the loop says so
            self._gone = True
            self._finished()

    def _drop(self) -> None:
        if self._upgrade is not None:
            self._upgrade.cancel()
        self._transport.abort()

    def _finished(self) -> None:
        if not self.closed.done():
            self.closed.set_result(None)
        self._observer.ended(self)


async def open_session(
    server: Server, source: Source, observer: Observer, timeouts: Timeouts, *, limit: int, clear: bool = False
) -> Session | Trouble:
    """Connect, with TLS where it is implicit; the dialogue begins by itself. A failure is returned."""
    return await reach(
        server,
        lambda: Session(server, source, observer, timeouts, limit, clear),
        (lambda: context_for(server)) if server.tls == "implicit" else None,
        seconds=timeouts.connect,
        handshake=timeouts.tls,
    )


def _tls_version(transport: asyncio.Transport) -> str:
    tls = transport.get_extra_info("ssl_object")
    return tls.version() or "TLS" if tls else ""


def our_name(address: str) -> str:
    """Our name for EHLO: this host's, if it is qualified, else the address as a literal (RFC 5321 §4.1.4)."""
    name = socket.gethostname()
    if "." in name.strip("."):
        return name
    address = address.partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _cause(error: Exception | None) -> str:
    if error is None:
        return "the server closed the connection"
    return f"the connection was lost ({str(error).lower() or type(error).__name__})"
