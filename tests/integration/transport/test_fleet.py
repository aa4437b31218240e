"""Several servers as one way out, over real sockets: parts, failures, stops."""

import asyncio
from collections import Counter

import pytest

from penstock.transport import fleet as fleets
from penstock.transport.fleet import Fleet
from penstock.transport.hands import hands
from penstock.transport.smtp.server import Server
from penstock.transport.terms import Way
from tests.integration.transport.peer import Listening, Memory, Talk, on_uvloop, until


def way(number: int, port: int, weight: int = 1, connections: int = 2, **limits: float) -> Way:
    url = f"smtp://127.0.0.1:{port}?tls=none&connections={connections}"
    return Way(number, Server.from_url(url), weight, **limits)  # type: ignore[arg-type]


class Taking:
    """A server that notes whom it took, and can be told to do otherwise."""

    def __init__(self, delay: float = 0.0) -> None:
        self.taken: list[str] = []
        self.delay = delay
        self.dead = False
        self.mail = self.dot = ""

    async def __call__(self, talk: Talk) -> None:
        if self.dead:
            talk.reset()
            return
        await talk.open("8BITMIME")
        while True:
            line = (await talk.hear(""))[0]
            if self.dead:
                talk.reset()
                return
            if line.startswith("MAIL") and self.mail:
                await talk.say(self.mail)
                continue
            if line.startswith("RCPT"):
                recipient = line[9:-1]
            if line.startswith("DATA"):
                await talk.say("354 Go ahead")
                await talk.body()
                await asyncio.sleep(self.delay)
                if self.dot:
                    await talk.say(self.dot)
                    continue
                self.taken.append(recipient)
            await talk.say("250 2.0.0 Ok")


@on_uvloop
async def test_each_server_takes_its_part() -> None:
    one, other, source = Taking(), Taking(), Memory(800)
    async with Listening(one) as first, Listening(other) as second:
        fleet = Fleet([way(1, first.port, 3), way(2, second.port, 1)], source, hands)
        fleet.wake()
        await until(lambda: source.settled == 800)
        await fleet.close()
    assert sorted(source.accepted) == list(range(800))
    assert 580 <= len(one.taken) <= 620
    assert len(one.taken) + len(other.taken) == 800
    assert not source.troubles


@on_uvloop
async def test_one_dies_and_its_part_goes_to_the_other_nobody_twice_nobody_lost() -> None:
    one, other, source = Taking(), Taking(), Memory(600)
    source.on_reply = lambda: setattr(one, "dead", source.settled >= 200)
    async with Listening(one) as first, Listening(other) as second:
        fleet = Fleet([way(1, first.port), way(2, second.port)], source, hands)
        fleet.wake()
        await until(lambda: source.settled == 600)
        assert fleet.shares[0].standing.aside
        assert fleet.shares[1].standing.state == "sound"
        await fleet.close()
    assert not source.troubles, "the source hears of nothing while a server is left"
    reached = Counter(one.taken + other.taken)
    assert set(reached.values()) == {1}
    assert len(source.accepted) + len(source.doubtful) == 600
    assert len(source.doubtful) <= 2  # at most one for each connection


@on_uvloop
async def test_one_that_was_never_there_costs_a_moment_only() -> None:
    other, source = Taking(), Memory(100)
    async with Listening(other) as second:
        fleet = Fleet([way(1, 1), way(2, second.port)], source, hands)
        fleet.wake()
        await until(lambda: source.settled == 100)
        await fleet.close()
    assert len(other.taken) == 100
    assert not source.troubles


@on_uvloop
async def test_a_server_that_comes_back_gets_its_part_again() -> None:
    one, other, source = Taking(), Taking(0.001), Memory(100_000)
    one.dead = True
    async with Listening(one) as first, Listening(other) as second:
        fleet = Fleet([way(1, first.port), way(2, second.port)], source, hands)
        fleet.wake()
        await until(lambda: fleet.shares[0].standing.aside)
        one.dead = False
        await until(lambda: len(one.taken) > 200)
        assert fleet.shares[0].standing.state == "sound"
        before = len(one.taken), len(other.taken)
        await until(lambda: len(one.taken) > before[0] + 200)
        assert abs((len(one.taken) - before[0]) - (len(other.taken) - before[1])) < 50
        fleet.stop()
        await fleet.drained()
        await fleet.close()


