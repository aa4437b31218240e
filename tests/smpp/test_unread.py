"""Centres that send and do not read: what they are answered must not gather in memory. Over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from penstock.transport.smpp import commands, session
from penstock.transport.smpp.binds import Binds
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.ear import Ear
from penstock.transport.smpp.pdu import pdu
from penstock.transport.smpp.timeouts import Timeouts
from tests.integration.transport.peer import on_uvloop, until
from tests.smpp.test_binds import Memory

MANY = b"".join(pdu(commands.ENQUIRE_LINK, number) for number in range(1, 1_001))


class Flood:
    """A centre that lets in, then asks for the link without end; it reads answers only while `reads`."""

    def __init__(self) -> None:
        self.reads = False
        self.asked = self.answered = 0  # octets
        self.ended = 0  # connections
        self.enough = 1 << 40

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(16)
        await reader.readexactly(int.from_bytes(head[:4], "big") - 16)
        writer.write(pdu(int.from_bytes(head[4:8], "big") | commands.RESPONSE, 1, b"flood\0"))
        hearing = asyncio.create_task(self._hear(reader))
        try:
            while self.asked < self.enough:
                writer.write(MANY)
                self.asked += len(MANY)
                await writer.drain()
            await hearing
        except OSError:
            pass  # the client has had enough
        finally:
            self.ended += 1
            hearing.cancel()
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while self.answered < self.enough:
            await until(lambda: self.reads)
            self.answered += len(await reader.read(65_536))


@asynccontextmanager
async def flooding() -> AsyncIterator[tuple[Flood, Centre]]:
    flood = Flood()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUF, 4096
    )  # the kernel shall not keep megabytes for it
    server = await asyncio.start_server(flood.talk, sock=listening, limit=4096)
    async with server:
        yield flood, Centre.from_url(f"smpp://me:secret@127.0.0.1:{listening.getsockname()[1]}")


class Watching:
    """Who opened a session, and wants nothing of it."""

    def connected(self, session: session.Session) -> None: ...

    def bound(self, session: session.Session) -> None: ...

    def ended(self, session: session.Session) -> None: ...


@pytest.mark.behaviour("S3.14")
@on_uvloop
async def test_who_does_not_read_is_read_no_more_until_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "UNREAD_LIMIT", 100_000)
    async with flooding() as (flood, centre):
        opened = await session.open_session(centre, centre.binding, Watching(), Timeouts())
        assert isinstance(opened, session.Session)
        await until(lambda: opened.unread > session.UNREAD_LIMIT)
        assert opened.deaf
        assert opened.unread < session.UNREAD_LIMIT + 300_000, (
            "what one reading of the socket may bring, and no more"
        )
        flood.enough = flood.asked
        flood.reads = True
        await until(lambda: flood.answered >= flood.enough)
        assert not opened.deaf, "it goes on as if nothing had been"
        opened.abort("the test ended")


@pytest.mark.behaviour("S3.14")
@on_uvloop
@pytest.mark.parametrize("kind", [Ear, Binds])
async def test_who_never_reads_is_left(monkeypatch: pytest.MonkeyPatch, kind: type[Ear | Binds]) -> None:
    """Its link is asked for like any other, and the last octets are not waited for."""
    monkeypatch.setattr(session, "FAREWELL", 0.05)
    monkeypatch.setattr(session, "UNREAD_LIMIT", 100_000)
    patience = Timeouts(answer=0.2, enquire=0.1, interval=0.05)
    memory = Memory(1)
    async with flooding() as (flood, centre):
        hands = kind(centre, memory, 7, timeouts=patience)
        hands.start() if isinstance(hands, Ear) else hands.wake()
        await until(lambda: flood.ended)
        await until(lambda: memory.troubles)
        await hands.close()
    if kind is Binds:
        assert memory.counted == {"doubt": 1}, "it was written, and may have been read"
