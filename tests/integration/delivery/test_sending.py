"""Whole mailings with real senders: to the end, paused, resumed, cancelled."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.mailing import mailings
from penstock.mailing.control import Refused
from penstock.report.ledger import ledger
from tests.integration.delivery.conftest import CatchingThread, Sink
from tests.integration.delivery.stage import (
    Sender,
    address,
    becomes,
    begin,
    command,
    counts,
    eventually,
    policy,
    senders,
    sound,
    state,
)

Conn = psycopg.Connection[Any]
Sinks = Callable[..., Sink]
Catchers = Callable[..., CatchingThread]


@pytest.mark.behaviour("S4.3", "S2.9", "S4.11", "B1")
def test_a_mailing_goes_out_whole(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    policy(conn, package_size=300)
    with senders(1):
        mailing = begin(conn, 1000, sink.url())
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 1000}
    assert Counter(sink.arrived()) == Counter(address(n) for n in range(1, 1001))
    packages = conn.execute("select size, state, sender from delivery_package order by no").fetchall()
    assert packages == [(300, "done", None)] * 3 + [(100, "done", None)]
    assert {(row.code, row.attempts) for row in ledger(conn, mailing)} == {(250, 1)}


def start_slowly(conn: Conn, sink: Sink, count: int = 400, connections: int = 4) -> int:
    """A mailing that is being sent and takes a few seconds."""
    mailing = begin(conn, count, sink.url(connections))
    eventually(lambda: len(sink.arrived()) > 30)
    return mailing


@pytest.mark.behaviour("S1.33", "B4", "S3.2", "S1.35", "S3.8", "S3.14", "S4.22")
@pytest.mark.parametrize("processes", [1, 3])
def test_pause_is_exact_and_resume_goes_on(conn: Conn, a_sink: Sinks, processes: int) -> None:
    """After the answer, no more arrive than it said; the ledger shows just those in flight; nobody is repeated."""
    sink = a_sink("--delay", "=0.03")
    policy(conn, package_size=100)
    with senders(processes):
        mailing = start_slowly(conn, sink)
        for _ in range(2):
            answer = command(conn, mailing, "pause")
            in_flight = counts(conn, mailing).get("in_flight", 0)
            arrived = len(sink.arrived())
            assert answer.silent == []
            assert in_flight <= answer.leaving <= processes * 4
            eventually(lambda: "in_flight" not in counts(conn, mailing))
            after = sound(conn, mailing)
            assert set(after) <= {"accepted", "waiting"}
            assert len(sink.arrived()) == after["accepted"]
            assert len(sink.arrived()) - arrived <= answer.leaving
            found = {each.id: each.state for each in mailings.listed(conn, 1)}
            assert found[mailing] == "paused"
            assert command(conn, mailing, "resume").state == "sending"
            eventually(lambda before=after: counts(conn, mailing)["accepted"] > before["accepted"] + 20)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 400}
    assert set(Counter(sink.arrived()).values()) == {1}
    with pytest.raises(Refused) as refused:
        command(conn, mailing, "pause")
    assert refused.value.code == "wrong_state"


@pytest.mark.behaviour("S3.16", "S1.33")
@pytest.mark.parametrize("paused_first", [False, True])
def test_cancel_drops_the_rest_and_accounts_for_it(conn: Conn, a_sink: Sinks, paused_first: bool) -> None:
    sink = a_sink("--delay", "=0.03")
    policy(conn, package_size=100)
    with senders(2):
        mailing = start_slowly(conn, sink)
        if paused_first:
            command(conn, mailing, "pause")
            eventually(lambda: "in_flight" not in counts(conn, mailing))
        answer = command(conn, mailing, "cancel", reason="wrong price")
        arrived = len(sink.arrived())
        becomes(conn, mailing, "cancelled")
    states = sound(conn, mailing)
    assert set(states) == {"accepted", "cancelled"}
    assert states["accepted"] == len(sink.arrived()) <= arrived + answer.leaving
    assert conn.execute("select count(*) from delivery_package where sender is not null").fetchone() == (0,)


def test_sigterm_gives_back_everything(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink("--delay", "=0.02")
    with senders(1) as (first,):
        mailing = start_slowly(conn, sink)
        assert first.end() == 0
        states = sound(conn, mailing)
        assert set(states) == {"accepted", "waiting"}
        assert conn.execute("select ended_at is not null from delivery_sender").fetchall() == [(True,)]
        assert conn.execute("select count(*) from delivery_package where sender is not null").fetchone() == (
            0,
        )
    with senders(1):
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 400}
    assert set(Counter(sink.arrived()).values()) == {1}


BREAKS = """
import penstock.delivery.health as health
async def tell(*_): raise RuntimeError("a defect")
health.tell = tell
"""


@pytest.mark.behaviour("B2")
def test_a_sender_whose_beat_has_died_ends_and_leaves_its_work_to_others(conn: Conn, a_sink: Sinks) -> None:
    """It would be taken for dead, and never send again: so it is. The supervisor begins another."""
    mailing = begin(conn, 200, a_sink().url())
    broken = Sender(BREAKS)
    assert broken.process.wait(30) not in (0, -signal.SIGTERM)
    with senders():
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 200}


@pytest.mark.behaviour("S2.2")
def test_mailings_go_out_side_by_side(conn: Conn, a_sink: Sinks) -> None:
    """Two begun one after the other: the second does not wait for the first, and is not far behind it."""
    sink = a_sink("--delay", "=0.02")
    policy(conn, package_size=50)
    with senders(1):
        first = begin(conn, 400, sink.url())
        eventually(lambda: counts(conn, first).get("accepted", 0) > 20)
        second = begin(conn, 200, sink.url())
        eventually(lambda: counts(conn, second).get("accepted", 0) > 100)
        assert state(conn, first) == "sending"
        becomes(conn, first, "sent")
        becomes(conn, second, "sent")
    assert sound(conn, first) == {"accepted": 400}
    assert sound(conn, second) == {"accepted": 200}


def test_a_rate_is_held_by_all_senders_together(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    with senders(2):
        mailing = begin(conn, 200, sink.url(), rate=80)
        eventually(lambda: len(sink.arrived()) > 0)
        began = time.monotonic()
        becomes(conn, mailing, "sent")
        took = time.monotonic() - began
    assert sound(conn, mailing) == {"accepted": 200}
    assert 1.8 < took < 6


def test_a_rate_does_not_delay_a_pause(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    with senders(1):
        mailing = begin(conn, 500, sink.url(), rate=5)
        eventually(lambda: len(sink.arrived()) > 1)
        answer = command(conn, mailing, "pause")
        assert (answer.leaving, answer.silent) == (0, [])
        arrived = len(sink.arrived())
        command(conn, mailing, "cancel", reason="enough")
        becomes(conn, mailing, "cancelled")
        assert len(sink.arrived()) == arrived
    assert sound(conn, mailing)["accepted"] == arrived
