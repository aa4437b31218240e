"""Clicks and opens by HTTP/1.1 from many connections, as fast as they are answered or at a rate; what was answered, and when.

usage: python -m bench.http_load --port P[,P…] --requests N (--mailing M --recipients R --links L | --path /x)
                                 [--connections 64] [--rate 5000] [--clicks 0.2]

Each connection is kept and has one request on the wire at a time; one that is cut stays closed. With --rate a request that finds no free
connection waits for one, and its time counts from when it was due. Recipients come in turn, so that nobody clicks twice within a second.
Ends when all are answered or every connection is cut, and prints one JSON document: `answered` by status, `sent`, `seconds`, `cpu_seconds`
of its own, milliseconds at the percentiles. The time until the first answer of each connection is in.
"""

import argparse
import asyncio
import json
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator

import uvloop

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
_TAIL = f" HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n\r\n".encode()
_LENGTH = b"content-length: "


class Load:
    """The requests that are still to be made, and what came of those that were."""

    def __init__(self, requests: Iterator[bytes], count: int, rate: float | None) -> None:
        self.requests, self.left, self.rate = requests, count, rate
        self.idle: deque[Client] = deque()
        self.due: deque[float] = deque()
        self.answered: Counter[int] = Counter()
        self.times: list[float] = []
        self.sent = self.open = 0
        self.over = asyncio.get_running_loop().create_future()

    def free(self, client: "Client") -> None:
        """A connection may have the next request."""
        if self.rate is None:
            if self.left:
                self._send(client, time.perf_counter())
        elif self.due:
            self._send(client, self.due.popleft())
        else:
            self.idle.append(client)
        self._look()

    async def pace(self) -> None:
        """Let requests become due at the rate."""
        assert self.rate
        begun, given = time.perf_counter(), 0
        while self.left:
            now = time.perf_counter()
            while given < (now - begun) * self.rate and self.left > len(self.due):
                at = begun + given / self.rate
                given += 1
                if self.idle:
                    self._send(self.idle.popleft(), at)
                else:
                    self.due.append(at)
            await asyncio.sleep(0.001)

    def _send(self, client: "Client", at: float) -> None:
        self.left -= 1
        self.sent += 1
        client.ask(next(self.requests), at)

    def lost(self) -> None:
        """A connection was cut."""
        self.open -= 1
        self._look()

    def _look(self) -> None:
        done = self.sent == len(self.times) and not self.left
        if (done or not self.open) and not self.over.done():
            self.over.set_result(None)


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, load: Load) -> None:
        self.load, self.at, self.buffer = load, 0.0, b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.load.open += 1

    def ask(self, request: bytes, at: float) -> None:
        self.at = at
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        begin = self.buffer.lower().index(_LENGTH) + len(_LENGTH)
        if len(self.buffer) < end + 4 + int(self.buffer[begin : self.buffer.index(b"\r", begin)]):
            return
        self.load.answered[int(self.buffer[9:12])] += 1
        self.load.times.append(time.perf_counter() - self.at)
        self.buffer = b""
        self.load.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.load.lost()


def tracked(mailing: int, recipients: int, links: int, clicks: float) -> Iterator[bytes]:
    """Requests of recipient after recipient: opens, and a click in every so many of them."""
    from penstock.content.links import follow_token, tokens
    from penstock.platform.environment import link_key

    key, clicked = link_key(), 0.0
    number = 0
    while True:
        token = follow_token(tokens(mailing, number % recipients + 1, key)[1])
        clicked += clicks
        if clicked >= 1:
            clicked -= 1
            yield b"GET /c/%d-%b" % (number // recipients % links + 1, token) + _TAIL
        else:
            yield b"GET /o/" + token + _TAIL
        number += 1


def constant(path: str) -> Iterator[bytes]:
    while True:
        yield b"GET " + path.encode() + _TAIL


async def run(given: argparse.Namespace) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    requests = (
        constant(given.path)
        if given.path
        else tracked(given.mailing, given.recipients, given.links, given.clicks)
    )
    load = Load(requests, given.requests, given.rate)
    ports = [int(port) for port in given.port.split(",")]
    clients = [
        (await loop.create_connection(lambda: Client(load), "127.0.0.1", ports[n % len(ports)]))[1]
        for n in range(given.connections)
    ]
    begun, cpu = time.perf_counter(), time.process_time()
    for client in clients:
        load.free(client)
    pacing = asyncio.create_task(load.pace()) if given.rate else None
    await load.over
    seconds, used = time.perf_counter() - begun, time.process_time() - cpu
    if pacing:
        pacing.cancel()
    times = sorted(load.times) or [0.0]
    return {
        "answered": dict(load.answered), "sent": load.sent, "seconds": seconds, "cpu_seconds": used,
        "rate": len(load.times) / seconds,
        "ms": {str(p): times[min(len(times) - 1, int(len(times) * p / 100))] * 1000 for p in (50, 90, 99, 99.9, 100)},
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", required=True)
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--path")
    parser.add_argument("--mailing", type=int)
    parser.add_argument("--recipients", type=int)
    parser.add_argument("--links", type=int, default=10)
    parser.add_argument("--clicks", type=float, default=0.2)
    print(json.dumps(uvloop.run(run(parser.parse_args()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
