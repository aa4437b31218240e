"""The freeze: once, whole or not at all, of one instant; and commands that come while it runs."""

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from penstock.audience.suppression import lift, suppress
from penstock.delivery import freeze, passing, ticker
from penstock.delivery.freeze import prepare
from penstock.platform import database as platform
from tests.integration.delivery.conftest import Sink
from tests.integration.delivery.stage import (
    add_contacts,
    address,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    launch,
    policy,
    senders,
    sound,
    state,
)

Conn = psycopg.Connection[Any]
Sinks = Callable[..., Sink]


@pytest.fixture
def starting(conn: Conn) -> int:
    """A mailing of 1,000 that waits to be frozen."""
    return launch(conn, draft(conn, add_contacts(conn, "all", 1000)))


def freezing(mailing: int) -> threading.Thread:
    """Prepare a mailing in a thread."""

    def run() -> None:
        with platform.connect(name="freezing") as conn:
            prepare(conn, mailing)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.behaviour("B2")
def test_a_freeze_that_had_to_wait_for_its_turn_at_the_processor_is_tried_again(
    conn: Conn, starting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends the transaction of a process that stands still. On a busy machine that is no mistake in the mailing."""

    def slowly(there: Conn, mailing: int) -> None:
        with there.transaction():
            there.execute("select 1")
            still = "select 1 from pg_stat_activity where pid = %s"
            eventually(lambda: conn.execute(still, (there.info.backend_pid,)).fetchone() is None)
            prepare(there, mailing)

    with monkeypatch.context() as impatient:
        impatient.setattr(ticker, "HANGS", "set idle_in_transaction_session_timeout = '20ms'")
        with pytest.raises(platform.AWAY):
            ticker._write(starting, slowly, "frozen")
    assert state(conn, starting) == "starting"
    ticker._write(starting, prepare, "frozen")
    assert state(conn, starting) == "sending"


@pytest.mark.behaviour("S4.11")
@pytest.mark.parametrize(("size", "expected"), [(None, [1000]), (300, [300, 300, 300, 100]), (1000, [1000])])
def test_the_audience_is_cut_into_packages(
    conn: Conn, starting: int, size: int | None, expected: list[int]
) -> None:
    if size:
        policy(conn, package_size=size)
    prepare(conn, starting)
    assert state(conn, starting) == "sending"
    packages = conn.execute(
        "select no, size, first_seq, kind, state from delivery_package order by no"
    ).fetchall()
    assert [row[1] for row in packages] == expected
    assert [row[0] for row in packages] == list(range(1, len(expected) + 1))
    assert [row[2] for row in packages] == [1 + sum(expected[:n]) for n in range(len(expected))]
    assert {row[3:] for row in packages} == {("plain", "waiting")}
    assert sound(conn, starting) == {"waiting": 1000}


def test_two_tickers_freeze_once(conn: Conn, starting: int) -> None:
    threads = [freezing(starting) for _ in range(4)]
    for thread in threads:
        thread.join(20)
    assert state(conn, starting) == "sending"
    assert sound(conn, starting) == {"waiting": 1000}
    assert conn.execute("select count(*) from mailing_entry where command = 'prepared'").fetchone() == (1,)


STOPS_BEFORE_ITS_LAST_WORD = """
import sys
from penstock.delivery import freeze
from penstock.platform import database
original = freeze.sql
def sql(package, statement):
    if statement == "freeze_done":
        print("written", flush=True)
        sys.stdin.read()
    return original(package, statement)
freeze.sql = sql
freeze.prepare(database.connect(name="freezing"), int(sys.argv[1]))
"""


def test_a_freeze_killed_in_the_middle_leaves_nothing(conn: Conn, starting: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STOPS_BEFORE_ITS_LAST_WORD, str(starting)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"written\n"
        process.kill()
    connected = "select from pg_stat_activity where application_name = 'freezing'"
    eventually(lambda: not conn.execute(connected).fetchall())
    for table in ("recipient", "package", "outcome"):
        assert conn.execute(f"select count(*) from delivery_{table}").fetchone() == (0,)
    assert state(conn, starting) == "starting"
    prepare(conn, starting)
    assert sound(conn, starting) == {"waiting": 1000}


@pytest.mark.parametrize(("name", "ends"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_command_in_the_middle_of_the_freeze(conn: Conn, starting: int, name: str, ends: str) -> None:
    """It does not wait for the freeze; a cancelled mailing has no ledger, a paused one is frozen when it goes on."""
    reached, go = threading.Event(), threading.Event()
    original = freeze.sql
    places = (freeze, passing)

    def slowly(package: str, statement: str) -> str:
        if statement == "freeze_packages":
            reached.set()
            assert go.wait(20)
        return original(package, statement)

    freeze.sql = slowly  # type: ignore[assignment]
    try:
        thread = freezing(starting)
        assert reached.wait(20)
        assert command(conn, starting, name, reason="wait").state == ends
        go.set()
        thread.join(20)
    finally:
        for place in places:
            place.sql = original  # type: ignore[attr-defined]
    assert state(conn, starting) == ends
    if name == "cancel":
        assert sound(conn, starting) == {}
        assert conn.execute("select frozen_at from mailing_mailing").fetchone() == (None,)
        return
    sound(conn, starting)
    assert command(conn, starting, "resume").state == "starting"
    prepare(conn, starting)
    assert state(conn, starting) == "sending"
    assert sound(conn, starting) == {"waiting": 1000}


def test_the_freeze_is_of_one_instant(conn: Conn, starting: int) -> None:
    """Who is suppressed, lifted or added while it runs stands on one side: neither twice nor nowhere."""
    for n in range(1, 21):
        suppress(conn, 1, address(n), "manual", "test")
    original = freeze.sql
    places = (freeze, passing)

    def between(package: str, statement: str) -> str:
        if statement == "pass_over":
            for n in range(1, 11):
                lift(conn, 1, address(n))
            for n in range(500, 510):
                suppress(conn, 1, address(n), "unsubscribed", "test")
            add_contacts(conn, "all", 5, first=5000)
        if statement == "freeze_done":
            lift(conn, 1, address(11))
        return original(package, statement)

    for place in places:
        place.sql = between  # type: ignore[attr-defined]
    try:
        with platform.connect(name="freezing") as other:
            prepare(other, starting)
    finally:
        for place in places:
            place.sql = original  # type: ignore[attr-defined]
    assert sound(conn, starting) == {"waiting": 980, "skipped": 20}
    rows = conn.execute("select count(*), count(distinct contact) from delivery_recipient").fetchone()
    assert rows == (1000, 1000)


def test_whoever_is_suppressed_while_the_freeze_runs_is_skipped_when_claimed(
    conn: Conn, a_sink: Sinks
) -> None:
    sink = a_sink()
    mailing = launch(conn, draft(conn, add_contacts(conn, "all", 50), sink.url()))
    original = freeze.sql
    places = (freeze, passing)

    def between(package: str, statement: str) -> str:
        if statement == "freeze_packages":
            suppress(conn, 1, address(50), "unsubscribed", "test")
        return original(package, statement)

    for place in places:
        place.sql = between  # type: ignore[attr-defined]
    try:
        with platform.connect(name="freezing") as other:
            prepare(other, mailing)
    finally:
        for place in places:
            place.sql = original  # type: ignore[attr-defined]
    with senders(1):
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 49, "skipped": 1}
    assert address(50) not in sink.arrived()


def test_the_database_refuses_the_same_address_twice(conn: Conn, starting: int) -> None:
    prepare(conn, starting)
    again = sql.SQL(
        "insert into delivery_recipient select mailing, seq + 5000, contact, package, normal from delivery_recipient where seq = 7"
    )
    with pytest.raises(psycopg.errors.UniqueViolation, match="delivery_recipient_once"):
        conn.execute(again)


def test_paused_and_cancelled_while_starting_with_senders(conn: Conn, a_sink: Sinks) -> None:
    """Given before any sender is there: what was paused is not begun, and goes out whole when it is resumed."""
    sink = a_sink()
    paused, cancelled = begin(conn, 30, sink.url()), begin(conn, 30, sink.url())
    command(conn, paused, "pause")
    command(conn, cancelled, "cancel", reason="no")
    with senders(1):
        other = begin(conn, 5, sink.url())
        becomes(conn, other, "sent")
        assert (state(conn, paused), counts(conn, paused)) == ("paused", {})
        assert (state(conn, cancelled), counts(conn, cancelled)) == ("cancelled", {})
        assert command(conn, paused, "resume").state == "starting"
        becomes(conn, paused, "sent")
    assert sound(conn, paused) == {"accepted": 30}
    assert len(sink.arrived()) == 35
