"""A mailing that could be sent and makes no progress is noticed, woken, and at last interrupted with what is wrong (B16)."""

import os
import socket
from typing import Any

import psycopg
import pytest

from penstock.delivery import due, freeze, watchdog
from penstock.mailing import control
from tests.integration.delivery.handing import hand_over
from tests.integration.delivery.stage import (
    becomes,
    begin,
    command,
    eventually,
    policy,
    reason,
    senders,
    sound,
    state,
    travel,
)

NEVER = "import penstock.delivery.sender as sender, penstock.delivery.watchdog as watchdog; sender.LANES = 0; watchdog.EVERY = 0"
"""A sender that takes nothing up, and looks all the time."""

Conn = psycopg.Connection[Any]


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A mailing to 30 that is being sent, by nobody; it may stand still for ten minutes."""
    number = begin(conn, 30, "smtp://127.0.0.1:1")
    freeze.prepare(conn, number)
    assert watchdog.look(conn) == 0
    return number


def pass_by(conn: Conn, minutes: int) -> int:
    """Let so many minutes pass in which the ticker looks all along; return what its last look did."""
    did = 0
    for _ in range(minutes):
        travel(conn, minutes=1)
        did = watchdog.look(conn)
    return did


def a_sender(conn: Conn) -> int:
    """One that is alive, or so it seems."""
    row = conn.execute(
        "insert into delivery_sender (host, pid, beat_at) values (%s, %s, now() + interval '1 h') returning id",
        (socket.gethostname(), os.getpid()),
    ).fetchone()
    assert row
    return int(row[0])


@pytest.mark.behaviour("B16")
def test_who_stands_still_is_woken_and_then_interrupted_with_what_is_wrong(conn: Conn, mailing: int) -> None:
    conn.execute(f"listen {control.CHANNEL}")
    assert pass_by(conn, 4) == 0
    assert pass_by(conn, 1) == 1  # half of its time is over: the senders are told once more
    told = [news.payload for news in conn.notifies(timeout=0.5)]
    assert any(news.startswith(f"{mailing} sending ") for news in told)
    assert pass_by(conn, 4) == 0  # once
    assert state(conn, mailing) == "sending"
    assert pass_by(conn, 1) == 1
    why = reason(conn, mailing)
    assert why is not None
    assert (state(conn, mailing), why["code"]) == ("interrupted", "stalled")
    assert why["text"].startswith(
        "Nothing has moved for 10 minutes, although something could be sent. No worker answers"
    )
    with pytest.raises(control.Refused, match="Mend the cause"):
        command(conn, mailing, "resume")
    command(conn, mailing, "resume", reason="a worker runs now")
    conn.execute("update mailing_mailing set stopped_at = null where id = %s", (mailing,))
    assert pass_by(conn, 4) == 0  # it has its time anew
    sound(conn, mailing)


def test_progress_is_no_stall(conn: Conn, mailing: int) -> None:
    for _ in range(3):
        assert pass_by(conn, 4) == 0
        hand_over(conn, mailing, accepted=1)


def test_who_has_what_and_what_the_server_says_is_told(conn: Conn, mailing: int) -> None:
    sender = a_sender(conn)
    conn.execute("select * from delivery_open(%s, %s)", (sender, mailing))
    policy(conn, stall_minutes=1)
    pass_by(conn, 2)
    here = f"{socket.gethostname()}:{os.getpid()}"
    assert (
        f"The sender {here} has a package of it and records nothing" in (reason(conn, mailing) or {})["text"]
    )


def test_a_server_in_trouble_is_named(conn: Conn, mailing: int) -> None:
    sender = a_sender(conn)
    policy(conn, stall_minutes=1)
    conn.execute(
        "insert into delivery_health (server, sender, mailing, beat_at, state, open, busy, answered, trouble)"
        " values (1, %s, %s, now() + interval '1 h', 'shaky', 0, 0, 0, 'CONNECT: 421 too busy')",
        (sender, mailing),
    )
    pass_by(conn, 1)
    assert "does not take anything: CONNECT: 421 too busy" in (reason(conn, mailing) or {})["text"]


def test_who_waits_for_a_release_a_limit_a_switch_or_a_turn_does_not_stall(conn: Conn, mailing: int) -> None:
    policy(conn, stall_minutes=1)
    later = begin(conn, 10, "smtp://127.0.0.1:1")
    freeze.prepare(conn, later)
    conn.execute("update delivery_package set release_at = 'infinity' where mailing = %s", (later,))
    slow = begin(conn, 10, "smtp://127.0.0.1:1", rate=0.0001)
    freeze.prepare(conn, slow)
    conn.execute(
        "insert into delivery_meter select scope, key, now() + interval '2 h' from delivery_limits(%s)",
        (slow,),
    )
    conn.execute(
        "insert into mailing_switch (account_id, scope, value, reason, made_by, made_at)"
        " select 1, 'transport', transport_id::text, 'mended', 'anna', now() from mailing_mailing where id = %s",
        (mailing,),
    )
    assert pass_by(conn, 2) == 0
    assert {state(conn, each) for each in (mailing, later, slow)} == {"sending"}


def test_one_that_waits_for_the_deferred_does_not_stall(conn: Conn, mailing: int) -> None:
    hand_over(conn, mailing, deferred=30)
    control.attempt(conn, mailing, "handed_off")
    policy(conn, stall_minutes=1)
    conn.execute("update delivery_due set due_at = now() + interval '1 h' where mailing = %s", (mailing,))
    assert pass_by(conn, 2) == 0
    conn.execute("update delivery_due set due_at = now() - interval '1 h' where mailing = %s", (mailing,))
    assert due.pack(conn, mailing) == 30
    pass_by(conn, 2)  # they could be tried, and nobody does
    assert state(conn, mailing) == "interrupted"


def test_time_in_which_nobody_looked_does_not_count(conn: Conn, mailing: int) -> None:
    pass_by(conn, 4)
    travel(conn, hours=2)  # no sender ran
    assert watchdog.look(conn) == 0
    assert pass_by(conn, 4) == 0


@pytest.mark.behaviour("B16")
def test_a_worker_that_takes_nothing_up_is_told_of(conn: Conn) -> None:
    policy(conn, stall_minutes=2)
    number = begin(conn, 5, "smtp://127.0.0.1:1")
    with senders(1, NEVER):
        becomes(conn, number, "sending")

        def stalled() -> bool:
            travel(conn, seconds=50)
            return state(conn, number) == "interrupted"

        eventually(stalled, every=0.3)
    why = reason(conn, number)
    assert why is not None
    assert why["code"] == "stalled"
    assert "1 sender is alive and none takes it up" in why["text"]
    assert sound(conn, number) == {"waiting": 5}
