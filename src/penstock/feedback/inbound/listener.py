"""The listener as a whole: a port, the connections on it and how many there may be, until it is asked to end."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
import socket
from collections import Counter
from typing import Any, Final, cast

from penstock.feedback.inbound.certificate import Certificate
from penstock.feedback.inbound.dialogue import Dialogue, LmtpDialogue
from penstock.feedback.inbound.standing import standing
from penstock.feedback.inbound.taking import Taking

log = logging.getLogger(__name__)

CONNECTIONS: Final = 100
OF_ONE: Final = 20
"""Connections from one address beyond this machine."""
GRACE: Final = 10.0
"""Seconds at the end for messages that are being noted; who hands one over that is not gets no answer, and comes again."""
_BUSY: Final = b"421 4.3.2 Too many connections, come again later\r\n"


class Listener:
    """A port on which what comes back is taken. `start`, then `stop`; `port` is the real one from then on."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, smtp: bool = False, certificate: Certificate | None = None
    ) -> None:  # fmt: skip
        self.host, self.port = host, port
        self._kind: type[Dialogue] = Dialogue if smtp else LmtpDialogue
        self._certificate = certificate
        self._taking = Taking("smtp" if smtp else "lmtp")
        self._hostname = socket.gethostname()
        self._dialogues: set[_Door] = set()
        self._from: Counter[str] = Counter()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Door(self), self.host, self.port, backlog=100)
        self.port = self._server.sockets[0].getsockname()[1]
        self._standing = asyncio.create_task(standing(self._certificate))

    async def stop(self) -> None:
        """Take nothing more, wait for what is being noted, and close all connections."""
        if self._server is None:
            return
        self._server.close()
        self._standing.cancel()
        noting = [asyncio.create_task(each.dialogue.idle.wait()) for each in self._dialogues]
        if noting:
            _, unfinished = await asyncio.wait(noting, timeout=GRACE)
            for each in unfinished:
                each.cancel()
        for door in list(self._dialogues):
            door.close()
        await asyncio.to_thread(self._taking.close)
        self._server = None

    def dialogue(self, door: _Door) -> Dialogue:
        """Return a new dialogue behind `door`."""
        tls = self._certificate.context() if self._certificate else None
        return self._kind(self._taking, self._hostname, gone=lambda _: self.leave(door), tls=tls)

    def enter(self, door: _Door) -> bool:
        """Whether there is room for one more connection; it is counted then."""
        if door in self._dialogues:  # its TLS has begun
            return True
        far = not _is_near(door.peer)
        if len(self._dialogues) >= CONNECTIONS or (far and self._from[door.peer] >= OF_ONE):
            return False
        self._dialogues.add(door)
        self._from[door.peer] += 1
        return True

    def leave(self, door: _Door) -> None:
        """A connection is over."""
        if door in self._dialogues:
            self._dialogues.discard(door)
            self._from[door.peer] -= 1
            self._from += Counter()  # forgets those that are at nought


class _Door(asyncio.Protocol):
    """What stands at the port: lets a connection in to a dialogue, or turns it away before one begins."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.peer = str((transport.get_extra_info("peername") or [""])[0])
        if not self._listener.enter(self):
            self.transport.write(_BUSY)
            self.transport.close()
            return
        self.dialogue = self._listener.dialogue(self)
        self.transport.set_protocol(self.dialogue)
        self.dialogue.connection_made(transport)

    def close(self) -> None:
        """End the connection at once."""
        self.transport.close()


def _is_near(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
    except ValueError:
        return True  # no address: a socket of this machine


def run(host: str, port: int, *, smtp: bool, certificate: Certificate | None = None) -> None:
    """Listen until SIGTERM or SIGINT; with a certificate TLS is offered. Raises OSError when the port is taken."""
    asyncio.run(_until_asked(Listener(host, port, smtp=smtp, certificate=certificate)))


async def _until_asked(listener: Listener) -> None:
    ending = asyncio.Event()
    loop: Any = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    await listener.start()
    try:
        await ending.wait()
    finally:
        await listener.stop()
