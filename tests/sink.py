"""An SMTP server that misbehaves at random and notes whom it took a message for: the witness of the torture tests.

Bare asyncio, so that it keeps up with the sender. With PIPELINING, 8BITMIME, SMTPUTF8 and no TLS.

    python tests/sink.py --port 2525 --log taken.txt --answered answered.txt --seed 1 --drop-rate 0.01 --defer-rate 0.02

`--log` gets a line with the recipient for each message that this server takes, when the whole of it has arrived and
before anything is answered; so it holds every message that may reach an inbox, also where the connection is dropped
before or during the answer. A message that is refused at the dot is not taken. `--answered` gets a line when the 250
has been handed to the socket. Lines are written with one write(2) to a file opened for appending: they are complete
after SIGKILL. Prints "listening on PORT" when ready (port 0: any free one).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sys
from dataclasses import dataclass

DROPS = ("greeting", "mail", "rcpt", "data", "body", "before_answer", "in_answer", "after_answer")
STALLS = ("mail", "rcpt", "data", "dot")
_RECIPIENT = re.compile(rb"RCPT TO:<([^>]*)>", re.IGNORECASE)
_END = b"\r\n.\r\n"


@dataclass
class Faults:
    """How often what goes wrong: probabilities for each message (greeting: for each connection)."""

    drop: float = 0.0
    defer: float = 0.0
    refuse: float = 0.0
    stall: float = 0.0
    stall_seconds: float = 5.0
    drops: tuple[str, ...] = DROPS


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, faults: Faults, chance: random.Random, log: int, answered: int) -> None:
        self.faults = faults
        self.chance = chance
        self.log = log
        self.answered = answered
        self.buffer = b""
        self.in_data = False
        self.recipient: bytes | None = None
        self.gone = False
        self.stalled = False
        self.fate = ("", "")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        if self._draws(self.faults.drop / len(DROPS)) and "greeting" in self.faults.drops:
            self._drop()
        else:
            self.transport.write(b"220 sink.example ESMTP\r\n")

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.stalled:
            self._work()

    def _work(self) -> None:
        answers: list[bytes] = []
        while not self.gone and not self.stalled:
            answer = self._body() if self.in_data else self._command()
            if answer is None:
                break
            answers.append(answer)
        if answers and not self.gone:
            self.transport.write(b"".join(answers))

    def _command(self) -> bytes | None:
        end = self.buffer.find(b"\n")
        if end < 0:
            return None
        line, self.buffer = self.buffer[: end + 1], self.buffer[end + 1 :]
        verb = line[:4].upper()
        if verb == b"MAIL":
            self.fate = self._draw_fate()
            self.recipient = None
            return self._at("mail", b"250 2.1.0 Ok\r\n")
        if verb == b"RCPT":
            return self._rcpt(line)
        if verb == b"DATA":
            return self._data()
        if verb == b"EHLO":
            return b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n"
        if verb == b"QUIT":
            self.transport.write(b"221 2.0.0 Bye\r\n")
            self.transport.close()
            self.gone = True
            return None
        return b"250 2.0.0 Ok\r\n"

    def _rcpt(self, line: bytes) -> bytes | None:
        if self.fate == ("defer", "rcpt"):
            return b"450 4.2.0 Try again later\r\n"
        if self.fate == ("refuse", "rcpt"):
            return b"550 5.1.1 No such user\r\n"
        found = _RECIPIENT.match(line)
        self.recipient = found[1] if found else b"?"
        return self._at("rcpt", b"250 2.1.5 Ok\r\n")

    def _data(self) -> bytes | None:
        if self.recipient is None:
            return b"503 5.5.1 No recipient\r\n"
        answer = self._at("data", b"354 Go ahead\r\n")
        self.in_data = answer is not None or self.stalled
        return answer

    def _body(self) -> bytes | None:
        if self.fate == ("drop", "body") and len(self.buffer) > 100:
            return self._drop()
        if self.buffer.startswith(b".\r\n"):  # a lone dot
            end = 3
        elif (found := self.buffer.find(_END)) >= 0:
            end = found + len(_END)
        else:
            return None
        self.buffer = self.buffer[end:]
        self.in_data = False
        return self._verdict()

    def _verdict(self) -> bytes | None:
        recipient, self.recipient = self.recipient or b"?", None
        if self.fate == ("defer", "dot"):
            return b"451 4.3.0 Try again later\r\n"
        if self.fate == ("refuse", "dot"):
            return b"554 5.7.1 Not wanted\r\n"
        os.write(self.log, recipient + b"\n")
        if self.fate == ("drop", "before_answer"):
            return self._drop()
        if self.fate == ("drop", "in_answer"):
            self.transport.write(b"250 2.0.0 O")
            return self._drop()
        if self.answered >= 0:
            os.write(self.answered, recipient + b"\n")
        if self.fate == ("drop", "after_answer"):
            self.transport.write(b"250 2.0.0 Ok\r\n")
            return self._drop()
        return self._at("dot", b"250 2.0.0 Ok\r\n")

    def _draw_fate(self) -> tuple[str, str]:
        drawn = self.chance.random()
        for kind, rate, places in (
            ("drop", self.faults.drop, self.faults.drops),
            ("defer", self.faults.defer, ("rcpt", "dot")),
            ("refuse", self.faults.refuse, ("rcpt", "dot")),
            ("stall", self.faults.stall, STALLS),
        ):
            if drawn < rate:
                return kind, self.chance.choice(places)
            drawn -= rate
        return "", ""

    def _at(self, place: str, answer: bytes) -> bytes | None:
        """Answer, unless the fate of this message is to be dropped or stalled here."""
        if self.fate == ("drop", place):
            return self._drop()
        if self.fate == ("stall", place):
            self.stalled = True
            asyncio.get_running_loop().call_later(self.faults.stall_seconds, self._go_on, answer)
            return None
        return answer

    def _go_on(self, answer: bytes) -> None:
        self.stalled = False
        if not self.gone:
            self.transport.write(answer)
            self._work()

    def _drop(self) -> None:
        self.gone = True
        self.transport.close()

    def _draws(self, rate: float) -> bool:
        return self.chance.random() < rate


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=2525)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", default=os.devnull, help="file of recipients whose message was taken")
    parser.add_argument("--answered", help="file of recipients whose 250 was sent")
    for name in ("drop", "defer", "refuse", "stall"):
        parser.add_argument(f"--{name}-rate", type=float, default=0.0)
    parser.add_argument("--stall-seconds", type=float, default=5.0)
    parser.add_argument("--drop-at", default=",".join(DROPS), help="where connections may be dropped")
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Serve until killed."""
    faults = Faults(
        options.drop_rate, options.defer_rate, options.refuse_rate, options.stall_rate, options.stall_seconds,
        tuple(options.drop_at.split(",")),
    )  # fmt: skip
    chance = random.Random(options.seed)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    log = os.open(options.log, flags, 0o644)
    answered = os.open(options.answered, flags, 0o644) if options.answered else -1
    server = await asyncio.get_running_loop().create_server(
        lambda: Sink(faults, chance, log, answered), options.host, options.port, backlog=1000
    )
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Run, on uvloop where there is one."""
    options = read_arguments()
    try:
        import uvloop

        run = uvloop.run
    except ImportError:
        run = asyncio.run
    try:
        run(serve(options))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
