"""A client with nothing in it but sockets and struct: what tries the centres before anything of ours speaks to them."""

import socket
import struct
from typing import NamedTuple

BIND, SUBMIT, DELIVER, UNBIND, QUERY, ENQUIRE = 0x09, 0x04, 0x05, 0x06, 0x03, 0x15
RESPONSE, NACK = 0x80000000, 0x80000000


class Pdu(NamedTuple):
    command: int
    status: int
    sequence: int
    body: bytes

    @property
    def id(self) -> str:
        return self.body.split(b"\0")[0].decode()


class Bare:
    """A transceiver; sequence numbers are the caller's."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def bind(self) -> Pdu:
        self.send(BIND, 1, b"penstock\0secret\0\0\x34\0\0\0")
        return self.read()

    def send(self, command: int, sequence: int, body: bytes = b"", status: int = 0) -> None:
        self.socket.sendall(struct.pack(">4I", 16 + len(body), command, status, sequence) + body)

    def submit(self, sequence: int, number: str, text: bytes, header: bytes = b"", coding: int = 0) -> None:
        head = b"\0\x05\0Acme\0\x01\x01" + number.encode() + b"\0" + bytes((0x40 if header else 0, 0, 0))
        octets = header + text
        self.send(SUBMIT, sequence, head + b"\0\0\x01\0" + bytes((coding, 0, len(octets))) + octets)

    def read(self) -> Pdu:
        """The next PDU; raises EOFError when the centre has closed the connection."""
        try:
            head = self.file.read(16)
        except ConnectionResetError:
            head = b""
        if len(head) < 16:
            raise EOFError
        length, *rest = struct.unpack(">4I", head)
        return Pdu(*rest, self.file.read(length - 16))

    def close(self) -> None:
        self.file.close()
        self.socket.close()
