"""SMPP dialogues as text, played against a bind without I/O.

A script begins with settings, then goes line by line:

    url: smpp://me:secret@127.0.0.1?window=2     the centre's terms
    to: a b/3                                    messages that the source has: their names; /3 in three parts

    S: bind_transceiver_resp 0                   the centre answers the oldest request of that kind
    S: submit_sm_resp a 0 id7                    … the submit of message a's part on the wire; status, message id
    S: generic_nack a 0x3 | S: deliver_sm receipt id7 DELIVRD | S: deliver_sm text Hello | S: enquire_link | S: unbind
    S: raw 0000ffff                              these octets
    C: bind_transceiver | C: submit_sm a 1 | C: deliver_sm_resp 0 | C: enquire_link | C: unbind | C: generic_nack 0x3
    ! replied a 250 submit_sm ESME_ROK           the source must hear, next (as far as written)
    > lost | wait 61 | stop 1 | start_again | wake | retire | add c/2 | keep | refuse | stop_in_take
    = binding | bound | unbinding | ended        how the bind stands

Between two things that the centre or the owner does, everything that the bind said and the source heard must have been
expected: nothing may be left over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply
from penstock.transport.short import Answer, Encoded, Inbound, Incoming, ShortEnvelope
from penstock.transport.smpp import commands
from penstock.transport.smpp.carrier import Carrier
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.dialogue import Dialogue
from penstock.transport.smpp.incoming import Ears
from penstock.transport.smpp.pdu import Cutter, Pdu, delivery, pdu
from penstock.transport.smpp.timeouts import Timeouts

HERE = Path(__file__).parent
Split = Callable[[bytes], list[bytes]]
_COMMANDS = {name: number for number, name in commands.NAMES.items()}


def envelope(name: str, parts: int = 1, **more: object) -> ShortEnvelope:
    """A message whose parts are told apart by their text: name, a slash, the part."""
    texts = tuple(f"{name}/{part}".encode() for part in range(1, parts + 1))
    encoded = Encoded("".join(map(bytes.decode, texts)), "gsm7", 0, 0, texts, 0)
    return ShortEnvelope(name, "Acme", "+33612345678", encoded, 7, **more)  # type: ignore[arg-type]


class Recording:
    """A source with a list of messages, which writes down what it hears."""

    def __init__(self, names: list[str]) -> None:
        self.waiting: deque[ShortEnvelope] = deque()
        self.heard: list[str] = []
        self.answers: list[Answer] = []
        self.on_take: Callable[[], object] | None = None
        for name in names:
            self.add(name)

    def add(self, written: str) -> None:
        name, _, parts = written.partition("/")
        self.waiting.append(envelope(name, int(parts or 1)))

    def take(self, peer: Peer) -> ShortEnvelope | None:
        if self.on_take is not None:
            self.on_take()
        return self.waiting.popleft() if self.waiting else None

    def replied(self, envelope: ShortEnvelope, reply: Reply) -> None:
        ids = f" ids {','.join(envelope.ids)}" if envelope.ids else ""
        self.heard.append(f"replied {envelope.key} {reply.code} {reply.command} {reply.text}{ids}")

    def unanswered(self, envelope: ShortEnvelope, cause: str) -> None:
        self.heard.append(f"unanswered {envelope.key} {cause}")

    def unsent(self, envelope: ShortEnvelope, cause: str) -> None:
        self.heard.append(f"unsent {envelope.key} {cause}")

    def trouble(self, reply: Reply, permanent: bool) -> None:
        self.heard.append(
            f"trouble {'permanent' if permanent else 'transient'} {reply.code} {reply.command} {reply.text}"
        )

    def incoming(self, item: Incoming, server: int, answer: Answer) -> None:
        if isinstance(item, Inbound):
            self.heard.append(f"message {item.number} {item.to} {item.text}")
        else:
            self.heard.append(f"receipt {item.id} {item.state} {item.number}")
        self.answers.append(answer)


class Player:
    """Plays a script; `split` cuts what the centre says into pieces."""

    def __init__(self, path: Path, split: Split) -> None:
        self.path, self.split = path, split
        lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        given = dict(line.split(": ", 1) for line in lines if line.startswith(("url:", "to:")))
        self.steps = [line for line in lines if not line.startswith(("url:", "to:"))]
        self.now, self.later = 1000.0, list[tuple[float, Callable[[], None]]]()
        self.centre = Centre.from_url(given.get("url", "smpp://me:secret@127.0.0.1?window=2"))
        self.source = Recording(given.get("to", "").split())
        self.carrier = Carrier(self.centre, self.source, 3, self._later, lambda: self.dialogue.fill(self.now))
        self.ears = Ears(self.centre, lambda item, answer: self.source.incoming(item, 3, answer))
        self.dialogue = Dialogue(
            self.centre, self.centre.binding, Peer("centre"), Timeouts(), self.now, lambda: None,
            carrier=self.carrier, hear=lambda received, answer: self.ears.hear(received, answer, self.now),
        )  # fmt: skip
        self.cutter = Cutter()
        self.said: deque[Pdu] = deque()
        self.open: dict[str, list[int]] = {}  # sequence numbers of requests without a response, by name
        self.told = 0

    def play(self) -> None:
        """Play to the end; raises AssertionError with the place."""
        for line in self.steps:
            mark, _, text = line.partition(" ")
            if mark in ("S:", ">"):
                self._collect()
                self._nothing_left(line)
                (self._says if mark == "S:" else self._does)(text.split())
                self._collect()
            elif mark == "C:":
                self._collect()
                assert self.said, f"{line}: nothing was said; heard {self.source.heard[self.told :]}"
                assert self._name(self.said.popleft()) == text, line
            elif mark == "!":
                assert self.told < len(self.source.heard), f"{line}: nothing was heard"
                heard, self.told = self.source.heard[self.told], self.told + 1
                assert heard.startswith(text), f"{line}: {heard}"
            else:
                assert mark == "=", line
                assert self.dialogue.stage.name.lower() == text, f"{line}: {self.dialogue.stage}"
        self._nothing_left("the end")

    # -- the centre -----------------------------------------------------------------------------------------------

    def _says(self, words: list[str]) -> None:
        for piece in self.split(self._octets(words)):
            self.dialogue.receive(piece, self.now)

    def _octets(self, words: list[str]) -> bytes:
        name = words[0]
        if name == "raw":
            return bytes.fromhex(words[1])
        if name == "submit_sm_resp":
            status, body = int(words[2], 0), (words[3].encode() + b"\0" if len(words) > 3 else b"")
            return pdu(commands.SUBMIT_SM_RESP, self.open[words[1]].pop(0), body, status)
        if name == "generic_nack":
            return pdu(commands.GENERIC_NACK, self.open[words[1]].pop(0), b"", int(words[2], 0))
        if name == "deliver_sm":
            return pdu(commands.DELIVER_SM, 99, self._delivery(words))
        if name.endswith("_resp"):
            request = name.removesuffix("_resp")
            sequence = self.open[request].pop(0)
            return pdu(_COMMANDS[request] | commands.RESPONSE, sequence, b"centre\0", int(words[1], 0))
        return pdu(_COMMANDS[name], 98)

    def _delivery(self, words: list[str]) -> bytes:
        receipt = words[1] == "receipt"
        text = (f"id:{words[2]} stat:{words[3]}" if receipt else " ".join(words[2:])).encode()
        kind = commands.KIND_RECEIPT if receipt else 0
        number = b"\0\1\x0133612345678\0\0\0Acme\0"
        return number + bytes((kind, 0, 0, 0, 0, 0, 0, 0, 0, len(text))) + text

    # -- the owner ------------------------------------------------------------------------------------------------

    def _does(self, words: list[str]) -> None:
        match words:
            case ["lost"]:
                self.dialogue.lost("the connection was lost")
            case ["wait", seconds]:
                self._wait(float(seconds))
            case ["stop", count]:
                self.carrier.stopped = True
                assert len(self.carrier.live) == int(count)
            case ["start_again"]:
                self.carrier.stopped = False
                self.dialogue.fill(self.now)
            case ["wake"]:
                self.dialogue.fill(self.now)
            case ["retire"]:
                self.dialogue.retire(self.now)
            case ["add", message]:
                self.source.add(message)
                self.dialogue.fill(self.now)
            case ["keep" | "refuse" as what]:
                self.source.answers.pop(0)(what == "keep")
            case ["stop_in_take"]:
                self.source.on_take = lambda: setattr(self.carrier, "stopped", True)
            case _:
                raise AssertionError(f"no such action: {words}")

    def _wait(self, seconds: float) -> None:
        self.now += seconds
        due = [call for when, call in self.later if when <= self.now]
        self.later = [entry for entry in self.later if entry[0] > self.now]
        for call in due:
            call()
        self.dialogue.elapse(self.now)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self.later.append((self.now + seconds, call))

    # -- what was said --------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        for octets in self.dialogue.outgoing:
            self.said.extend(self.cutter.feed(octets))
        self.dialogue.outgoing.clear()

    def _name(self, said: Pdu) -> str:
        name = commands.name(said.command)
        if said.command == commands.GENERIC_NACK:
            return f"generic_nack 0x{said.status:x}"
        if said.command & commands.RESPONSE:
            return f"{name}_resp {said.status}"
        if said.command == commands.SUBMIT_SM:
            message, _, part = (
                delivery(said).text[-3 if delivery(said).esm_class else 0 :].decode().rpartition("/")
            )
            message = message[-1:]
            self.open.setdefault(message, []).append(said.sequence)
            return f"submit_sm {message} {part}"
        self.open.setdefault(name, []).append(said.sequence)
        return name

    def _nothing_left(self, line: str) -> None:
        assert not self.said, (
            f"{self.path.stem}: before {line}: said {[self._name(each) for each in self.said]}"
        )
        left = self.source.heard[self.told :]
        assert not left, f"{self.path.stem}: before {line}: heard {left}"
