"""Background jobs: enqueued with what they belong to, run by a worker, put back when it dies."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

import psycopg
import pytest

from penstock.platform import jobs

_ran: list[object] = []


@jobs.tasks.task(name="test_note", queue=jobs.QUEUE)
def note(what: str) -> None:
    _ran.append(what)


@jobs.tasks.task(name="test_fail", queue=jobs.QUEUE)
def fail() -> None:
    raise RuntimeError("as intended")


@pytest.fixture(autouse=True)
def nothing_ran():
    _ran.clear()


def count(conn, status=None):
    """Jobs of these tests; what the clock enqueues meanwhile is no business of theirs."""
    return conn.execute(
        "select count(*) from procrastinate_jobs where task_name like 'penstock:test_%%'"
        " and (%s::text is null or status::text = %s)",
        [status, status],
    ).fetchone()[0]


def test_job_commits_with_its_transaction(conn):
    with conn.transaction():
        jobs.defer(conn, "test_note", what="never")
        raise psycopg.Rollback
    assert count(conn) == 0
    assert jobs.defer(conn, "test_note", what="once") > 0
    asyncio.run(jobs.work(wait=False))
    assert _ran == ["once"]
    assert count(conn) == 0, "what succeeded is deleted"


def test_once_enqueues_no_second(conn):
    with conn.transaction():
        assert jobs.defer(conn, "test_note", once="x", what="1")
        assert jobs.defer(conn, "test_note", once="x", what="2") is None
        assert conn.execute("select 1").fetchone() == (1,), "the transaction goes on"
    assert count(conn) == 1


def test_failed_job_stays_visible(conn):
    jobs.defer(conn, "test_fail")
    asyncio.run(jobs.work(wait=False))
    assert count(conn, "failed") == 1


def test_worker_runs_until_it_is_stopped_and_survives_lost_connections(conn, until):
    stop = threading.Event()
    working = threading.Thread(target=jobs.run_worker, args=[stop])
    working.start()
    try:
        jobs.defer(conn, "test_note", what="before")
        until(lambda: _ran == ["before"], "the first job ran")
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'penstock jobs'"
        )
        jobs.defer(conn, "test_note", what="after")
        until(lambda: _ran == ["before", "after"], "the second job ran")
    finally:
        stop.set()
        working.join(15)
    assert not working.is_alive()
    assert conn.execute("select count(*) from procrastinate_workers").fetchone() == (0,)


_DYING = """
import asyncio, sys, time
from penstock.platform import jobs
@jobs.tasks.task(name="test_note", queue=jobs.QUEUE)
def note(what):
    print("begun", flush=True)
    time.sleep(60)
asyncio.run(jobs.work())
"""


def test_job_of_a_killed_worker_is_run_by_the_next(conn):
    jobs.defer(conn, "test_note", what="rescued")
    with subprocess.Popen([sys.executable, "-c", _DYING], stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout.readline() == "begun\n"
        os.kill(dying.pid, signal.SIGKILL)
    assert count(conn, "doing") == 1
    conn.execute("update procrastinate_workers set last_heartbeat = last_heartbeat - interval '1 day'")
    asyncio.run(jobs.work(wait=False))
    assert _ran == ["rescued"]
    assert count(conn) == 0


def test_job_that_kills_every_worker_is_given_up(conn, monkeypatch):
    jobs.defer(conn, "test_note", what="poison")
    conn.execute("update procrastinate_jobs set attempts = %s, status = 'doing'", [jobs.ATTEMPTS - 1])
    asyncio.run(jobs.work(wait=False))
    assert _ran == []
    assert count(conn, "failed") == 1


def test_periodic_duties_are_known_to_the_worker():
    periodic = {task.task.name for task in jobs.worker_app().periodic_registry.periodic_tasks.values()}
    assert periodic >= {"penstock:requeue_stalled", "penstock:remove_old"}
