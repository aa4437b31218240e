"""An SMTP server on loopback that catches what it is sent: for the demo, for tests, for trying a mailing out.

Nothing leaves the machine. It can be told to behave as badly as the world does: refuse, defer, drop and stall.

    penstock catch mail --port 2525 --maildir caught --defer 0.05 --refuse '*@gone.example'
"""

from __future__ import annotations

import asyncio
import collections
import fnmatch
import random
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from penstock.transport.catching import kept_in

MESSAGE_LIMIT: Final = 50_000_000
_DROP: Final = "421 4.3.0 Dropped"


@dataclass
class Faults:
    """What goes wrong, and how often.

    `refuse` and `defer_matching` map patterns of recipients (as in a shell: *@gone.example) to the reply they get.
    `defer` is the share of messages refused for now at the dot, drawn with `seed`. `drop_at` and `stall_at` name a
    stage of the dialogue: the connection is dropped there, or the answer is held back for `stall_seconds`.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    defer_matching: dict[str, str] = field(default_factory=dict)
    defer: float = 0.0
    seed: int = 0
    drop_at: str = ""
    stall_at: str = ""
    stall_seconds: float = 5.0


@dataclass(frozen=True)
class Caught:
    """One message as it arrived, dot-stuffing undone."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    options: tuple[str, ...]


class Catcher:
    """The server. `counts` tells for each recipient how many messages it was caught; `messages` keeps the last ones.

    Use as `async with Catcher(port=0) as catcher`, or `start` and `stop`; `port` is the real one from then on.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        faults: Faults | None = None,
        keep: int = 1000,
        maildir: Path | None = None,
        smtputf8: bool = True,
    ) -> None:
        self.host = host
        self.port = port
        self.faults = faults or Faults()
        self.counts: collections.Counter[str] = collections.Counter()
        self.refused: collections.Counter[str] = collections.Counter()
        self.messages: collections.deque[Caught] = collections.deque(maxlen=keep)
        self._smtputf8 = smtputf8
        self._maildir = kept_in(maildir)
        self._chance = random.Random(self.faults.seed)  # noqa: S311 -- repeatable on purpose
        self._server: asyncio.Server | None = None
        self._connections: set[SMTP] = set()

    @property
    def url(self) -> str:
        """Where to send."""
        return f"smtp://{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """The same: nobody has to sign in."""
        return self.url

    @property
    def total(self) -> int:
        """Messages caught, counted once for each recipient."""
        return self.counts.total()

    @property
    def caught(self) -> str:
        """How much that is."""
        return f"{self.total} messages for {len(self.counts)} recipients"

    async def start(self) -> None:
        """Listen; raises OSError if the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self.host, self.port, backlog=500)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._server is not None:
            self._server.close()
            for connection in list(self._connections):
                if connection.transport is not None:
                    connection.transport.close()
            self._server = None

    async def __aenter__(self) -> Catcher:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    def _connection(self) -> SMTP:
        handler = _Handler(self)
        connection = _Connection(
            handler,
            data_size_limit=MESSAGE_LIMIT,
            enable_SMTPUTF8=self._smtputf8,
            ident="Penstock catcher",
            hostname="catcher.localhost",
            loop=asyncio.get_running_loop(),
        )
        handler.connection = connection
        connection.gone = self._connections.discard
        self._connections.add(connection)
        return connection

    # -- what the handler asks ----------------------------------------------------------------------------

    async def fault_at(self, stage: str, connection: SMTP) -> bool:
        """Hold the answer back or drop the connection if that is wanted at `stage`; whether it was dropped."""
        if self.faults.stall_at == stage:
            await asyncio.sleep(self.faults.stall_seconds)
        if self.faults.drop_at != stage:
            return False
        cast(asyncio.Transport, connection.transport).abort()
        return True

    def verdict(self, recipient: str) -> str:
        """The reply to RCPT."""
        for patterns in (self.faults.refuse, self.faults.defer_matching):
            for pattern, reply in patterns.items():
                if fnmatch.fnmatchcase(recipient.lower(), pattern.lower()):
                    self.refused[recipient] += 1
                    return reply
        return "250 2.1.5 Recipient ok"

    def catch(self, caught: Caught) -> str:
        """The reply to the dot; keeps the message if it is accepted."""
        if self.faults.defer and self._chance.random() < self.faults.defer:
            self.refused.update(caught.recipients)
            return "451 4.3.0 Busy, try again later"
        self.counts.update(caught.recipients)
        self.messages.append(caught)
        if self._maildir is not None:
            self._maildir.add(caught.data)
        return "250 2.0.0 Caught"


class _Connection(SMTP):
    """aiosmtpd's server for one connection, which tells its end."""

    gone: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.gone is not None:
            self.gone(self)
        super().connection_lost(error)


class _Handler:
    """aiosmtpd's questions, passed to the catcher."""

    connection: SMTP

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if await self._catcher.fault_at("ehlo", server):
            return [_DROP]
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if await self._catcher.fault_at("mail", server):
            return _DROP
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if await self._catcher.fault_at("rcpt", server):
            return _DROP
        reply = self._catcher.verdict(address)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if await self._catcher.fault_at("dot", server):
            return _DROP
        content = envelope.original_content or b""
        options = tuple(str(option) for option in envelope.mail_options)
        return self._catcher.catch(
            Caught(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, options)
        )
