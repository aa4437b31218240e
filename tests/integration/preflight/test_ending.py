"""How an analysis ends that does not run to its end: called off, its process killed, its worker stopped, or nobody at it any more."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from penstock.mailing import journal
from penstock.mailing.mailings import find
from penstock.platform import jobs
from penstock.preflight import analysis, supervising
from penstock.preflight import jobs as duties
from penstock.preflight.analyst import process
from penstock.preflight.analyst.process import NICE
from tests.integration.delivery.stage import ANNA, add_contacts, command, draft, eventually

Conn = psycopg.Connection[Any]
SLOW = "<p>{{ first_name }}{% for n in (1..500) %}{{ code }}{% endfor %}</p>"
"""A millisecond and more for each recipient: the analysis of 20,000 takes minutes."""

PATIENCE = 50.0
"""Seconds; on a busy machine a process that is nice takes its time."""


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """The process of background jobs, as `penstock worker` runs it."""
    process = subprocess.Popen([sys.executable, "-m", "penstock.platform.background"], env=dict(os.environ))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def submitted(conn: Conn, count: int = 20_000, html: str = SLOW) -> int:
    mailing = draft(conn, add_contacts(conn, "all", count), html=html)
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    return mailing


def state(conn: Conn, mailing: int) -> str:
    found = analysis.newest(conn, mailing)
    assert found
    return found.state


def analysts(conn: Conn) -> list[int]:
    """The backends of processes that analyse."""
    rows = conn.execute(
        "select pid from pg_stat_activity where datname = current_database() and application_name = 'penstock analysis'"
    )
    return [pid for (pid,) in rows]


def moving(conn: Conn, mailing: int) -> bool:
    found = analysis.newest(conn, mailing)
    return bool(found and found.state == "running" and found.done)


def test_nothing_waits_for_it_and_called_off_it_ends_within_a_second(conn: Conn) -> None:
    """It is nice to every other process, and holds no lock that anybody waits for."""
    mailing = submitted(conn)
    there = find(conn, 1, mailing)
    assert there
    with worker():
        eventually(lambda: moving(conn, mailing), PATIENCE)
        assert {os.getpriority(os.PRIO_PROCESS, process) for process in _processes()} == {NICE}
        held = conn.execute(
            "select distinct l.relation::regclass::text, l.mode from pg_locks l join pg_stat_activity a using (pid)"
            " where a.application_name = 'penstock analysis' and a.datname = current_database() and l.locktype = 'relation'"
            " and l.mode not in ('AccessShareLock', 'RowShareLock') and l.relation::regclass::text not like 'preflight_%'"
            " and l.relation::regclass::text not like 'pg_%'"
        ).fetchall()
        assert held == []
        before = time.monotonic()
        command(conn, mailing, "withdraw")
        assert time.monotonic() - before < 2.0
        asked = time.monotonic()
        assert analysis.cancel(conn, there, ANNA).state == "cancelled"
        eventually(lambda: not analysts(conn), 5)
        assert time.monotonic() - asked < 1.0
        assert state(conn, mailing) == "cancelled"
        eventually(lambda: not _jobs(conn))
    assert [entry["command"] for entry in journal.entries(conn, mailing)][-1] == "cancel_analysis"
    assert journal.verify(conn) == []


def test_a_change_of_the_message_calls_it_off_and_another_begins(conn: Conn) -> None:
    mailing = submitted(conn, 300)
    command(conn, mailing, "withdraw")
    conn.execute(
        "update mailing_mailing set audience = audience || '{\"not_reached_by\": []}' where id = %s",
        (mailing,),
    )
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    states = conn.execute(
        "select state from preflight_analysis where mailing_id = %s order by id", (mailing,)
    ).fetchall()
    assert states == [("cancelled",), ("waiting",)]


def test_killed_it_begins_anew(conn: Conn) -> None:
    mailing = submitted(conn, 400)
    with worker():
        eventually(lambda: moving(conn, mailing), PATIENCE)
        for process in _processes():
            os.kill(process, signal.SIGKILL)
        eventually(lambda: state(conn, mailing) == "done", PATIENCE)
    found = analysis.require(conn, mailing)
    assert (found.total, found.done) == (400, 400)


def test_a_worker_that_stops_gives_it_back_and_one_that_is_killed_takes_it_along(conn: Conn) -> None:
    mailing = submitted(conn)
    with worker() as process:
        eventually(lambda: moving(conn, mailing), PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0  # it is not waited for
    eventually(lambda: not analysts(conn))
    assert state(conn, mailing) == "running"
    assert _jobs(conn) == ["todo"]
    conn.execute("update preflight_analysis set done = 0")
    with worker() as process:
        eventually(lambda: moving(conn, mailing), PATIENCE)
        process.kill()
        process.wait()
        eventually(lambda: not analysts(conn), 5)
    assert state(conn, mailing) == "running"


def _jobs(conn: Conn) -> list[str]:
    """The states of the jobs that analyse."""
    rows = conn.execute("select status::text from procrastinate_jobs where task_name = 'penstock:analyse'")
    return [status for (status,) in rows]


def test_what_nobody_is_at_has_failed(conn: Conn) -> None:
    mailing = submitted(conn, 3)
    duties.fail_abandoned(0)
    assert state(conn, mailing) == "waiting"  # its job will come
    conn.execute("delete from procrastinate_jobs")
    duties.fail_abandoned(0)
    assert state(conn, mailing) == "waiting"  # asked for a moment ago
    conn.execute("update preflight_analysis set asked_at = now() - interval '2 minutes'")
    duties.fail_abandoned(0)
    found = analysis.require(conn, mailing)
    assert (found.state, found.error) == ("failed", "whoever analysed it is gone")


def test_of_who_was_erased_nothing_stays(conn: Conn) -> None:
    mailing = submitted(conn, 3, html="<p>{{ nothing | append: '' }}{{ code }}</p>")
    conn.execute("update audience_contact set attributes = '{}'")
    asyncio.run(jobs.work(wait=False))
    [found] = [each for each in analysis.require(conn, mailing).findings if each.text.startswith("{{ code")]
    assert len(found.cases) == 3
    conn.execute("delete from audience_contact where normal = 'reader2@example.net'")
    assert [case.address for case in analysis.cases(conn, mailing, found.id, limit=9)] == [
        "reader1@example.net",
        "reader3@example.net",
    ]
    duties.forget_cases(0)
    assert conn.execute(
        "select count(*) from preflight_case where finding_id = %s", (found.id,)
    ).fetchone() == (2,)


def test_templates_that_take_too_long_are_given_up(conn: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing = submitted(conn, 2_000)
    monkeypatch.setattr(process, "LONGEST", 0.1)
    monkeypatch.setattr(process, "BEAT", 0.1)
    process.perform(conn, analysis.require(conn, mailing).id)
    found = analysis.require(conn, mailing)
    assert found.state == "failed"
    assert "make the templates simpler" in (found.error or "")


def test_what_keeps_dying_is_given_up(conn: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing = submitted(conn, 3)
    monkeypatch.setattr(supervising, "ANALYST", "penstock.preflight.no_such_module")
    monkeypatch.setattr(duties._again, "exponential_wait", 0, raising=False)
    for _ in range(duties.TRIES):
        conn.execute("update procrastinate_jobs set scheduled_at = null where status = 'todo'")
        asyncio.run(jobs.work(wait=False))
    found = analysis.require(conn, mailing)
    assert found.state == "failed"
    assert "the process that analysed ended with status 1" in (found.error or "")


def _processes() -> list[int]:
    """The processes that analyse, by their command line."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if (
                    b"penstock.preflight.analyst.process" in file.read()
                    and _home_of(entry) == os.environ["PENSTOCK_HOME"]
                ):
                    found.append(int(entry))
        except (OSError, ValueError):
            continue
    assert found
    return found


def _home_of(process: str) -> str:
    with open(f"/proc/{process}/environ", "rb") as file:
        pairs = dict(each.partition(b"=")[::2] for each in file.read().split(b"\0"))
    return pairs.get(b"PENSTOCK_HOME", b"").decode()
