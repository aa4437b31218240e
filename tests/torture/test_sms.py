"""A mailing by SMS whose senders, workers, database and connections are killed at random, to a centre that is not ours.

Nobody gets a part twice; and whom a killed sender left in doubt is known in the end by the receipt, whose id nobody had written down.
"""

import json
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.arrivals import Line
from bench.home import Home
from penstock.delivery.check import check
from tests.acceptance.sms.centre import KINDS, Centre, running
from tests.acceptance.sms.round import Round, begin
from tests.examples import FULL
from tests.torture.chaos import Chaos
from tests.torture.plan import Plan, chosen

WINDOW, BINDS, ANSWER = 5, 4, 0.15 if FULL else 0.05
"""Submits without an answer on each bind, binds in all, and the seconds that the centre takes."""
FAULTS: list[dict[str, Any]] = [
    {"on": "bind", "do": "cut", "from": 3, "every": 7},
    {"on": "submit_sm", "do": "refuse", "status": 0x58, "from": 50, "every": 71},
    {"on": "submit_sm", "do": "refuse", "status": 0x0B, "number": "77$"},
    {"on": "submit_sm", "do": "cut", "from": 100, "every": 499},
    {"on": "submit_sm", "do": "lose and cut", "from": 200, "every": 599},
    {"on": "receipt", "do": "answer and cut", "from": 300, "every": 700, "count": 3},
    {"on": "submit_sm", "do": "slow", "ms": ANSWER * 1000},
]


class Wire:
    """What Chaos does to a sink, done to a centre."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre

    def send_signal(self, number: signal.Signals) -> None:
        match number:
            case signal.SIGUSR1:
                self.centre.order(cut=1000)
            case signal.SIGUSR2:
                self.centre.order(rules=[])
            case _:
                self.centre.process.send_signal(number)


class Submits:
    """What has come to a centre since the last look, as lines of bench/sink.py."""

    def __init__(self, log: Path) -> None:
        self.file, self.rest = log.open("rb"), b""

    def new(self) -> list[Line]:
        *lines, self.rest = (self.rest + self.file.read()).split(b"\n")
        found = [json.loads(line) for line in lines]
        return [
            Line("A", each["at"] / 1e9, each["session"], each["number"], "")
            for each in found
            if each["kind"] == "submit"
        ]


class Storm(Chaos):
    """Chaos, with a centre in the place of the sink."""

    def arrivals(self) -> Submits:
        return Submits(self.log)


def planned() -> Plan:
    """The plan of the short or the long form, for a window of several messages on each bind."""
    usual = chosen()
    few = {"kill_sender": 1, "kill_worker": 1, "kill_database": 1, "cut_connections": 1, "pause": 1}
    return replace(
        usual,
        recipients=10_000 if FULL else 1_200,
        connections=BINDS * WINDOW,
        reply_delay=ANSWER,
        events=usual.events if FULL else few,
    )


@pytest.mark.behaviour("S3.14", "S4.22", "B1", "B2")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS if FULL else ["node"])
def test_every_short_message_is_accounted_for_whatever_dies(kind: str, tmp_path: Path) -> None:
    plan = planned()
    print(f"\n  torture by SMS, seed {plan.seed} (PENSTOCK_TORTURE_SEED={plan.seed} repeats it): {plan}")
    receipts = {"after": 300, "early": 13, "double": 17, "failed": 19}
    with Home() as home, running(kind, tmp_path, rules=FAULTS, receipts=receipts) as centre:
        wire: Any = Wire(centre)
        with home.connect() as conn:
            done = begin(conn, centre, plan.recipients, connections=BINDS, window=WINDOW, answer=5)
        storm = Storm(home, plan, wire, centre.log, done.mailing)
        ended = storm.run()
        with home.connect() as conn:
            done.conn = conn
            judge(done, storm, ended, plan)


def judge(done: Round, storm: Storm, ended: str, plan: Plan) -> None:
    done.learns(90)
    rows, received = done.judged()
    states = Counter(rows.values())
    kills = sum(event.startswith("kill_") for event in storm.happened)
    print(
        f"    {ended}: {dict(states)}; {kills} kills, {storm.looks} looks, {len(done.centre.noted('closed'))} connections"
    )
    for pause in storm.pauses:
        print(
            f"    pause: {pause.took * 1000:.0f} ms, {pause.leaving} leaving, {sum(pause.after.values())} after, silent: {pause.silent}"
        )
    assert ended == "sent"
    assert not storm.wrong
    assert kills == plan.kills(), "the mailing was over before the last kill: too fast for its events"
    assert not check(done.conn, done.mailing)
    doubtful = {number for number, state in rows.items() if state == "in_doubt"}
    assert doubtful.isdisjoint(received.texts()), "their receipts say what became of them"
    hit = sum(plan.senders_hit(event) for event in storm.happened)
    assert len(doubtful) <= hit * plan.in_hand + len(done.centre.noted("closed")) * WINDOW
    for pause in storm.pauses:
        assert pause.silent or sum(pause.after.values()) <= pause.leaving, (
            "more arrived than the answer to pause said"
        )
