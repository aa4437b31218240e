"""What SIGKILL leaves of a server, and how the next command gets past it."""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from penstock.platform import cluster, database, embedded, ownership, postmaster
from tests.integration.platform.command import Command


def data_of(home: Path) -> Path:
    return embedded.data_folder(home.resolve())


def test_killed_postmaster_with_a_busy_orphan(home, until):
    """The orphan computes and so does not notice; it holds the shared memory until it is ended."""
    with database.connect() as conn:
        conn.execute("create table kept as select 1 as one")
    busy = psycopg.connect(database.url(), autocommit=True)
    orphan = busy.info.backend_pid

    def compute() -> None:
        with pytest.raises(psycopg.OperationalError):
            busy.execute("select count(*) from generate_series(1, 1e12::bigint)")

    computing = threading.Thread(target=compute)
    computing.start()
    with database.connect() as conn:
        working = "select 1 from pg_stat_activity where pid = %s and state = 'active'"
        until(lambda: conn.execute(working, [orphan]).fetchone(), "the orphan works")
    killed = postmaster.running(data_of(home))
    os.kill(killed, signal.SIGKILL)
    with database.connect() as conn:
        assert conn.execute("select one from kept").fetchone() == (1,)
    assert postmaster.running(data_of(home)) not in (None, killed)
    computing.join(10)
    assert not postmaster.alive(orphan)


def test_commands_that_go_on_get_the_database_back(home):
    with Command(home) as first, Command(home) as second:
        os.kill(first.started["postmaster"], signal.SIGKILL)
        again = first.ask("select 1")
        assert again["postmaster"] != first.started["postmaster"]
        assert second.ask("select 1")["postmaster"] == again["postmaster"]


def test_everything_killed_at_once(home):
    command = Command(home)
    assert command.started
    for pid in [command.process.pid, *postmaster.processes(data_of(home))]:
        with suppress(ProcessLookupError):  # a child of the server that went with it
            os.kill(pid, signal.SIGKILL)
    command.process.communicate()
    with Command(home) as following:
        assert following.ask("select 1")["answer"] == [1]


def stale_files(home: Path, pid: int) -> None:
    """Leave what a killed postmaster leaves, naming `pid`."""
    data = data_of(home)
    told = f"{pid}\n{data}\n1700000000\n5432\n{data}\n\n  5432001    65536\nready   \n"
    (data / "postmaster.pid").write_text(told)
    (data / ".s.PGSQL.5432.lock").write_text(told)


def test_pid_taken_over_by_another_program(home):
    user = ownership.server_user(home)
    options = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
    with subprocess.Popen(["sleep", "60"], **options) as stranger:
        stale_files(home, stranger.pid)
        with database.connect() as conn:
            assert conn.execute("select 1").fetchone() == (1,)
        embedded.stop(home)
        assert stranger.poll() is None, "the other program was left alone"
        stranger.kill()


def test_pid_of_another_homes_server(home, tmp_path):
    with database.connect() as conn:
        running = postmaster.running(data_of(home))
        other = tmp_path / "postgres"
        other.mkdir()
        (other / "postmaster.pid").write_text(f"{running}\n{other}\n")
        assert postmaster.running(other) is None
        assert cluster.stop(other) is False
        assert conn.execute("select 1").fetchone() == (1,)


def test_zombie_is_not_taken_for_a_server(home, until):
    zombie = subprocess.Popen(["true"])
    until(lambda: not postmaster.alive(zombie.pid), "it is a zombie")
    stale_files(home, zombie.pid)
    with database.connect() as conn:
        assert conn.execute("select 1").fetchone() == (1,)
    zombie.wait()


@pytest.mark.parametrize("content", ["", "abc\n", "0\n", "-1\n", "4194305\n"])
def test_damaged_pid_file(home, content):
    (data_of(home) / "postmaster.pid").write_text(content)
    with database.connect() as conn:
        assert conn.execute("select 1").fetchone() == (1,)


def test_long_recovery_is_waited_for_and_mentioned(home, monkeypatch, capsys):
    """The server that has a log to replay is held for a while: one that takes its time."""
    monkeypatch.setattr(embedded, "_PATIENCE", 0.3)
    with database.connect() as conn:
        conn.execute(
            "create table much as select i, repeat('x', 100) as x from generate_series(1, 30000) as i"
        )
    for pid in postmaster.processes(data_of(home)):
        with suppress(ProcessLookupError):  # the first to die takes the others with it
            os.kill(pid, signal.SIGKILL)
    launch = cluster.launch

    def held(data, user, major=None):
        pid = launch(data, user, major)
        os.kill(pid, signal.SIGSTOP)  # not the process that replays: that one may be done before it is found
        threading.Timer(1.0, os.kill, [pid, signal.SIGCONT]).start()
        return pid

    monkeypatch.setattr(cluster, "launch", held)
    with database.connect() as conn:
        assert conn.execute("select count(*) from much").fetchone() == (30_000,)
    assert "recovering from a crash" in capsys.readouterr().err


def test_killed_while_it_was_made(own_home):
    """initdb works under a passing name: a half-made folder is thrown away."""
    half = own_home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with database.connect() as conn:
        assert conn.execute("select 1").fetchone() == (1,)
    assert not half.exists()
