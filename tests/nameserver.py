"""A DNS server on loopback that says what a test wants it to: records, errors, nothing at all. UDP and TCP."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

TTL = 60
_MOST_ALIASES = 8


class Nameserver:
    """What is known, by name and type. A name without records does not exist (NXDOMAIN)."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[Any]] = {}
        self.codes: dict[str, str] = {}
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.over_tcp = 0
        self.port = 0

    @property
    def address(self) -> str:
        """As PENSTOCK_DNS takes it."""
        return f"127.0.0.1:{self.port}"

    def txt(self, name: str, *texts: str, pieces: int = 255) -> None:
        """The TXT records of a name, each in strings of so many octets. Without texts: none any more."""
        self._set(name, "TXT", [self._txt(text, pieces) for text in texts])

    def set(self, name: str, kind: str, *texts: str) -> None:
        """The records of another type, as in a zone file."""
        parsed = [
            dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), text) for text in texts
        ]
        self._set(name, kind, parsed)

    def cname(self, name: str, target: str) -> None:
        """The name is another name for `target`."""
        self.set(name, "CNAME", f"{target}.")

    def fails(self, name: str, code: str = "SERVFAIL") -> None:
        """Questions about the name are answered with an error."""
        self.codes[name.lower()] = code

    def hushes(self, name: str) -> None:
        """Questions about the name, or any below, are not answered."""
        self.silent.add(name.lower())

    def works(self, name: str) -> None:
        """Neither any more."""
        self.codes.pop(name.lower(), None)
        self.silent.discard(name.lower())

    def _set(self, name: str, kind: str, rdatas: list[Any]) -> None:
        self.records.pop((name.lower(), kind), None)
        if rdatas:
            self.records[name.lower(), kind] = rdatas

    @staticmethod
    def _txt(text: str, pieces: int) -> Any:
        raw = text.encode()
        strings = [raw[at : at + pieces] for at in range(0, len(raw), pieces)] or [b""]
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)

    def answer(self, wire: bytes, room: int | None) -> bytes | None:
        """Answer a question; `room`: octets of the way back, None for TCP. None: say nothing."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if any(name == each or name.endswith(f".{each}") for each in self.silent):
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if code := self.codes.get(name):
            reply.set_rcode(dns.rcode.from_text(code))
        else:
            self._fill(reply, name, kind)
        written = reply.to_wire(max_size=65535)
        if room is not None and len(written) > max(room, query.payload or 512):
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            written = reply.to_wire()
        return written

    def _fill(self, reply: Any, name: str, kind: str) -> None:
        for _ in range(_MOST_ALIASES):
            if alias := self.records.get((name, "CNAME")):
                reply.answer.append(dns.rrset.from_rdata_list(dns.name.from_text(name), TTL, alias))
                name = alias[0].target.to_text(omit_final_dot=True).lower()
                continue
            if found := self.records.get((name, kind)):
                reply.answer.append(dns.rrset.from_rdata_list(dns.name.from_text(name), TTL, found))
            elif not any(known == name or known.endswith(f".{name}") for known, _ in self.records):
                reply.set_rcode(dns.rcode.NXDOMAIN)
            return


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, socket = self.request
        if (reply := self.server.told.answer(wire, 512)) is not None:  # type: ignore[attr-defined]
            socket.sendto(reply, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.server.told.over_tcp += 1  # type: ignore[attr-defined]
        (length,) = struct.unpack("!H", self.rfile.read(2))
        if (reply := self.server.told.answer(self.rfile.read(length), None)) is not None:  # type: ignore[attr-defined]
            self.wfile.write(struct.pack("!H", len(reply)) + reply)


class _UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


def _bound() -> tuple[_UdpServer, _TcpServer]:
    """Two servers on one free port. Somebody may have the other protocol's: then on another."""
    while True:
        tcp = _TcpServer(("127.0.0.1", 0), _Tcp)
        try:
            return _UdpServer(tcp.server_address, _Udp), tcp
        except OSError:
            tcp.server_close()


@contextmanager
def running() -> Iterator[Nameserver]:
    """Run one on a free port."""
    told = Nameserver()
    udp, tcp = _bound()
    with udp, tcp:
        told.port = udp.server_address[1]
        udp.told = tcp.told = told  # type: ignore[attr-defined]
        threads = [threading.Thread(target=each.serve_forever, args=(0.02,)) for each in (udp, tcp)]
        for thread in threads:
            thread.start()
        try:
            yield told
        finally:
            udp.shutdown()
            tcp.shutdown()
            for thread in threads:
                thread.join()
