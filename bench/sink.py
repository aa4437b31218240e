"""An SMTP sink that writes down what it received before it says so, and misbehaves as it is told.

usage: python -m bench.sink --log FILE [--port 0] [--host 127.0.0.1] [--seed N] [--faults NAME] [--delay SECONDS]

Prints the port it listens on. For each message received in full (with its final dot) one line goes to the log
before any reply to the dot; so the log is the truth about what arrived, whatever the sender was told or
lived to note. Lines are `KIND NANOSECONDS CONNECTION RECIPIENT MARK`, the time monotonic, the mark whatever
the body holds between the first `[[` and `]]`:

  A  received in full, 250 is the answer      X  received in full, the connection is cut before any answer
  T  received in full, answered 4xx           P  received in full, answered 5xx
  R  the reply to that dot leaves now         C  the connection ended without QUIT (no recipient; MARK: by whom)

`--delay D` answers each dot after a random time between 0 and 2 D; `--delay =D` after exactly D. SIGUSR1 cuts every open
connection, SIGUSR2 ends the delays; SIGSTOP and SIGCONT make it stall, from outside.
"""

import argparse
import asyncio
import os
import random
import signal
import socket
import struct
import time

# What may befall one message, in parts of 10,000; the rest goes well. Where the RFC lets a reply mean different
# things (a 421 to MAIL, a 4xx to RCPT, a cut before or after the dot), each is here on its own.
FAULTS: dict[str, dict[str, int]] = {
    "none": {},
    "torture": {
        "cut_mail": 10, "cut_rcpt": 10, "cut_data": 10, "cut_body": 10, "cut_unanswered": 15, "cut_answered": 10,
        "421_mail": 5, "421_dot": 5, "4xx_mail": 20, "4xx_rcpt": 60, "4xx_data": 20, "4xx_dot": 60,
        "5xx_rcpt": 80, "5xx_dot": 60, "stall_rcpt": 4, "stall_dot": 4,
    },
}  # fmt: skip
FAULTY_GREETINGS = {"none": 0.0, "torture": 0.02}
STALL_SECONDS = 3.0
RESET = struct.pack("ii", 1, 0)  # lingering for no time: the kernel sends RST instead of FIN

EHLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"
REPLIES = {
    "4xx_mail": b"451 4.3.0 try this sender later\r\n",
    "421_mail": b"421 4.3.2 closing down\r\n",
    "4xx_rcpt": b"450 4.2.1 mailbox busy\r\n",
    "5xx_rcpt": b"550 5.1.1 no such user\r\n",
    "4xx_data": b"451 4.3.1 not now\r\n",
}


