"""A short message centre that takes everything as fast as Python does, and counts what came.

usage: python -m bench.smpp_sink [--receipts SECONDS]

Prints the port it listens on. Each submit_sm is answered with an id of its own; with --receipts a receipt (SMPP 3.4, appendix B) follows
so many seconds later, at most a window of 500 unanswered on each bind. SIGUSR1 prints a line of JSON: messages, numbers (different ones), receipts,
confirmed (receipts answered), and between which monotonic times the messages came.
"""

import argparse
import asyncio
import json
import signal
import struct
import sys
import time
from collections import deque

import uvloop

HEADER = struct.Struct(">IIII")
SUBMIT, SUBMIT_RESP, DELIVER, DELIVER_RESP, ENQUIRE, UNBIND = 4, 0x80000004, 5, 0x80000005, 0x15, 6
WINDOW = 500
TEXT = b"id:%08x sub:001 dlvrd:001 submit date:2611222100 done date:2611222100 stat:DELIVRD err:000 text:"


class Counts:
    """What came, over all connections."""

    def __init__(self) -> None:
        self.messages = self.receipts = self.confirmed = 0
        self.numbers: set[bytes] = set()
        self.waiting: deque[tuple[bytes, int]] = deque()  # receipts that are due: number, id
        self.sessions: set[Session] = set()
        self.first = self.last = 0.0

    def told(self) -> str:
        return json.dumps({
            "messages": self.messages, "numbers": len(self.numbers), "receipts": self.receipts, "confirmed": self.confirmed,
            "seconds": self.last - self.first,
        })  # fmt: skip


class Session(asyncio.Protocol):
    """One bind."""

    def __init__(self, counts: Counts, delay: float | None) -> None:
        self.counts, self.delay = counts, delay
        self.rest = b""
        self.open: dict[int, tuple[bytes, int]] = {}  # receipts without an answer, by their sequence number
        self.sequence = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # a Transport

    def connection_lost(self, error: Exception | None) -> None:
        self.counts.sessions.discard(self)
        self.counts.waiting.extendleft(self.open.values())  # any other bind gets them

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        at, end, answers = 0, len(data), []
        submitted: list[tuple[bytes, int]] = []
        while end - at >= 16:
            length, command, status, sequence = HEADER.unpack_from(data, at)
            if end - at < length:
                break
            if command == SUBMIT:
                answers.append(self._submit(data, at, sequence, submitted))
            elif command == DELIVER_RESP:
                receipt = self.open.pop(sequence)
                if status:  # later again
                    self.counts.waiting.append(receipt)
                    asyncio.get_running_loop().call_later(0.5, self._all)
                else:
                    self.counts.confirmed += 1
            elif command < 0x80000000:
                body = b"sink\0" if command in (1, 2, 9) else b""
                if command in (1, 9):
                    self.counts.sessions.add(self)
                    asyncio.get_running_loop().call_soon(self._tell)
                answers.append(HEADER.pack(16 + len(body), command | 0x80000000, 0, sequence) + body)
            at += length
        self.rest = data[at:]
        if answers:
            self.transport.write(b"".join(answers))
        if submitted:
            asyncio.get_running_loop().call_later(self.delay or 0, self._due, submitted)
        elif self.counts.waiting:
            self._tell()

    def _submit(self, data: bytes, at: int, sequence: int, submitted: list[tuple[bytes, int]]) -> bytes:
        counts = self.counts
        source = data.index(b"\0", at + 16) + 3
        begins = data.index(b"\0", source) + 3
        number = data[begins : data.index(b"\0", begins)]
        counts.numbers.add(number)
        counts.messages += 1
        counts.last = time.monotonic()
        counts.first = counts.first or counts.last
        if self.delay is not None:
            submitted.append((number, counts.messages))
        body = b"%08x\0" % counts.messages
        return HEADER.pack(16 + len(body), SUBMIT_RESP, 0, sequence) + body

    def _due(self, submitted: list[tuple[bytes, int]]) -> None:
        self.counts.waiting.extend(submitted)
        self._all()

    def _all(self) -> None:
        for session in list(self.counts.sessions):
            session._tell()

    def _tell(self) -> None:
        """Send the receipts that are due, as far as the window allows."""
        receipts, waiting = [], self.counts.waiting
        while waiting and self in self.counts.sessions and len(self.open) < WINDOW:
            number, message = waiting.popleft()
            self.sequence += 1
            self.open[self.sequence] = number, message
            text = TEXT % message
            body = b"\0\1\1%b\0\5\0Orchard\0\4\0\0\0\0\0\0\0\0%c%b" % (number, len(text), text)
            receipts.append(HEADER.pack(16 + len(body), DELIVER, 0, self.sequence) + body)
        self.counts.receipts += len(receipts)
        if receipts:
            self.transport.write(b"".join(receipts))


async def serve(delay: float | None) -> None:
    counts = Counts()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(counts, delay), "127.0.0.1", 0)
    loop.add_signal_handler(
        signal.SIGUSR1, lambda: (sys.stdout.write(counts.told() + "\n"), sys.stdout.flush())
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=float, default=None)
    uvloop.run(serve(parser.parse_args().receipts))
