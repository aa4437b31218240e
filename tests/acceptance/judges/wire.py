"""Both ends of a relay: what went into it is read off the wire, what came out is caught."""

import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.smtpsink import free_port

_READ = 1 << 18


class Tap:
    """Stands between sender and relay, changes nothing, and remembers what the sender said on each connection."""

    def __init__(self, onward: int) -> None:
        self._onward = onward
        self._said: list[bytearray] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sender, _ = self._listening.accept()
            except OSError:
                return  # closed
            relay = socket.create_connection(("127.0.0.1", self._onward))
            for each in (sender, relay):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            said = bytearray()
            self._said.append(said)
            threading.Thread(target=_copy, args=(sender, relay, said), daemon=True).start()
            threading.Thread(target=_copy, args=(relay, sender, None), daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def messages(self) -> Iterator[bytes]:
        """Every message handed over, as RFC 5321 §4.5.2 undoes the dots: CRLF lines, without the lone dot that ends them."""
        for said in self._said:
            yield from _messages(bytes(said))


def _copy(source: socket.socket, target: socket.socket, said: bytearray | None) -> None:
    try:
        while data := source.recv(_READ):
            if said is not None:
                said += data
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # either side has gone; the other is told by the close below
    if said is None:
        source.close()
        target.close()


def _messages(said: bytes) -> Iterator[bytes]:
    at = 0
    while (data := said.find(b"DATA\r\n", at)) >= 0:
        begin = data + len(b"DATA\r\n")
        end = said.find(b"\r\n.\r\n", begin - 2) + 2
        if end < 2:
            return  # a sender that was held up gives back what it has not begun, by closing the connection
        yield re.sub(rb"(?m)^\.", b"", said[begin:end])
        at = end + len(b".\r\n")


class Sink:
    """A server that takes everything: (recipient, message) as they came, in `caught`."""

    def __init__(self) -> None:
        self.caught: list[tuple[str, bytes]] = []
        self.port = free_port()
        self._controller = _Taking(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert envelope.original_content is not None
        self.caught += [(recipient, envelope.original_content) for recipient in envelope.rcpt_tos]
        return "250 2.0.0 kept"

    def close(self) -> None:
        self._controller.stop()


class _Taking(Controller):
    def factory(self) -> Any:
        return SMTP(self.handler, hostname="sink.example", enable_SMTPUTF8=True, data_size_limit=1 << 25)


def answers(port: int) -> bool:
    """Whether a server greets on this port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            return peer.recv(3) == b"220"
    except OSError:
        return False