class Log:
    """Lines appended to a file at once: no buffer that a reply could overtake."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, *lines: bytes) -> None:
        os.write(self.file, b"".join(lines))


class Fates:
    """Draws what will befall each message, from one seed."""

    def __init__(self, name: str, seed: int, delay: float, exact: bool) -> None:
        self.random = random.Random(seed)
        self.drawn = [fault for fault, parts in FAULTS[name].items() for _ in range(parts)]
        self.greeting_fails = FAULTY_GREETINGS[name]
        self.delay, self.exact = delay, exact

    def message(self) -> str:
        if not self.drawn:
            return ""
        number = int(self.random.random() * 10_000)
        return self.drawn[number] if number < len(self.drawn) else ""

    def greeting(self) -> str:
        if self.random.random() >= self.greeting_fails:
            return ""
        return self.random.choice(("cut", "421"))

    def hurry(self) -> None:
        """Answer at once from now on."""
        self.delay = 0.0

    def wait(self) -> float:
        return self.delay if self.exact else self.random.random() * 2 * self.delay


class Session(asyncio.Protocol):
    """One connection: reads commands and bodies, answers in order, may hold an answer back."""

    open: "set[Session]" = set()
    count = 0

    def __init__(self, log: Log, fates: Fates) -> None:
        self.log, self.fates = log, fates
        self.buffer, self.searched, self.body = b"", 0, False
        self.recipient, self.fate, self.refused = b"", "", False
        self.held = self.cut_by_us = self.quit = False

    # -- the connection's life --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        Session.count += 1
        self.number = b"%d" % Session.count
        Session.open.add(self)
        match self.fates.greeting():
            case "cut":
                self.cut()
            case "":
                self.transport.write(b"220 sink ESMTP\r\n")
            case code:
                self.transport.write(code.encode() + b" 4.3.2 busy\r\n")
                self.cut(orderly=True)

    def connection_lost(self, exc: Exception | None) -> None:
        Session.open.discard(self)
        if not self.quit:
            self.note(b"C", b"-", b"sink" if self.cut_by_us else b"peer")

    def cut(self, orderly: bool = False) -> None:
        """End the connection: with what was written still delivered, or at once, with FIN or with RST."""
        self.cut_by_us = self.held = True
        if orderly:
            self.transport.close()
            return
        if self.fates.random.random() < 0.5:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.transport.abort()

    # -- input --

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.held:
            self.proceed()

    def proceed(self) -> None:
        """Takes from the buffer whatever is complete, until an answer has to wait or the connection is cut."""
        out: list[bytes] = []
        while not self.held:
            reply = self.take_body() if self.body else self.take_line()
            if reply is None:
                break
            out.append(reply)
        if out and not self.transport.is_closing():
            self.transport.write(b"".join(out))

    def take_line(self) -> bytes | None:
        end = self.buffer.find(b"\n")
        if end < 0:
            return None
        line, self.buffer = self.buffer[:end].rstrip(b"\r"), self.buffer[end + 1 :]
        verb = line[:4].upper()
        if verb in (b"MAIL", b"RCPT", b"DATA"):
            return self.command(verb.decode().lower(), line)
        if verb == b"EHLO":
            return EHLO
        if verb == b"QUIT":
            self.quit = True
            self.transport.write(b"221 2.0.0 bye\r\n")
            self.cut(orderly=True)
            return b""
        return b"250 2.0.0 ok\r\n"

    def command(self, verb: str, line: bytes) -> bytes:
        """MAIL, RCPT or DATA: refused, cut, stalled, or accepted, as the fate drawn at MAIL says."""
        if verb == "mail":
            self.recipient, self.fate, self.refused = b"", self.fates.message(), False
        elif self.refused:
            return b"503 5.5.1 nothing was accepted before\r\n"
        if verb == "rcpt":
            self.recipient = line[line.find(b"<") + 1 : line.rfind(b">")]
        fault, _, where = self.fate.partition("_")
        if where == verb and fault:
            if fault == "cut":
                self.cut()
                return b""
            if fault == "stall":
                self.hold(STALL_SECONDS, b"250 2.1.5 ok, at last\r\n")
                return b""
            self.refused = True
            if fault == "421":
                self.transport.write(REPLIES[self.fate])
                self.cut(orderly=True)
                return b""
            return REPLIES[self.fate]
        if verb == "data":
            if not self.recipient:
                return b"503 5.5.1 no recipient\r\n"
            self.body, self.searched = True, 0
            return b"354 go on\r\n"
        return b"250 2.1.0 ok\r\n"

    def take_body(self) -> bytes | None:
        if self.fate == "cut_body" and self.buffer:
            self.cut()
            return b""
        if self.buffer[:3] == b".\r\n":  # a lone dot: an abandoned transaction (RFC 2920), not a message
            self.buffer, self.body = self.buffer[3:], False
            return b"554 5.6.0 empty message\r\n"
        end = self.buffer.find(b"\r\n.\r\n", max(0, self.searched - 4))
        if end < 0:
            self.searched = len(self.buffer)
            return None
        body, self.buffer, self.body = self.buffer[:end], self.buffer[end + 5 :], False
        return self.dot(body)

    # -- the dot --

    def dot(self, body: bytes) -> bytes:
        """Logs the message, then answers: now, later, or never."""
        start = body.find(b"[[") + 2
        mark = body[start : body.find(b"]]", start)] if start > 1 else b"-"
        match self.fate:
            case "cut_unanswered":
                self.note(b"X", self.recipient, mark)
                self.cut()
                return b""
            case "4xx_dot" | "421_dot":
                kind, reply = (
                    b"T",
                    b"421 4.3.2 closing\r\n" if self.fate[0:3] == "421" else b"452 4.2.2 over quota\r\n",
                )
            case "5xx_dot":
                kind, reply = b"P", b"554 5.7.1 not wanted\r\n"
            case _:
                kind, reply = b"A", b"250 2.0.0 Ok: queued as " + self.number + b"\r\n"
        self.note(kind, self.recipient, mark)
        delay = STALL_SECONDS if self.fate == "stall_dot" else self.fates.wait() if self.fates.delay else 0.0
        if delay:
            self.hold(delay, reply)
            return b""
        self.replied(reply)
        return b""

    def replied(self, reply: bytes) -> None:
        if self.fates.delay:
            self.note(b"R", self.recipient, b"-")
        self.transport.write(reply)
        if self.fate in ("421_dot", "cut_answered"):
            self.cut(orderly=True)

    def hold(self, seconds: float, reply: bytes) -> None:
        self.held = True
        asyncio.get_running_loop().call_later(seconds, self.release, reply)

    def release(self, reply: bytes) -> None:
        if self.transport.is_closing():
            return
        self.held = False
        if reply.startswith(b"250 2.1.5"):
            self.transport.write(reply)
        else:
            self.replied(reply)
        if not self.held:
            self.proceed()

    def note(self, kind: bytes, recipient: bytes, mark: bytes) -> None:
        self.log.write(b" ".join((kind, b"%d" % time.monotonic_ns(), self.number, recipient, mark)) + b"\n")


def cut_all() -> None:
    for session in list(Session.open):
        session.cut()


async def serve(arguments: argparse.Namespace) -> None:
    log = Log(arguments.log)
    fates = Fates(
        arguments.faults, arguments.seed, float(arguments.delay.lstrip("=")), arguments.delay.startswith("=")
    )
    loop = asyncio.get_running_loop()
    listener = socket.create_server((arguments.host, arguments.port), backlog=512)
    server = await loop.create_server(lambda: Session(log, fates), sock=listener)
    loop.add_signal_handler(signal.SIGUSR1, cut_all)
    loop.add_signal_handler(signal.SIGUSR2, fates.hurry)
    loop.add_signal_handler(signal.SIGTERM, loop.stop)
    print(listener.getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--log", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", choices=sorted(FAULTS), default="none")
    parser.add_argument("--delay", default="0")
    arguments = parser.parse_args()
    import uvloop

    try:
        uvloop.run(serve(arguments))
    except (KeyboardInterrupt, RuntimeError):  # RuntimeError: the loop was stopped by SIGTERM
        pass


if __name__ == "__main__":
    main()
