"""Several binds and one carrier, in any order of events: no part goes twice that may have been taken, and every message has one fate."""

from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given

from penstock.transport.envelope import Peer
from penstock.transport.smpp import commands
from penstock.transport.smpp.carrier import Carrier
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.dialogue import Dialogue
from penstock.transport.smpp.pdu import Cutter, delivery, pdu
from penstock.transport.smpp.timeouts import Timeouts
from tests.smpp.script import Recording

CENTRE = Centre.from_url("smpp://me:secret@127.0.0.1?window=3")
OK, LATER, NEVER, THROTTLED = 0x00, 0x08, 0x0B, 0x58
NAMES = ["a", "b/3", "c/2", "d", "e/4", "f"]

events = st.lists(
    st.tuples(st.sampled_from(["answer", "lose", "stop", "start", "wait", "retire"]), st.integers(0, 2), st.integers(0, 5),
              st.sampled_from([OK, OK, OK, OK, LATER, NEVER, THROTTLED])),
    max_size=60,
)  # fmt: skip


class World:
    """Three binds, each made anew when it is lost, and a centre that answers when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.later: list[tuple[float, object]] = []
        self.source = Recording(NAMES)
        self.carrier = Carrier(CENTRE, self.source, 1, self._later, self.fill)
        self.written: Counter[tuple[str, int]] = Counter()
        self.refused: Counter[tuple[str, int]] = Counter()
        self.open: list[list[tuple[int, tuple[str, int]]]] = [[], [], []]
        self.binds: list[Dialogue] = []
        for place in range(3):
            self.binds.append(self._bound(place))

    def fill(self) -> None:
        for place, bind in enumerate(self.binds):
            bind.fill(self.now)
            self._read(place, bind)

    def answer(self, place: int, which: int, status: int) -> None:
        if not self.open[place]:
            return
        sequence, part = self.open[place].pop(which % len(self.open[place]))
        self.refused[part] += status != OK
        self.binds[place].receive(pdu(commands.SUBMIT_SM_RESP, sequence, b"id\0", status), self.now)
        self._read(place, self.binds[place])
        self.fill()

    def lose(self, place: int) -> None:
        self.open[place].clear()
        self.binds[place].lost("lost")
        self.binds[place] = self._bound(place)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        due = [call for when, call in self.later if when <= self.now]
        self.later = [entry for entry in self.later if entry[0] > self.now]
        for call in due:
            call()  # type: ignore[operator]
        for place, bind in enumerate(self.binds):
            bind.elapse(self.now)
            self._read(place, bind)

    def _bound(self, place: int) -> Dialogue:
        bind = Dialogue(CENTRE, CENTRE.binding, Peer("centre"), Timeouts(answer=1e9, enquire=1e9), self.now, lambda: None,
                        carrier=self.carrier)  # fmt: skip
        bind.receive(pdu(commands.BIND_TRANSCEIVER | commands.RESPONSE, 1), self.now)
        self._read(place, bind)
        return bind

    def _later(self, seconds: float, call: object) -> None:
        self.later.append((self.now + seconds, call))

    def _read(self, place: int, bind: Dialogue) -> None:
        for octets in bind.outgoing:
            for said in Cutter().feed(octets):
                if said.command == commands.SUBMIT_SM:
                    message, _, part = delivery(said).text[-3:].decode().partition("/")
                    self.open[place].append((said.sequence, (message, int(part))))
                    self._check((message, int(part)))
        bind.outgoing.clear()

    def _check(self, part: tuple[str, int]) -> None:
        """A part goes again only when it was refused each time that it went, and only after the one before it."""
        assert self.written[part] == self.refused[part], part
        assert part[1] == 1 or self.written[part[0], part[1] - 1] > self.refused[part[0], part[1] - 1]
        self.written[part] += 1
        assert sum(each[0] == part[0] for lines in self.open for _, each in lines) == 1


@pytest.mark.behaviour("S3.14")
@given(events)
def test_no_part_goes_twice_that_may_have_been_taken(happened: list[tuple[str, int, int, int]]) -> None:
    world = World()
    for what, place, which, status in happened:
        match what:
            case "answer":
                world.answer(place, which, status)
            case "lose":
                world.lose(place)
            case "retire":
                world.binds[place].retire(world.now)
                world._read(place, world.binds[place])
                world.open[place] = [each for each in world.open[place] if world.binds[place].under_way]
                world.fill()
            case "stop" | "start":
                world.carrier.stopped = what == "stop"
                begun = set(world.carrier.live)
                world.fill()
                assert what == "start" or set(world.carrier.live) == begun, "nothing begins after a stop"
            case "wait":
                world.wait(40.0)
    world.carrier.stopped = True
    for place in range(3):
        world.lose(place)
    for _ in range(300):  # what has begun is seen through, also now
        world.wait(40.0)
        for place in range(3):
            world.answer(place, 0, OK)
    fates = Counter(
        line.split()[1] for line in world.source.heard if line.split()[0] in ("replied", "unanswered")
    )
    assert not world.carrier.live
    assert all(count == 1 for count in fates.values())
    waiting = {envelope.key for envelope in world.source.waiting}
    unsent = {line.split()[1] for line in world.source.heard if line.startswith("unsent")}
    assert fates.keys() | waiting | unsent == set("abcdef")
