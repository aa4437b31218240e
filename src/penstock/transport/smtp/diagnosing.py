"""Try an SMTP server's terms step by step: look up, connect, TLS, EHLO, AUTH, QUIT. Nothing is sent.

The steps are the handshake's own (penstock.transport.smtp.handshake), so what is said here is what senders will meet.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import time
from typing import Final, NoReturn

from penstock.transport.diagnosis import Diagnosis, certificate
from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply, Trouble
from penstock.transport.smtp.connect import connect
from penstock.transport.smtp.failures import connect_failure, cure, tls_failure
from penstock.transport.smtp.handshake import Handshake, StartTLS
from penstock.transport.smtp.lines import ReplyReader, Unintelligible
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.session import our_name
from penstock.transport.smtp.tls import context_for

PATIENCE: Final = 10.0
"""Seconds for each step: who asks is waiting."""
STRANGER: Final = "what answers there does not speak SMTP"
OFFERED: Final = ("pipelining", "eightbitmime", "smtputf8", "starttls")


class _Ended(Exception):
    """A step went wrong: it is in the diagnosis."""


async def diagnose(server: Server) -> Diagnosis:
    """Find out what becomes of a connection to `server`. Never raises for what the server does."""
    found = Diagnosis(str(server))
    visit = _Visit(server, found)
    with contextlib.suppress(_Ended):
        await visit.run()
    if server.tls == "opportunistic" and found.steps and not found.ok and found.steps[-1].name == "tls":
        with contextlib.suppress(_Ended):  # senders go on in clear text then
            await _Visit(server, found, clear=True).run()
    return found


class _Visit:
    """One connection, from the look-up to QUIT."""

    def __init__(self, server: Server, found: Diagnosis, clear: bool = False) -> None:
        self._server, self._found, self._clear = server, found, clear
        self._begun = 0.0
        self._name = "connect"

    async def run(self) -> None:
        """Take all steps; each is noted. Raises _Ended when one goes wrong."""
        sock = await self._connect()
        try:
            reader, writer = await self._open(sock)
        except OSError as error:
            sock.close()
            self._fail(tls_failure(error, self._server))
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()

    # -- the steps ------------------------------------------------------------------------------------------

    async def _connect(self) -> socket.socket:
        server = self._server
        self._begin("lookup")
        try:
            if not _is_address(server.host):
                async with asyncio.timeout(PATIENCE):
                    infos = await asyncio.get_running_loop().getaddrinfo(
                        server.host, server.port, type=socket.SOCK_STREAM
                    )
                self._done(
                    f"{server.host} is {', '.join(list(dict.fromkeys(str(info[4][0]) for info in infos))[:4])}"
                )
            self._begin("connect")
            async with asyncio.timeout(PATIENCE):
                sock = await connect(server.host, server.port)
        except (OSError, UnicodeError) as error:
            self._fail(connect_failure(error, server))
        if server.tls != "implicit":
            self._done(f"connected to {_peer(sock)}")
        return sock

    async def _open(self, sock: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._server.tls != "implicit":
            return await asyncio.open_connection(sock=sock)
        self._done(f"connected to {_peer(sock)}")
        self._begin("tls")
        opened = await asyncio.open_connection(
            sock=sock,
            ssl=context_for(self._server),
            server_hostname=self._server.host,
            ssl_handshake_timeout=PATIENCE,
        )
        self._secured(opened[1])
        return opened

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handshake = self._handshake(writer)
        lines = ReplyReader()
        self._begin("greeting")
        while True:
            command = handshake.command
            raw = await self._hear(reader, lines, command)
            step = handshake.answered(raw)
            if isinstance(step, Trouble):
                self._fail(step)
            self._answered(command, raw)
            if isinstance(step, Peer):
                self._offers(step, command)
                break
            if isinstance(step, StartTLS):
                self._begin("tls")
                await self._start_tls(writer)
                step = handshake.secured(_version(writer))
            self._begin(handshake.command)
            writer.write(step)
        writer.write(b"QUIT\r\n")
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await reader.readline()

    async def _hear(self, reader: asyncio.StreamReader, lines: ReplyReader, command: str) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE):
                while (raw := lines.next()) is None:
                    data = await reader.read(4096)
                    if not data:
                        self._fail(self._local(command, "4.4.2", "the server closed the connection"))
                    lines.feed(data)
                return raw
        except Unintelligible:
            self._fail(self._local(command, "4.5.0", STRANGER))
        except TimeoutError:
            words = f"timed out: no answer to {command.upper()} for {PATIENCE:.0f} s"
            self._fail(self._local(command, "4.4.2", words))
        except OSError:
            self._fail(self._local(command, "4.4.2", "the connection was lost"))

    async def _start_tls(self, writer: asyncio.StreamWriter) -> None:
        try:
            await writer.start_tls(
                context_for(self._server), server_hostname=self._server.host, ssl_handshake_timeout=PATIENCE
            )
        except (OSError, ssl.SSLError) as error:
            self._fail(tls_failure(error, self._server))
        self._secured(writer)

    # -- what they found ------------------------------------------------------------------------------------

    def _handshake(self, writer: asyncio.StreamWriter) -> Handshake:
        here, there = writer.get_extra_info("sockname")[0], writer.get_extra_info("peername")
        loopback = ipaddress.ip_address(there[0].partition("%")[0]).is_loopback
        name = f"{self._server.host}[{there[0]}]:{there[1]}"
        hello = self._server.helo or our_name(here)
        secure = _version(writer)
        return Handshake(self._server, name, hello, loopback=loopback, secure=secure, clear=self._clear)

    def _answered(self, command: str, raw: bytes) -> None:
        if command == "greeting":
            self._done("greeted")
        elif command == "auth" and raw[:3] == b"235":
            self._done(f"AUTH accepted for {self._server.username}")

    def _offers(self, peer: Peer, command: str) -> None:
        found = self._found
        found.size = peer.size
        found.offers = [name.upper().replace("EIGHTBIT", "8BIT") for name in OFFERED if getattr(peer, name)]
        found.offers += [f"AUTH {' '.join(peer.mechanisms)}"] if peer.mechanisms else []
        if command != "auth":
            self._done(f"{peer.name or 'the server'} offers {', '.join(found.offers) or 'nothing besides'}")

    def _secured(self, writer: asyncio.StreamWriter) -> None:
        wire = writer.get_extra_info("ssl_object")
        verified = self._server.verify and self._server.tls != "opportunistic"
        self._found.certificate = certificate(wire.getpeercert(binary_form=True), verified=verified)
        words = f"; {self._found.certificate.words}" if self._found.certificate else ""
        self._done(f"{_version(writer).replace('TLSv', 'TLS ')}{words}")

    # -- notes ----------------------------------------------------------------------------------------------

    def _begin(self, name: str) -> None:
        self._name, self._begun = name, time.monotonic()

    def _done(self, text: str) -> None:
        self._found.add(self._name, text, time.monotonic() - self._begun)

    def _fail(self, trouble: Trouble) -> NoReturn:
        reply = trouble.reply
        text = f"{reply.command.upper()} refused: {reply}" if reply.code else reply.text
        name = "lookup" if reply.enhanced == "5.4.4" else reply.command
        self._found.fail(name, text, time.monotonic() - self._begun, cure(trouble, self._server))
        raise _Ended

    def _local(self, command: str, enhanced: str, text: str) -> Trouble:
        return Trouble(Reply(0, enhanced, text, command, str(self._server)), False)


def _peer(sock: socket.socket) -> str:
    address, port = sock.getpeername()[:2]
    return f"{address}:{port}"


def _version(writer: asyncio.StreamWriter) -> str:
    wire = writer.get_extra_info("ssl_object")
    return (wire.version() or "TLS") if wire else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