@on_uvloop
async def test_when_no_server_is_left_the_source_hears_of_it() -> None:
    source = Memory(10)
    fleet = Fleet([way(1, 1), way(2, 2)], source, hands)
    fleet.wake()
    await until(lambda: source.troubles)
    assert not source.troubles[0][1]
    assert fleet.stop() == 0
    await fleet.close()
    assert len(source.waiting) == 10


@on_uvloop
async def test_a_trouble_that_does_not_pass_is_one_only_when_it_is_everybodys() -> None:
    async def refusing(talk: Talk) -> None:
        await talk.say("554 5.7.1 go away")

    source = Memory(10)
    async with Listening(refusing) as first, Listening(refusing) as second:
        fleet = Fleet([way(1, first.port), way(2, second.port)], source, hands)
        fleet.wake()
        await until(lambda: source.troubles)
        assert [permanent for _, permanent in source.troubles] == [True]
        await fleet.close()


@pytest.mark.parametrize("refusal", ["mail", "dot"])
@on_uvloop
async def test_one_that_refuses_everybody_swallows_a_few_only(refusal: str) -> None:
    one, other, source = Taking(), Taking(), Memory(400)
    setattr(one, refusal, "550 5.7.1 not you" if refusal == "mail" else "451 4.3.2 not now")
    async with Listening(one) as first, Listening(other) as second:
        fleet = Fleet([way(1, first.port), way(2, second.port)], source, hands)
        fleet.wake()
        await until(lambda: source.settled == 400)
        await fleet.close()
    assert len(other.taken) >= 370
    assert fleet.shares[0].standing.aside


@on_uvloop
async def test_one_that_hangs_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleets, "PATIENCE", 0.2)

    async def hanging(talk: Talk) -> None:
        await talk.reader.read()

    other, source = Taking(), Memory(300)
    async with Listening(hanging) as first, Listening(other) as second:
        fleet = Fleet([way(1, first.port), way(2, second.port)], source, hands)
        fleet.wake()
        await until(lambda: source.settled == 300)
        await fleet.close(0.1)
    assert len(other.taken) == 300


@pytest.mark.behaviour("S1.33")
@on_uvloop
async def test_stop_counts_exactly_what_still_leaves_over_all_servers() -> None:
    bodies, answer = [], asyncio.Event()

    async def talk(talk: Talk) -> None:
        await talk.open()
        await talk.envelope()
        while True:
            bodies.append(await talk.body())
            await talk.commands()
            await answer.wait()
            await talk.say("250 2.0.0 Ok", "250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead")

    source = Memory(100)
    async with Listening(talk) as first, Listening(talk) as second:
        fleet = Fleet([way(1, first.port), way(2, second.port, connections=3)], source, hands)
        fleet.wake()
        await until(lambda: len(bodies) == 5)
        assert fleet.stop() == 5
        answer.set()
        await fleet.drained()
        assert fleet.stop() == 0
        assert len(source.accepted) == len(bodies) == 5
        await fleet.close()
    assert len(source.waiting) == 95
    assert not source.doubtful


@on_uvloop
async def test_stopped_again_and_again_nobody_gets_it_twice() -> None:
    one, other, source = Taking(), Taking(), Memory(1000)
    async with Listening(one) as first, Listening(other) as second:
        fleet = Fleet([way(1, first.port), way(2, second.port, 2)], source, hands)
        fleet.wake()
        for stage in range(50, 1000, 100):
            await until(lambda stage=stage: source.settled >= stage)
            fleet.stop()
            await fleet.drained()
            fleet.start_again()
        await until(lambda: source.settled == 1000)
        await fleet.close()
    assert sorted(source.accepted) == list(range(1000))
    assert set(Counter(one.taken + other.taken).values()) == {1}


@on_uvloop
async def test_a_limited_rate_is_granted_and_the_other_goes_on_meanwhile() -> None:
    one, other, source = Taking(), Taking(), Memory(200)
    async with Listening(one) as first, Listening(other) as second:
        fleet = Fleet([way(1, first.port, 5, rate=10.0), way(2, second.port)], source, hands)
        fleet.wake()
        await until(lambda: source.settled >= 20)
        fleet.grant(fleet.shares[0], 7)
        await until(lambda: source.settled == 200)
        await fleet.close()
    assert (len(one.taken), len(other.taken)) == (7, 193)
