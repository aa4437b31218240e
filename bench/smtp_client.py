"""The SMTP client alone, without database and rendering, beside Postfix's smtp-source: alternating, into the same smtp-sink.

usage: python -m bench.smtp_client [--messages 100000] [--rounds 5] [--connections 10] [--bytes 5000]

CPU is user and system time of the sending process; the pure part (protocol without I/O) is measured apart, by feeding
it the replies that smtp-sink gives.
"""

import argparse
import asyncio
import resource
import time

import uvloop

from bench import results
from bench.smtpsink import smtp_sink, smtp_source
from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply
from penstock.transport.smtp.handshake import Handshake
from penstock.transport.smtp.pool import Pool
from penstock.transport.smtp.protocol import Protocol
from penstock.transport.smtp.server import Server

OFFER = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
PROTOCOL_TARGET = 6.0
BURST = b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n"


class Numbers:
    """A source of `count` envelopes with the same data and addresses of their own."""

    def __init__(self, count: int, data: bytes) -> None:
        self.count, self.data = count, data
        self.taken = self.answered = 0
        self.finished = asyncio.Event()

    def take(self, peer: Peer) -> Envelope | None:
        number = self.taken
        if number == self.count:
            return None
        self.taken = number + 1
        return Envelope(
            number, b"b+%d@bounce.example.org" % number, b"user%d@example.org" % number, self.data
        )

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        self.answered += 1
        if self.answered == self.count:
            self.finished.set()

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        raise RuntimeError(f"in doubt: {cause}")

    def unsent(self, envelope: Envelope, cause: str) -> None:
        raise RuntimeError(f"unsent: {cause}")

    def trouble(self, reply: Reply, permanent: bool) -> None:
        raise RuntimeError(f"trouble: {reply}")


def message(size: int) -> bytes:
    line = b"Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor\r\n"
    return b"Subject: x\r\n\r\n" + line * (size // len(line)) + b".\r\n"


async def hand_off(port: int, given: argparse.Namespace) -> tuple[float, float]:
    """Seconds and CPU seconds for all messages, from the first connection to the last answer."""
    source = Numbers(given.messages, message(given.bytes))
    pool = Pool(Server.from_url(f"smtp://127.0.0.1:{port}?tls=none"), source, given.connections)
    began, used = time.perf_counter(), time.process_time()
    pool.wake()
    await source.finished.wait()
    figures = time.perf_counter() - began, time.process_time() - used
    await pool.close()
    return figures


def opponent(port: int, given: argparse.Namespace) -> tuple[float, float]:
    """The same for smtp-source."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = smtp_source(port, given.messages, given.bytes, given.connections)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pure(count: int, data: bytes) -> float:
    """Microseconds of CPU for a message in the protocol without I/O, the least of five rounds."""
    rounds = []
    for _ in range(5):
        source = Numbers(count + 10, data)
        protocol = Protocol(
            Handshake(Server("sink"), "sink", "me", loopback=True), source, "sink", limit=count + 10
        )
        for opening in (b"220 sink\r\n", OFFER, BURST):
            protocol.receive(opening)
        chunk, receive, outgoing = b"250 2.0.0 Ok\r\n" + BURST, protocol.receive, protocol.outgoing
        used = time.process_time()
        for _ in range(count):
            receive(chunk)
            outgoing.clear()
        rounds.append((time.process_time() - used) / count * 1e6)
    return min(rounds)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--bytes", type=int, default=5000)
    return parser.parse_args()


def compare(given: argparse.Namespace) -> dict[str, float]:
    """One round: ours, then theirs, into the same sink."""
    with smtp_sink() as (port, _):
        ours, cpu = uvloop.run(hand_off(port, given))
        theirs, their_cpu = opponent(port, given)
    count = given.messages
    return {
        "rate": count / ours, "cpu_us": cpu / count * 1e6,
        "source_rate": count / theirs, "source_cpu_us": their_cpu / count * 1e6,
        "ratio": theirs / ours,
    }  # fmt: skip


def main() -> None:
    given = arguments()
    rounds = [compare(given) for _ in range(given.rounds)]
    protocol = pure(min(given.messages, 100_000), message(given.bytes))
    columns = list(rounds[0])
    medians = {column: results.median(rounds, column) for column in columns}
    results.table("SMTP client and smtp-source (rates per second, CPU in µs a message)", columns,
                  [[row[column] for column in columns] for row in [*rounds, medians]])  # fmt: skip
    print("  the last line has the medians")
    results.verdict("client ÷ smtp-source", medians["ratio"], "≥ 1.0", medians["ratio"] >= 1)
    results.verdict("protocol without I/O, µs", protocol, f"≤ {PROTOCOL_TARGET}", protocol <= PROTOCOL_TARGET)
    results.save("smtp_client", {"rounds": rounds, "medians": medians, "protocol_us": protocol})


if __name__ == "__main__":
    results.main(main)
