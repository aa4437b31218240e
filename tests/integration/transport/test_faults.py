"""The pool before a sink that cuts, defers, refuses and stalls at random, stopped and started all along.

The sink's log is the witness: nothing that arrived may be taken for unsent, or it would arrive twice.
"""

import collections
import random
from pathlib import Path

import pytest

from bench.arrivals import Arrivals, sink
from penstock.transport.smtp.pool import Pool
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.timeouts import Timeouts
from tests.integration.transport.peer import Memory, on_uvloop, until

PATIENCE = Timeouts(greeting=0.5, command=0.5, data=0.5, block=0.5, dot=0.5, quit=0.5)
COUNT = 4000


async def send(port: int, source: Memory) -> None:
    """Hand everything over, with a stop now and then that must answer exactly."""
    chance = random.Random(5)
    pool = Pool(Server.from_url(f"smtp://127.0.0.1:{port}?tls=none"), source, 8, timeouts=PATIENCE)
    pool.wake()
    goal = 0
    while source.settled < COUNT:
        goal = min(COUNT, goal + chance.randint(100, 600))
        await until(lambda goal=goal: source.settled >= goal)
        before = source.settled
        leaving = pool.stop()
        await pool.drained()
        assert source.settled == before + leaving
        pool.start_again()
    await pool.close()


@pytest.mark.behaviour("S3.14")
@on_uvloop
async def test_nothing_is_sent_twice_and_nothing_is_lost(tmp_path: Path) -> None:
    source = Memory(COUNT)
    with sink(tmp_path / "log", "--faults", "torture", "--seed", "11") as (port, _):
        await send(port, source)
    arrived = collections.defaultdict(list)
    for line in Arrivals(tmp_path / "log").new():
        if line.kind in "AXTP":
            arrived[line.recipient].append(line.kind)
    numbers = [number for number, _ in source.replies] + source.doubtful
    assert sorted(numbers) == list(range(COUNT))  # one fate each
    assert all(len(kinds) == 1 for kinds in arrived.values())  # no message came whole more than once
    accepted = {f"r{number}@example.org" for number in source.accepted}
    doubtful = {f"r{number}@example.org" for number in source.doubtful}
    assert {name for name, kinds in arrived.items() if kinds == ["A"]} - doubtful == accepted
    assert {name for name, kinds in arrived.items() if kinds == ["X"]} <= doubtful
    assert source.returned
    assert doubtful
