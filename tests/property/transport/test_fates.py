"""Whatever a server says and whenever it is stopped: each envelope has one fate, and the fate fits what was written."""

import re

import hypothesis.strategies as st
from hypothesis import given, settings

from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply
from penstock.transport.smtp.handshake import Handshake
from penstock.transport.smtp.protocol import Protocol
from penstock.transport.smtp.server import Server
from tests.examples import examples

GOOD = ["250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead", "250 2.0.0 Ok"]
BURST = "250 2.0.0 Ok\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go ahead"
ODD = [
    "450 4.2.0 Later",
    "550 5.1.1 No",
    "503 5.5.1 Order",
    "421 4.3.2 Closing",
    "250-2.0.0 more",
    "what?",
    "250",
]
ACTIONS = ["stop", "start_again", "wake", "retire", "lost", "time"]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from([*GOOD, BURST, BURST, BURST])),
        st.tuples(st.just("say"), st.sampled_from([*GOOD, *ODD])),
        st.tuples(st.just("good"), st.just("")),
        st.tuples(st.just("good"), st.just("")),
        st.tuples(st.sampled_from(ACTIONS), st.just("")),
    ),
    max_size=40,
)


class Ledger:
    """A source without end that notes the fate of each envelope, and stops the protocol when told."""

    def __init__(self) -> None:
        self.taken = 0
        self.fates: dict[int, str] = {}
        self.wrong: list[str] = []
        self.stop_at = -1
        self.protocol: Protocol

    def take(self, peer: Peer) -> Envelope | None:
        self.taken += 1
        if self.taken == self.stop_at:
            self.protocol.stop()
        return Envelope(self.taken, b"s@example.org", b"r@example.org", b"[%d]\r\n.\r\n" % self.taken)

    def _fate(self, envelope: Envelope, fate: str) -> None:
        if envelope.key in self.fates:
            self.wrong.append(f"{envelope.key}: {self.fates[envelope.key]}, then {fate}")
        self.fates[envelope.key] = fate

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        self._fate(envelope, reply.command)

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        self._fate(envelope, "unanswered")

    def unsent(self, envelope: Envelope, cause: str) -> None:
        self._fate(envelope, "unsent")

    def trouble(self, reply: Reply, permanent: bool) -> None: ...


@settings(max_examples=examples(400))
@given(steps=steps, pipelining=st.booleans(), limit=st.integers(1, 6), stop_at=st.integers(-1, 6))
def test_each_envelope_has_one_fate_that_fits(
    steps: list[tuple[str, str]], pipelining: bool, limit: int, stop_at: int
) -> None:
    ledger = Ledger()
    ledger.stop_at = stop_at
    handshake = Handshake(Server("mx", tls="none"), "mx", "me", loopback=True)
    protocol = ledger.protocol = Protocol(handshake, ledger, "mx", limit=limit)
    protocol.receive(b"220 mx\r\n")
    protocol.receive(b"250-mx\r\n250 PIPELINING\r\n" if pipelining else b"250 mx\r\n")
    begun: set[int] = set()
    stopped, now = stop_at == 1, 0.0
    for action, text in steps:
        if action == "say":
            protocol.receive(f"{text}\r\n".encode())
        elif action == "good":
            answer = {
                "mail": b"250 A\r\n",
                "rcpt": b"250 B\r\n",
                "data": b"354 C\r\n",
                "dot": b"250 D\r\n",
                "rset": b"250 E\r\n",
            }
            protocol.receive(answer.get(protocol.command, b""))
        elif action == "stop":
            leaving, stopped = protocol.stop(), True
            _, new = written(protocol)
            assert not new
            assert leaving == len(begun - set(ledger.fates))
        elif action == "lost":
            protocol.lost("lost")
        elif action == "time":
            protocol.elapse(now)
            now += 1000
            protocol.elapse(now)
        else:
            stopped = stopped and action != "start_again"
            getattr(protocol, action)()
        said, new = written(protocol)
        assert not (stopped and new), said
        begun |= new
        stopped = stopped or protocol._stopped
    protocol.lost("the end")
    assert not ledger.wrong
    assert set(ledger.fates) == set(range(1, ledger.taken + 1))
    for key, fate in ledger.fates.items():
        assert (fate in ("dot", "unanswered")) == (key in begun), f"{key}: {fate}"
    assert len(begun) <= limit


def written(protocol: Protocol) -> tuple[bytes, set[int]]:
    """What was written since the last look, and the envelopes whose body is in it."""
    said = b"".join(protocol.outgoing)
    protocol.outgoing.clear()
    return said, {int(number) for number in re.findall(rb"\[(\d+)\]", said)}
