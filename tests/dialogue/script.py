"""SMTP dialogues as text, played against the protocol without I/O.

A script begins with settings, then goes line by line:

    url: smtp://127.0.0.1            the server's terms (default smtp://127.0.0.1?tls=none)
    to: a@x.example b@y.example/8bit recipients that the source has; /8bit and /utf8 mark their messages
    limit: 2                         messages per connection
    peer: 192.0.2.1                  the server's address, if it is not this machine

    S: 250 Ok                        the server says (consecutive lines arrive together)
    C: MAIL FROM:<s@example.org>     the client must say, next
    C: [a@x.example]                 … the whole message for this recipient
    ! replied a@x.example 250 2.0.0 dot Ok      the source must hear, next (as far as written)
    > lost | wait 301 | stop 1 | start_again | wake | retire | tls | tls_fails | add a@x.example | stop_in_take
    = open | idle | aborted | closed | tls      how the connection stands

Between two things that the server or the owner does, everything that the client said and the source heard must have
been expected: nothing may be left over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply
from penstock.transport.smtp.handshake import Handshake
from penstock.transport.smtp.protocol import Protocol
from penstock.transport.smtp.server import Server, is_loopback
from penstock.transport.smtp.stage import Ending

HERE = Path(__file__).parent
SENDER = b"s@example.org"
Splitter = Callable[[bytes], list[bytes]]


@dataclass
class Script:
    """A dialogue that was read."""

    name: str
    settings: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def server(self) -> Server:
        return Server.from_url(self.settings.get("url", "smtp://127.0.0.1?tls=none"))

    def blocks(self) -> Iterator[tuple[str, list[str]]]:
        """The steps, consecutive ones of a kind together; but each action by itself."""
        kind, texts = "", []
        for mark, text in self.steps:
            if mark == kind and mark != ">":
                texts.append(text)
                continue
            if texts:
                yield kind, texts
            kind, texts = mark, [text]
        if texts:
            yield kind, texts


def read(path: Path) -> Script:
    """The script in `path`."""
    script = Script(path.stem)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        mark, _, text = line.partition(" ")
        if mark in ("S:", "C:", "!", ">", "="):
            script.steps.append((mark[0], text))
        elif mark.endswith(":") and not script.steps:
            script.settings[mark[:-1]] = text.strip()
        else:
            raise ValueError(f"{path.name}:{number}: {line!r} is no line of a dialogue")
    return script


def scripts() -> list[Path]:
    """All dialogues."""
    return sorted(HERE.glob("*.txt"))


def message(recipient: str, kind: str = "") -> bytes:
    """The message for `recipient`, complete."""
    text = "Grüße" if kind in ("8bit", "utf8") else "Hello"
    return f"To: {recipient}\r\n\r\n{text}\r\n.\r\n".encode()


class Recording:
    """A source with a list of recipients, which writes down what it hears."""

    def __init__(self, recipients: list[str]) -> None:
        self.waiting = [self._envelope(*recipient.partition("/")[::2]) for recipient in recipients]
        self.heard: list[str] = []
        self.peer: Peer | None = None
        self.on_take: Callable[[], None] | None = None

    def add(self, recipient: str) -> None:
        self.waiting.append(self._envelope(*recipient.partition("/")[::2]))

    def take(self, peer: Peer) -> Envelope | None:
        self.peer = peer
        if self.on_take is not None:
            self.on_take()
        return self.waiting.pop(0) if self.waiting else None

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        words = [reply.code, reply.enhanced or "-", reply.command, reply.text]
        self.heard.append(f"replied {envelope.recipient.decode()} " + " ".join(map(str, words)))

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        self.heard.append(f"unanswered {envelope.recipient.decode()} {cause}")

    def unsent(self, envelope: Envelope, cause: str) -> None:
        self.heard.append(f"unsent {envelope.recipient.decode()} {cause}")

    def trouble(self, reply: Reply, permanent: bool) -> None:
        words = [reply.code, reply.enhanced or "-", reply.command, reply.text]
        self.heard.append(f"trouble {'permanent' if permanent else 'transient'} " + " ".join(map(str, words)))

    @staticmethod
    def _envelope(recipient: str, kind: str) -> Envelope:
        return Envelope(recipient, SENDER, recipient.encode(), message(recipient, kind), kind == "utf8")


class Player:
    """Plays a script against a Protocol; `split` cuts what the server says into pieces."""

    def __init__(self, script: Script, split: Splitter) -> None:
        self.script = script
        self.split = split
        self.now = 1000.0
        self.source = Recording(script.settings.get("to", "").split())
        peer = script.settings.get("peer", "127.0.0.1")
        server = script.server
        secure = "TLSv1.3" if server.tls == "implicit" else ""
        handshake = Handshake(server, peer, "me.example", loopback=is_loopback(peer), secure=secure)
        limit = int(script.settings.get("limit", "1000"))
        self.protocol = Protocol(handshake, self.source, peer, limit=limit)
        self.said = b""
        self.protocol.elapse(self.now)

    def play(self) -> None:
        """Play to the end; raises AssertionError with the place."""
        kinds = dict(entry.partition("/")[::2] for entry in self._recipients())
        for mark, texts in self.script.blocks():
            if mark == "S":
                self._nothing_left(texts[0])
                self._server_says(b"".join(text.encode() + b"\r\n" for text in texts))
            elif mark == ">":
                self._nothing_left(texts[0])
                self._act(*texts[0].split())
            for text in texts:
                if mark == "C":
                    self._expect_said(text, kinds)
                elif mark == "!":
                    self._expect_heard(text)
                elif mark == "=":
                    assert self.standing() == text, f"{self.script.name}: {self.standing()}, not {text}"
        self._nothing_left("the end")

    def standing(self) -> str:
        """How the connection stands."""
        protocol = self.protocol
        if protocol.ending is not None:
            return "aborted" if protocol.ending is Ending.ABORT else "closed"
        return "tls" if protocol.wants_tls else "idle" if protocol.idle else "open"

    def _recipients(self) -> list[str]:
        added = [
            text.split()[1] for mark, text in self.script.steps if mark == ">" and text.startswith("add ")
        ]
        return self.script.settings.get("to", "").split() + added

    def _server_says(self, data: bytes) -> None:
        for piece in self.split(data):
            self.protocol.receive(piece)
            self._collect()

    def _act(self, action: str, argument: str = "") -> None:
        protocol = self.protocol
        match action:
            case "lost":
                protocol.lost("the server closed the connection")
            case "wait":
                protocol.elapse(self.now)
                self.now += float(argument)
                protocol.elapse(self.now)
            case "stuck":  # the server takes nothing of what is written
                protocol.elapse(self.now, 9999)
                self.now += float(argument)
                protocol.elapse(self.now, 9999)
            case "stop":
                assert protocol.stop() == int(argument), f"{self.script.name}: stop"
            case "stop_in_take":
                self.source.on_take = protocol.stop
            case "add":
                self.source.add(argument)
            case "tls":
                protocol.secured("TLSv1.3")
            case "tls_fails":
                protocol.refused_tls("5.7.5", "the certificate cannot be trusted", True)
            case "start_again" | "wake" | "retire":
                getattr(protocol, action)()
            case _:
                raise ValueError(f"{self.script.name}: no action {action}")
        self._collect()

    def _collect(self) -> None:
        self.said += b"".join(self.protocol.outgoing)
        self.protocol.outgoing.clear()

    def _expect_said(self, text: str, kinds: dict[str, str]) -> None:
        expected = text.encode() + b"\r\n"
        if text.startswith("["):
            expected = message(text[1:-1], kinds[text[1:-1]])
        assert self.said.startswith(expected), f"{self.script.name}: said {self.said!r}, not {text!r}"
        self.said = self.said[len(expected) :]

    def _expect_heard(self, text: str) -> None:
        assert self.source.heard, f"{self.script.name}: nothing heard, not {text!r}"
        heard = self.source.heard.pop(0)
        assert heard.startswith(text), f"{self.script.name}: heard {heard!r}, not {text!r}"

    def _nothing_left(self, before: str) -> None:
        assert not self.said, f"{self.script.name}: before {before!r} unexpectedly said {self.said!r}"
        assert not self.source.heard, (
            f"{self.script.name}: before {before!r} unexpectedly heard {self.source.heard}"
        )
