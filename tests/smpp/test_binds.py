"""Binds, ear and questions against a centre over real sockets."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from penstock.transport import trying
from penstock.transport.envelope import Peer
from penstock.transport.errand import hand_over
from penstock.transport.fate import Replied, Unsent
from penstock.transport.hands import way_out
from penstock.transport.reply import Reply
from penstock.transport.short import Answer, Inbound, Incoming, Receipt, ShortEnvelope
from penstock.transport.smpp.asking import Unasked, ask
from penstock.transport.smpp.catcher import Catcher, Faults
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.ear import Ear
from penstock.transport.smpp.line import Line
from penstock.transport.smpp.pdu import Pdu
from penstock.transport.smpp.timeouts import Timeouts
from penstock.transport.terms import Way
from tests.integration.transport.certificates import Authority
from tests.integration.transport.peer import on_uvloop, until
from tests.smpp.script import envelope


class Memory:
    """A source of `count` messages of `parts` parts; what is unsent goes back to it."""

    def __init__(self, count: int, parts: int = 1) -> None:
        self.waiting = [self._made(number, parts) for number in range(count)]
        self.fates: dict[int, list[str]] = {number: [] for number in range(count)}
        self.ids: set[str] = set()
        self.came: list[Incoming] = []
        self.servers: set[int] = set()
        self.troubles: list[tuple[Reply, bool]] = []
        self.keeps = True
        self.stop: Callable[[], object] | None = None

    @staticmethod
    def _made(number: int, parts: int) -> ShortEnvelope:
        made = envelope("x", parts)
        made.key, made.recipient = number, f"+336{number:08d}"
        return made

    @property
    def settled(self) -> int:
        return sum(map(len, self.fates.values()))

    @property
    def counted(self) -> Counter[str]:
        return Counter(fate for fates in self.fates.values() for fate in fates)

    def take(self, peer: Peer) -> ShortEnvelope | None:
        return self.waiting.pop() if self.waiting else None

    def replied(self, envelope: ShortEnvelope, reply: Reply) -> None:
        self.fates[envelope.key].append(str(reply.code))
        self.ids.update(envelope.ids)
        self.servers.add(envelope.server)

    def unanswered(self, envelope: ShortEnvelope, cause: str) -> None:
        self.fates[envelope.key].append("doubt")

    def unsent(self, envelope: ShortEnvelope, cause: str) -> None:
        self.waiting.append(envelope)

    def trouble(self, reply: Reply, permanent: bool) -> None:
        self.troubles.append((reply, permanent))

    def incoming(self, item: Incoming, server: int, answer: Answer) -> None:
        self.came.append(item)
        self.servers.add(server)
        answer(self.keeps)


def way(catcher: Catcher, options: str = "connections=3&window=10", **more: object) -> Way:
    return Way(7, Centre.from_url(f"{catcher.url}?{options}"), **more)  # type: ignore[arg-type]


@on_uvloop
@pytest.mark.parametrize("limits", [{}, {"limit": 3}])
async def test_every_message_and_every_receipt(limits: dict[str, int]) -> None:
    memory = Memory(300, parts=2)
    async with Catcher() as catcher:
        hands = way_out([way(catcher, **limits)], memory)
        if limits:
            hands.give(hands.shares[0], 3)  # type: ignore[union-attr]
        hands.wake()
        await until(lambda: len(memory.came) == 600 and memory.settled == 300)
        assert memory.counted == {"250": 300}
        assert memory.ids == {receipt.id for receipt in memory.came if isinstance(receipt, Receipt)}
        assert memory.servers == {7}
        assert set(catcher.parts.values()) == {1}
        await hands.close()
        await until(lambda: not catcher.lines)
        assert catcher.told == 600


@on_uvloop
@pytest.mark.parametrize("stage", ["submit", "answer", "bind", "receipt"])
async def test_connections_that_are_lost_at_each_step(stage: str) -> None:
    """What was on the wire is in doubt, all else goes over other binds; nobody gets a first part twice."""
    memory = Memory(200, parts=2)
    async with Catcher(faults=Faults(drop_at=stage, drop_every=50 if stage != "bind" else 2)) as catcher:
        hands = way_out([way(catcher)], memory)
        hands.wake()
        await until(lambda: memory.settled == 200)
        assert set(memory.counted) <= {"250", "doubt"}
        assert memory.counted["250"] > 50
        assert all(len(fates) == 1 for fates in memory.fates.values())
        assert set(catcher.parts.values()) == {1}
        accepted = {number for number, fates in memory.fates.items() if fates == ["250"]}
        assert all(catcher.counts[f"336{number:08d}"] == 2 for number in accepted)
        await hands.close()


@on_uvloop
async def test_a_stop_is_exact_and_the_window_still_leaves() -> None:
    memory = Memory(1_000)
    async with Catcher() as catcher:
        hands = way_out([way(catcher)], memory)
        hands.wake()
        await until(lambda: memory.settled > 200)
        leaving, before = hands.stop(), memory.settled
        assert 0 < leaving <= 30
        await hands.drained()
        assert memory.settled == before + leaving == catcher.total
        assert hands.on_the_wire == 0
        hands.start_again()
        await until(lambda: memory.settled == 1_000)
        assert set(catcher.parts.values()) == {1}
        await hands.close()


@on_uvloop
async def test_a_centre_that_throttles_is_spared_and_nothing_is_counted() -> None:
    memory = Memory(60)
    async with Catcher(faults=Faults(throttle=40)) as catcher:
        hands = way_out([way(catcher, "window=20")], memory)
        hands.wake()
        await until(lambda: memory.settled == 60)
        assert memory.counted == {"250": 60}
        assert catcher.stages["submit"] < 160
        await hands.close()


@on_uvloop
async def test_receipts_that_are_not_kept_come_again() -> None:
    memory = Memory(5)
    memory.keeps = False
    async with Catcher() as catcher:
        hands = way_out([way(catcher)], memory)
        hands.wake()
        await until(lambda: len(memory.came) > 5)
        assert catcher.told == 0
        memory.keeps = True
        await until(lambda: catcher.told == 5)
        await hands.close()


@on_uvloop
@pytest.mark.parametrize("bind", ["transceiver", "transmitter"])
async def test_an_ear_hears_what_comes_and_comes_back(bind: str) -> None:
    memory = Memory(0)
    async with Catcher() as catcher:
        ear = Ear(Centre.from_url(f"{catcher.url}?bind={bind}"), memory, 9)
        ear.start()
        catcher.say("+33612345678", "36180", "Stop 🛑")
        await until(lambda: memory.came)
        assert memory.came == [Inbound("+33612345678", "36180", "Stop 🛑")]
        await until(lambda: catcher.told == 1)
        next(iter(catcher.lines)).drop()
        await until(lambda: memory.troubles)
        catcher.say("+33612345678", "36180", "start")
        await until(lambda: len(memory.came) == 2)
        assert memory.servers == {9}
        await ear.close()
        await until(lambda: not catcher.lines)


@on_uvloop
async def test_a_centre_is_asked() -> None:
    async with Catcher(faults=Faults(fail=("*2",))) as catcher:
        catcher.states |= {"a": 2, "b": 5, "c": 1}
        centre = Centre.from_url(f"{catcher.url}?window=2")
        found = await ask(centre, [("a", "Acme"), ("b", "Acme"), ("c", "Acme"), ("d", "Acme")])
        assert [(each.id, each.state) for each in found] == [
            ("a", "delivered"), ("b", "failed"), ("c", "underway"), ("d", "unknown"),
        ]  # fmt: skip
        catcher.password = "other"
        with pytest.raises(Unasked, match=r"ESME_RINVPASWD.*Check system id and password"):
            await ask(centre, [("a", "Acme")])


@on_uvloop
async def test_a_centre_that_answers_no_question_is_asked_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    def mute(line: Line, received: Pdu) -> bytes:
        heard.append(received.body)
        return b""

    monkeypatch.setattr(Line, "_query", mute)
    async with Catcher() as catcher:
        centre = Centre.from_url(f"{catcher.url}?window=2")
        patience = replace(Timeouts.of(centre), answer=0.2, interval=0.05)
        found = await ask(centre, [(str(n), "Acme") for n in range(6)], patience)
    assert [each.state for each in found] == ["unknown"] * 6
    assert len(heard) == 2


@on_uvloop
async def test_a_message_by_itself() -> None:
    async with Catcher() as catcher:
        fate = await hand_over([way(catcher)], envelope("a", 3))
        assert isinstance(fate, Replied)
        assert fate.reply.positive
        assert catcher.total == 3
        catcher.password = "other"
        fate = await hand_over([way(catcher)], envelope("a"))
        assert isinstance(fate, Unsent)
        assert fate.permanent
        assert "ESME_RINVPASWD" in fate.cause
    fate = await hand_over([way(catcher)], envelope("a"))
    assert isinstance(fate, Unsent)
    assert "refused" in fate.cause


@on_uvloop
async def test_a_try_of_a_centre(tmp_path_factory: pytest.TempPathFactory) -> None:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    async with Catcher() as catcher:
        [found] = await trying.diagnose([way(catcher).terms])
        assert found.ok
        assert [step.name for step in found.steps] == ["connect", "bind", "enquire_link"]
        catcher.password = "other"
        [found] = await trying.diagnose([way(catcher).terms])
        assert not found.ok
        assert "Check system id and password" in found.steps[-1].cure
        assert catcher.total == 0
    async with Catcher(tls=authority.server("localhost")) as catcher:
        trusting = Centre.from_url(f"smpps://me:x@localhost:{catcher.port}?cafile={authority.file}")
        [found] = await trying.diagnose([trusting])
        assert found.ok
        assert found.certificate is not None
        memory = Memory(20)
        hands = way_out([Way(7, trusting)], memory)
        hands.wake()
        await until(lambda: memory.settled == 20)
        await hands.close()
        [found] = await trying.diagnose([Centre.from_url(f"smpps://me:x@localhost:{catcher.port}")])
        assert not found.ok
        assert "cafile" in found.steps[-1].cure


@on_uvloop
async def test_a_name_that_leads_into_a_private_network_is_not_called() -> None:
    """Unless that was said: whoever has an account could otherwise look around in the networks of this machine."""
    async with Catcher() as catcher:
        elsewhere = Centre.from_url(
            f"smpp://me:x@0x7f000001:{catcher.port}"
        )  # the system looks it up as 127.0.0.1
        memory = Memory(1)
        hands = way_out([Way(7, elsewhere)], memory)
        hands.wake()
        await until(lambda: memory.troubles)
        reply, permanent = memory.troubles[0]
        assert permanent
        assert "private network" in reply.text
        await hands.close()
        [found] = await trying.diagnose([elsewhere])
        assert "private=yes" in found.steps[-1].cure
        assert catcher.stages["bind"] == 0
        [found] = await trying.diagnose([replace(elsewhere, private=True)])
        assert found.ok


@on_uvloop
async def test_a_wrong_password_is_tried_once() -> None:
    memory = Memory(10)
    async with Catcher(password="other") as catcher:
        hands = way_out([way(catcher)], memory)
        hands.wake()
        await until(lambda: memory.troubles)
        await asyncio.sleep(0)
        assert memory.troubles[0][1], "it will not pass by itself"
        assert catcher.stages["bind"] == 1
        assert hands.stop() == 0
        await hands.close()
        assert len(memory.waiting) == 10


@on_uvloop
async def test_what_closes_before_the_answer_is_in_doubt() -> None:
    memory = Memory(3)
    async with Catcher(faults=Faults(silent_at="submit")) as catcher:
        hands = way_out([way(catcher)], memory)
        hands.wake()
        await until(lambda: hands.on_the_wire == 3)
        await hands.close(0.05)
        assert memory.counted == {"doubt": 3}


@on_uvloop
async def test_one_bind_is_tried_before_there_are_more() -> None:
    memory = Memory(100)
    async with Catcher(faults=Faults(silent_at="bind")) as catcher:
        hands = way_out([way(catcher)], memory)
        for _ in range(5):
            hands.wake()
            await until(lambda: catcher.stages["bind"] == 1)
        assert hands.held == 1
        await hands.close(0.05)
        assert len(memory.waiting) == 100


@on_uvloop
async def test_what_one_centre_throttles_goes_by_another() -> None:
    memory = Memory(150, parts=2)
    async with Catcher(faults=Faults(throttle=30)) as slow, Catcher() as sound:
        hands = way_out([way(slow, "window=20"), Way(8, Centre.from_url(f"{sound.url}?window=20"))], memory)
        hands.wake()
        await until(lambda: memory.settled == 150)
        assert memory.counted == {"250": 150}
        assert memory.servers >= {8}
        assert sound.total > slow.total > 0
        assert sum(slow.counts.values()) + sum(sound.counts.values()) == 300
        assert not slow.counts.keys() & sound.counts.keys(), "all parts of a message by one centre"
        await hands.close()


@on_uvloop
async def test_a_centre_that_lets_nobody_in_is_left_out() -> None:
    memory = Memory(100)
    async with Catcher(password="other") as shut, Catcher() as sound:
        hands = way_out([way(shut), Way(8, Centre.from_url(f"{sound.url}?window=20"))], memory)
        hands.wake()
        await until(lambda: memory.settled == 100)
        assert memory.counted == {"250": 100}
        assert sound.total == 100
        await hands.close()
