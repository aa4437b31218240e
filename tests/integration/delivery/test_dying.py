"""Senders killed, hung and cut off; the database killed. Nobody twice, nobody lost, doubts only where nothing is known."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.account.credits import ledger, reading
from penstock.mailing.actor import Actor
from penstock.platform import database as platform
from penstock.platform import embedded, postmaster
from tests.integration.delivery.conftest import Sink
from tests.integration.delivery.stage import (
    address,
    becomes,
    begin,
    command,
    counts,
    eventually,
    policy,
    senders,
    sound,
)

Conn = psycopg.Connection[Any]
PLATFORM = Actor("sally", frozenset({"platform"}), "cli")
Sinks = Callable[..., Sink]
IN_HAND = 2 * 0.2 * 4 / 0.03
"""What a sender may have claimed and not recorded: 0.2 s of work over 4 connections that take 0.03 s a message, with a factor of 2."""
IMPATIENT = "rescue.SILENCE = 1.5"
"""Senders that cut off a silent one after so many seconds."""


def nobody_twice(sink: Sink) -> set[str]:
    received = Counter(sink.arrived())
    assert set(received.values()) <= {1}, [who for who, n in received.items() if n > 1]
    return set(received)


def begin_some(conn: Conn, sink: Sink, count: int = 400, **options: Any) -> int:
    policy(conn, package_size=50)
    mailing = begin(conn, count, sink.url(4), **options)
    eventually(lambda: len(sink.arrived()) > 30)
    return mailing


@pytest.mark.behaviour("B2", "S3.14")
def test_a_killed_sender_leaves_doubts_and_another_goes_on(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink("--delay", "=0.03")
    with senders(2) as (first, _):
        mailing = begin_some(conn, sink)
        first.kill()
        becomes(conn, mailing, "sent")
    states = sound(conn, mailing)
    assert set(states) <= {"accepted", "in_doubt"}
    assert states.get("in_doubt", 0) <= IN_HAND
    arrived = nobody_twice(sink)
    rows = dict(
        conn.execute(
            "select r.normal, max(o.state) from delivery_recipient r join delivery_outcome o"
            " on o.mailing = r.mailing and o.seq = r.seq group by 1"
        ).fetchall()
    )
    assert {who for who, state in rows.items() if state == 5} <= arrived
    assert {address(n) for n in range(1, 401)} - arrived <= {who for who, state in rows.items() if state == 1}


def test_everybody_killed_is_rescued_by_the_next(conn: Conn, a_sink: Sinks) -> None:
    """And whoever died, each recipient is paid for once."""
    sink = a_sink("--delay", "=0.03")
    policy(conn, credits="counted")
    ledger.top_up(conn, 1, PLATFORM, amount=450)
    with senders(2) as killed:
        mailing = begin_some(conn, sink)
        for sender in killed:
            sender.kill()
        with senders(1):
            becomes(conn, mailing, "sent")
    states = sound(conn, mailing)
    assert set(states) <= {"accepted", "in_doubt"}
    nobody_twice(sink)
    balance = reading.balances(conn, 1)[0]
    assert (balance.available, balance.reserved, balance.spent) == (50, 0, 400)
    assert reading.check(conn, 1) == []


def test_a_sender_killed_while_cancelling_keeps_nothing_open(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink("--delay", "=5")
    with senders(2) as (first, second):
        mailing = begin(conn, 100, sink.url(4))
        eventually(lambda: len(sink.arrived()) >= 4)
        answer = command(conn, mailing, "cancel", reason="enough")
        assert (answer.state, answer.silent) == ("cancelling", [])
        assert answer.leaving == counts(conn, mailing)["in_flight"] == len(sink.arrived())
        for sender in (first, second):
            sender.kill()
        with senders(1):
            becomes(conn, mailing, "cancelled")
    states = sound(conn, mailing)
    assert states == {"cancelled": 100 - answer.leaving, "in_doubt": answer.leaving}


def test_under_never_lost_the_unknown_go_out_again_with_the_same_message_id(
    conn: Conn, a_catcher: Any
) -> None:
    server = a_catcher(stall_at="dot", stall_seconds=1.0)
    with senders(2) as (first, _):
        mailing = begin(conn, 12, server.url(3), in_doubt="never_lost")
        eventually(lambda: counts(conn, mailing).get("in_flight", 0) > 0)
        eventually(lambda: len(server.catcher._connections) >= 3)
        first.kill()
        server.catcher.faults.stall_at = ""
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 12}
    identifiers: dict[str, set[bytes]] = {}
    for message in server.catcher.messages:
        (line,) = [x for x in message.data.split(b"\r\n") if x.lower().startswith(b"message-id:")]
        identifiers.setdefault(message.recipients[0], set()).add(line)
    assert len(identifiers) == 12
    assert {len(ids) for ids in identifiers.values()} == {1}


@pytest.mark.behaviour("B2")
def test_a_hung_sender_is_cut_off_and_its_certain_outcomes_replace_the_doubts(
    conn: Conn, a_sink: Sinks
) -> None:
    """While it hangs, another rescues its packages and goes on; when it comes back, it knows what became of each."""
    sink = a_sink("--delay", "=0.1")
    with senders(2, IMPATIENT) as both:
        mailing = begin_some(conn, sink, 300)
        rows = conn.execute("select pid from delivery_sender order by id").fetchall()
        hung = next(s for s in both if s.pid == rows[0][0])
        hung.signal(signal.SIGSTOP)
        eventually(lambda: counts(conn, mailing).get("in_doubt", 0) > 0)
        doubted = sound(conn, mailing)["in_doubt"]
        assert doubted <= IN_HAND
        accepted = counts(conn, mailing)["accepted"]
        eventually(lambda: counts(conn, mailing)["accepted"] > accepted + 10)
        hung.signal(signal.SIGCONT)
        eventually(lambda: "in_doubt" not in counts(conn, mailing))
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 300}
    assert nobody_twice(sink) == {address(n) for n in range(1, 301)}


def test_a_hung_sender_whose_servers_gave_it_up_does_not_know_either(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink("--delay", "=20")  # so long that no answer is under way when the connections are cut
    with senders(2, IMPATIENT) as both:
        mailing = begin(conn, 60, sink.url(2))
        eventually(lambda: len(sink.arrived()) >= 2)
        (number,) = conn.execute(
            "select sender from delivery_package where sender is not null"
        ).fetchone() or (0,)
        (pid,) = conn.execute("select pid from delivery_sender where id = %s", (number,)).fetchone() or (0,)
        hung = next(s for s in both if s.pid == pid)
        hung.signal(signal.SIGSTOP)
        eventually(lambda: counts(conn, mailing).get("in_doubt", 0) > 0)
        sink.process.send_signal(signal.SIGUSR1)  # cuts every connection, answered or not
        hung.signal(signal.SIGCONT)
        command(conn, mailing, "pause")
        eventually(lambda: "in_flight" not in counts(conn, mailing))
        eventually(
            lambda: not conn.execute("select from delivery_package where sender is not null").fetchall()
        )
        # What was on the wire stays in doubt; the rest of what it had claimed was certainly unsent, and waits.
        eventually(lambda: 0 < counts(conn, mailing)["in_doubt"] <= 4)
        sound(conn, mailing)
        command(conn, mailing, "cancel", reason="seen enough")
        becomes(conn, mailing, "cancelled")
    nobody_twice(sink)
    sound(conn, mailing)


def cut(conn: Conn, name: str) -> list[Any]:
    return conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name like %s",
        (name,),
    ).fetchall()


@pytest.mark.parametrize("name", ["penstock lane", "penstock sender%", "penstock ticker", "penstock%"])
def test_connections_to_the_database_are_cut(conn: Conn, a_sink: Sinks, name: str) -> None:
    """Lanes, desk and beat; the lock; the ticker; all of them: it goes on, and nothing is in doubt."""
    sink = a_sink("--delay", "=0.03")
    with senders(2) as both:
        mailing = begin_some(conn, sink, 300)
        for _ in range(3):
            arrived = len(sink.arrived())
            eventually(lambda: cut(conn, name))
            eventually(lambda before=arrived: len(sink.arrived()) >= min(300, before + 30))
        becomes(conn, mailing, "sent")
        assert all(sender.alive for sender in both)
    assert sound(conn, mailing) == {"accepted": 300}
    nobody_twice(sink)


@pytest.fixture
def own_server(ready_home: Path) -> Iterator[Conn]:
    """A home of its own with a migrated database, durable, that may be killed."""
    platform.ready()
    with platform.connect(name="test") as connection:
        yield connection


def test_the_database_is_killed(own_server: Conn, ready_home: Path, a_sink: Sinks) -> None:
    sink = a_sink("--delay", "=0.03")
    data = embedded.data_folder(ready_home)
    with senders(2) as both:
        mailing = begin_some(own_server, sink, 400)
        server = postmaster.running(data)
        assert server
        os.kill(server, signal.SIGKILL)
        postmaster.wait_until_gone(data, server, seconds=10)
        with platform.connect(name="test again") as conn:
            becomes(conn, mailing, "sent", seconds=60)
            states = sound(conn, mailing)
        assert all(sender.alive for sender in both)
    assert states == {"accepted": 400}
    nobody_twice(sink)
