"""Servers that say exactly what a test wants, over real sockets; and a source that writes down what it hears."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any

import uvloop

from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply

EXTENSIONS = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
BODY = b"Subject: x\r\n\r\nHello\r\n.\r\n"


def on_uvloop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test on uvloop, within 20 seconds."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        async def limited() -> None:
            async with asyncio.timeout(20):
                await test(*arguments, **named)

        uvloop.run(limited())

    return run


async def until(fact: Callable[[], object]) -> None:
    """Poll until `fact` is true; the test's own time limit ends a wait in vain."""
    while not fact():  # noqa: ASYNC110 -- the facts of a test have no events
        await asyncio.sleep(0.002)


class Memory:
    """A source of numbered envelopes; what becomes of them stands in lists."""

    def __init__(self, count: int = 0, data: bytes = BODY) -> None:
        self.data = data
        self.waiting = list(range(count))
        self.accepted: list[int] = []
        self.replies: list[tuple[int, Reply]] = []
        self.doubtful: list[int] = []
        self.returned: list[int] = []
        self.troubles: list[tuple[Reply, bool]] = []
        self.peers: list[Peer] = []
        self.on_reply: Callable[[], None] | None = None

    @property
    def settled(self) -> int:
        return len(self.replies) + len(self.doubtful)

    def take(self, peer: Peer) -> Envelope | None:
        self.peers.append(peer)
        if not self.waiting:
            return None
        number = self.waiting.pop(0)
        return Envelope(number, b"s@example.org", b"r%d@example.org" % number, self.data)

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        self.replies.append((envelope.key, reply))
        if reply.positive:
            self.accepted.append(envelope.key)
        if self.on_reply is not None:
            self.on_reply()

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        self.doubtful.append(envelope.key)

    def unsent(self, envelope: Envelope, cause: str) -> None:
        self.returned.append(envelope.key)
        self.waiting.insert(0, envelope.key)

    def trouble(self, reply: Reply, permanent: bool) -> None:
        self.troubles.append((reply, permanent))


class Gone(Exception):
    """The client closed the connection."""


class Talk:
    """One connection, as the server sees it."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.reader = reader
        self.writer = writer

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()

    async def hear(self, *verbs: str) -> list[str]:
        """The next lines, which must begin with `verbs`."""
        heard = []
        for verb in verbs:
            line = await self.reader.readline()
            if not line or (line.startswith(b"QUIT") and verb not in ("", "QUIT")):
                raise Gone
            heard.append(line.decode().rstrip("\r\n"))
            assert heard[-1].startswith(verb), f"{heard[-1]!r} instead of {verb}"
        return heard

    async def open(self, *extensions: str) -> None:
        """Greeting and EHLO."""
        await self.say("220 mx.example ESMTP")
        await self.ehlo(*(extensions or EXTENSIONS))

    async def ehlo(self, *extensions: str) -> None:
        await self.hear("EHLO")
        words = ["mx.example", *extensions]
        await self.say(*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}")

    async def envelope(self) -> str:
        """MAIL, RCPT and DATA, all accepted; the recipient."""
        recipient = await self.commands()
        await self.say("250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead")
        return recipient

    async def commands(self) -> str:
        _, rcpt, _ = await self.hear("MAIL FROM", "RCPT TO", "DATA")
        return rcpt[9:-1]

    async def body(self) -> bytes:
        try:
            return await self.reader.readuntil(b"\r\n.\r\n")
        except asyncio.IncompleteReadError:
            raise Gone from None

    async def accept_all(self) -> None:
        """Take every message until QUIT."""
        while True:
            line = (await self.hear(""))[0]
            if line.startswith("QUIT"):
                await self.say("221 2.0.0 Bye")
                return
            if line.startswith("DATA"):
                await self.say("354 Go ahead")
                await self.body()
            await self.say("250 2.0.0 Ok")

    def reset(self) -> None:
        self.writer.transport.abort()


class Listening:
    """A server whose connections run `talk`; complaints of the talks are raised at the end of the `async with`."""

    def __init__(self, talk: Callable[[Talk], Awaitable[None]], tls: ssl.SSLContext | None = None) -> None:
        self._talk = talk
        self._tls = tls
        self._complaints: list[Exception] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.open = 0

    async def __aenter__(self) -> Listening:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls, limit=2**24)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: object, *error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:  # closing a connection that died during its TLS handshake may take asyncio for ever
            await asyncio.wait(self._tasks, timeout=1)
        if self._complaints and kind is None:
            raise self._complaints[0]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        talk = Talk(self.connections, reader, writer)
        self.connections += 1
        self.open += 1
        try:
            await self._talk(talk)
        except (Gone, ConnectionError, asyncio.CancelledError):
            pass  # the client may go whenever it wants; the test knows what that means, and when it is over
        except Exception as error:
            self._complaints.append(error)
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()
            with suppress(Exception):
                await writer.wait_closed()
