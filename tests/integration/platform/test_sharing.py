"""Who starts the embedded server, who shares it, and who stops it."""

import os
import signal
import time
from pathlib import Path

from penstock.platform import database, embedded, environment, postmaster, presence
from penstock.platform.down import down
from tests.integration.platform.command import Command


def server_of(home: Path) -> int | None:
    return postmaster.running(embedded.data_folder(home.resolve()))


def test_first_start_of_four_at_once_makes_one_server(own_home):
    commands = [Command(own_home) for _ in range(4)]
    servers = {command.started["postmaster"] for command in commands}
    assert len(servers) == 1
    assert commands[0].ask("select current_setting('fsync'), current_setting('synchronous_commit')")[
        "answer"
    ] == [
        "on",
        "on",
    ]
    for command in commands:
        assert server_of(own_home) in servers
        command.end()
    assert server_of(own_home) is None


def test_last_command_stops_the_server(home):
    with Command(home) as first, Command(home) as second:
        assert first.started["postmaster"] == second.started["postmaster"]
        first.end()
        assert second.ask("select 1")["postmaster"] == first.started["postmaster"]
        second.end()
    assert server_of(home) is None


def test_joining_takes_no_lock_and_less_than_20_ms(home):
    with Command(home) as other:
        assert other.started
        with presence.one_at_a_time(home, "the test"):
            seconds = []
            for _ in range(5):
                begun = time.perf_counter()
                database.url()
                seconds.append(time.perf_counter() - begun)
        assert min(seconds) < 0.02
        embedded.leave(home)
        assert server_of(home), "the other command still needs it"


def test_killed_command_leaves_a_server_that_the_next_one_joins_and_stops(home):
    killed = Command(home)
    server = killed.started["postmaster"]
    killed.kill()
    assert server_of(home) == server
    with Command(home) as following:
        assert following.started["postmaster"] == server
    assert server_of(home) is None


def test_start_and_end_at_the_same_time_never_lose_the_server(home):
    """Each command either joins the server of the one before, or finds it stopped and starts its own."""
    before = Command(home)
    assert before.started
    for _ in range(4):
        following = Command(home)
        before.end()
        assert following.ask("select 1")["answer"] == [1]
        before = following
    before.end()
    assert server_of(home) is None


def test_down_ends_commands_and_server(home):
    with Command(home) as command:
        assert command.started
        assert [one.pid for one in presence.others(home)] == [command.process.pid]
        ended = down(home)
        assert [one.pid for one in ended.asked] == [command.process.pid]
        assert ended.server
        assert not ended.killed
        assert command.process.wait(5) == -signal.SIGTERM
    assert server_of(home) is None
    assert not presence.others(home)


def test_down_kills_what_does_not_listen(home, monkeypatch, until):
    monkeypatch.setattr("penstock.platform.down._PATIENCE", 0.2)
    deaf = Command(home)
    assert deaf.started
    os.kill(deaf.process.pid, signal.SIGSTOP)
    stat = Path(f"/proc/{deaf.process.pid}/stat")
    until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", "it is stopped")
    assert [one.pid for one in down(home).killed] == [deaf.process.pid]
    assert deaf.process.wait(5) == -signal.SIGKILL


def test_down_on_an_idle_home_is_no_error(own_home):
    ended = down(own_home)
    assert (ended.asked, ended.killed, ended.left, ended.server) == ([], [], [], False)


def test_a_user_of_a_given_database_is_known_to_down(home, monkeypatch):
    with Command(home) as other:
        monkeypatch.setenv("PENSTOCK_DATABASE_URL", other.started["url"])
        assert database.url() == other.started["url"]
        assert embedded.is_used_here(environment.home())
        embedded.leave(home)


def test_the_mark_names_the_command_without_its_options(home, monkeypatch):
    monkeypatch.setattr("sys.argv", ["/bin/penstock", "send", "--via", "smtp://u:secret@h"])
    mark = presence.Presence(home)
    assert mark.enter()
    told = (home / "run" / f"{os.getpid()}.lock").read_text()
    mark.leave()
    assert "penstock send" in told
    assert "secret" not in told
