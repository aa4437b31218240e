"""A mailing's life by commands: gates, plans, the sequence, the end and what comes after it."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.integration.cli.conftest import PENSTOCK, Mails, Ran, begin, sending, until
from tests.integration.delivery.stage import add_contacts, command, draft, launch, policy, state

Cli, People, Catch = Callable[..., Ran], Callable[..., Path], Callable[..., Mails]


def parked(conn: psycopg.Connection, count: int = 2, via: str = "smtp://127.0.0.1:1") -> int:
    """An approved mailing without a plan."""
    mailing = draft(conn, add_contacts(conn, "readers", count), via)
    command(conn, mailing, "submit", plan={"kind": "later"}, confirm=True)
    command(conn, mailing, "approve")
    return mailing


@pytest.mark.behaviour("S1.7", "S1.13", "S1.14", "B5")
def test_a_mailing_is_rejected_revised_and_approved_as_it_was_seen(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection
) -> None:
    cli(*sending(people(2), catcher().url, "--draft"))
    assert state(conn, 1) == "draft"
    assert "penstock mailing approve 1" in cli("mailing", "submit", "1", "--plan", "later", "--yes").stderr
    assert "--reason" in cli("mailing", "reject", "1", "--yes", status=2).stderr
    assert "--yes" in cli("mailing", "reject", "1", "--reason", "typo", status=2).stderr
    assert state(conn, 1) == "in_review"
    cli("mailing", "reject", "1", "--reason", "a typo in the subject", "--yes")
    shown = cli("mailing", "show", "1").stdout
    assert "a typo in the subject" in shown
    assert "penstock mailing revise 1" in shown
    cli("mailing", "revise", "1")
    assert "in_review" in cli("mailing", "submit", "1", "--yes", "--dry-run").stderr.replace(" ", "_")
    cli("mailing", "edit", "1", "--subject", "Hello {{ first_name }}")
    cli("mailing", "submit", "1", "--plan", "later", "--yes")
    seen = json.loads(cli("mailing", "show", "1", "--json").stdout)
    assert seen["revision"] == 2
    assert (
        "not the one"
        in cli(
            "mailing", "approve", "1", "--yes", "--without-analysis", "--digest", "0" * 64, status=2
        ).stderr
    )
    cli("mailing", "approve", "1", "--yes", "--without-analysis", "--digest", seen["digest"])
    assert state(conn, 1) == "parked"
    told = cli("mailing", "journal", "1").stdout
    assert "a typo in the subject" in told
    assert "without review" not in told
    assert "without analysis" in told
    cli("mailing", "unschedule", "1", "--yes")
    cli("mailing", "submit", "1", "--plan", "later", "--yes")
    cli("mailing", "approve", "1", "--yes", "--without-analysis")
    assert "without review" in cli("mailing", "journal", "1").stdout


@pytest.mark.behaviour("S5.3", "S5.12", "S1.8")
def test_the_platform_validates_and_names_the_ground_of_a_refusal(cli: Cli, conn: psycopg.Connection) -> None:
    policy(conn, moderation="manual")
    mailing = draft(conn, add_contacts(conn, "readers", 2))
    number = str(mailing)
    cli("mailing", "submit", number, "--at", "+3d", "--yes")
    told = cli("mailing", "edit-plan", number, "--at", "2031-12-01T09:00", "--zone", "Europe/Paris").stderr
    assert "2031-12-01 09:00 Europe/Paris" in told
    assert "validate" in cli("mailing", "approve", number, "--yes", "--without-analysis").stderr
    assert "ground" in cli("mailing", "reject", number, "--reason", "spam", "--yes", status=2).stderr
    cli("mailing", "validate", number, "--yes")
    assert state(conn, mailing) == "scheduled"
    assert "2031-12-01 09:00 Europe/Paris" in cli("mailing", "list", "--state", "scheduled").stdout


@pytest.mark.behaviour("S2.24", "S3.22", "S4.16", "S5.15")
def test_times_are_of_a_zone_and_exist_once(cli: Cli, conn: psycopg.Connection) -> None:
    number = str(parked(conn))
    plan = ["mailing", "schedule", number, "--zone", "Europe/Paris", "--yes"]
    assert "does not exist" in cli(*plan, "--at", "2031-03-30T02:30", status=2).stderr
    assert "--fold first or --fold second" in cli(*plan, "--at", "2031-10-26T02:30", status=2).stderr
    assert "is past" in cli(*plan, "--at", "2020-10-26T02:30", status=2).stderr
    told = cli(*plan, "--at", "2031-10-26T02:30", "--fold", "second").stderr
    assert "it starts at 2031-10-26 02:30 Europe/Paris, in " in told
    assert conn.execute("select due_at = '2031-10-26T01:30Z' from mailing_mailing").fetchone() == (True,)
    said = cli("mailing", "unschedule", number, status=2).stderr
    assert "--yes" in said
    cli("mailing", "park", number)
    assert "it starts at" in cli("mailing", "schedule", number, "--at", "+4m", "--yes").stderr
    assert "locked" in cli("mailing", "unschedule", number, "--yes", status=2).stderr
    assert "locked" in cli("mailing", "park", number, status=2).stderr


@pytest.mark.behaviour("S2.16", "S2.17", "S2.21")
def test_the_sequence_is_shown_in_order_and_reordered(cli: Cli, conn: psycopg.Connection) -> None:
    first, second, third = (parked(conn) for _ in range(3))
    assert "warning" not in cli("mailing", "enqueue", str(first), "--yes").stderr
    cli("mailing", "enqueue", str(second), "--yes")
    assert "warning: 2 other mailings" in cli("mailing", "enqueue", str(third), "--yes").stderr

    def order() -> list[int]:
        return [each["id"] for each in json.loads(cli("mailing", "queue", "--json").stdout)["mailings"]]

    assert order() == [first, second, third]
    version = json.loads(cli("mailing", "queue", "--json").stdout)["version"]
    assert "number 1 of 3" in cli("mailing", "move", str(third), "1").stderr
    assert order() == [third, first, second]
    stale = cli("mailing", "move", str(first), "1", "--queue-version", str(version), status=2).stderr
    assert "has changed" in stale
    command(conn, first, "pause")  # before anything was measured nothing is expected, but of the head
    expected = [
        each["expected_start"] for each in json.loads(cli("mailing", "queue", "--json").stdout)["mailings"]
    ]
    assert expected[0] is not None
    assert expected[1:] == [None, None]
    command(conn, first, "resume")
    listed = cli("mailing", "list", "--area", "scheduled").stdout.splitlines()[1:]
    assert [int(line.split()[0]) for line in listed] == [third, first, second]
    assert "1 to 3" in cli("mailing", "move", str(third), "7", status=2).stderr


@pytest.mark.behaviour("B15")
def test_a_dry_run_changes_nothing_and_an_old_version_is_refused(cli: Cli, conn: psycopg.Connection) -> None:
    mailing = parked(conn)
    before = conn.execute("select version, state from mailing_mailing").fetchone()
    would = json.loads(cli("mailing", "send-now", str(mailing), "--dry-run", "--json").stdout)
    assert (would["state"], would["dry_run"], would["changed"]) == ("starting", True, False)
    assert conn.execute("select version, state from mailing_mailing").fetchone() == before
    assert "version" in cli("mailing", "pause", str(mailing), "--expect", "1", status=2).stderr
    assert before is not None
    done = json.loads(cli("mailing", "pause", str(mailing), "--expect", str(before[0]), "--json").stdout)
    assert (done["state"], done["changed"]) == ("paused", True)
    assert "resume" in done["allowed_actions"]


@pytest.mark.behaviour("S2.13", "S2.12")
def test_a_send_at_a_time_waits_for_it_and_sends_where_no_worker_does(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection
) -> None:
    mails = catcher()
    told = json.loads(cli(*sending(people(3), mails.url, "--at", "+8s", "--json")).stdout)
    assert (told["status"], told["accepted"]) == ("sent", 3)
    early = "select started_at >= due_at from mailing_mailing where due_at is not null"
    assert conn.execute(early).fetchone() in ((True,), None)
    assert sum(mails.counts.values()) == 3


def test_a_send_at_a_time_is_left_to_a_worker_that_runs(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails, worker = catcher(), begin("worker", cwd=tmp_path)
    try:
        until(conn, "select count(*) > 0 from delivery_sender")
        ran = cli(*sending(people(3), mails.url, "--at", "+12s", "--json"))
        assert json.loads(ran.stdout)["status"] == "scheduled"
        assert "it starts at" in ran.stderr
        until(conn, "select state = 'sent' from mailing_mailing")
        assert sum(mails.counts.values()) == 3
    finally:
        worker.terminate()
        worker.communicate(timeout=30)


@pytest.mark.behaviour("S1.1")
def test_four_eyes_leave_a_send_at_its_gate(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection
) -> None:
    policy(conn, four_eyes="on")
    ran = cli(*sending(people(2), catcher().url, "--json"))
    assert json.loads(ran.stdout)["status"] == "in_review"
    assert "waits for approval" in ran.stderr
    assert "four_eyes" in cli("mailing", "approve", "1", "--yes", "--without-analysis", status=2).stderr


class Asked:
    """A command with a terminal for its input: what it says can be waited for, and answered."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*PENSTOCK, *arguments],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
        )
        os.close(theirs)

    def says(self, words: str) -> str:
        """Read what it says up to `words`."""
        said = ""
        assert self.process.stderr
        while words not in said:
            letter = self.process.stderr.read(1)
            assert letter, said
            said += letter
        return said

    def answer(self, words: str) -> None:
        os.write(self._ours, f"{words}\n".encode())

    def ends(self, status: int) -> str:
        _, said = self.process.communicate(timeout=30)
        os.close(self._ours)
        assert self.process.returncode == status, said
        return said


@pytest.mark.behaviour("S1.21", "S1.22", "S1.23", "S1.24", "S1.25")
def test_a_cancellation_holds_the_mailing_while_it_asks(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    sender = begin(*sending(people(400), mails.url, "--rate", "40/s"), cwd=tmp_path)
    try:
        until(conn, "select coalesce(sum(accepted), 0) > 5 from delivery_package")
        dialog = Asked("mailing", "cancel", "1", cwd=tmp_path)
        dialog.says("Paused.")
        assert state(conn, 1) == "paused"
        dialog.says("Why")
        dialog.answer("the wrong list")
        assert "[DROP/deliver]" in dialog.says("]")
        dialog.answer("")
        dialog.says("[y/N]")
        dialog.answer("n")
        assert "The mailing is paused" in dialog.ends(4)
        assert state(conn, 1) == "paused"
    finally:
        sender.terminate()
        sender.communicate(timeout=30)
    dialog = Asked("mailing", "cancel", "1", "--reason", "the wrong list", cwd=tmp_path)
    dialog.says("[DROP/deliver]")
    dialog.answer("")
    dialog.says("[y/N]")
    dialog.answer("y")
    dialog.ends(0)
    assert state(conn, 1) == "cancelled"
    entries = json.loads(cli("mailing", "journal", "1", "--json").stdout)
    assert (entries[-1]["reason"], entries[-1]["data"]["prepared"]) == ("the wrong list", "drop")


@pytest.mark.behaviour("S3.14", "S3.18", "S4.10", "B3")
def test_the_rest_gets_the_correction_and_nobody_gets_two(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    sender = begin(*sending(people(60), mails.url, "--rate", "20/s"), cwd=tmp_path)
    until(conn, "select coalesce(sum(accepted), 0) > 5 from delivery_package")
    sender.terminate()  # pauses
    sender.communicate(timeout=30)
    reached = sum(mails.counts.values())
    assert 5 < reached < 60
    told = cli("mailing", "fix-rest", "1", "--reason", "the wrong date").stderr
    assert "Mailing 2 is a draft now, a correction of 1" in told
    assert state(conn, 1) == "cancelled"
    cli("mailing", "edit", "2", "--subject", "Corrected", "--rate", "1000/s")
    cli("mailing", "submit", "2", "--yes")
    cli("mailing", "approve", "2", "--yes", "--without-analysis")
    done = json.loads(cli("mailing", "watch", "2", "--work", "--json").stdout)
    assert (done["status"], done["accepted"]) == ("sent", 60 - reached)
    assert set(mails.counts.values()) == {1}
    assert len(mails.counts) == 60
    shown = json.loads(cli("mailing", "show", "1", "--json").stdout)
    assert shown["corrections"] == [2]
    assert "mailing 2" in cli("mailing", "send-rest", "1", "--yes", status=2).stderr
    assert "--archived" in cli("mailing", "archive", "1").stderr
    assert [each["id"] for each in json.loads(cli("mailing", "list", "--json").stdout)] == [2]
    assert [each["id"] for each in json.loads(cli("mailing", "list", "--archived", "--json").stdout)] == [1]


@pytest.mark.behaviour("S4.10")
def test_a_cancelled_mailing_is_sent_on(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    sender = begin(*sending(people(60), mails.url, "--rate", "20/s"), cwd=tmp_path)
    until(conn, "select coalesce(sum(accepted), 0) > 5 from delivery_package")
    cli("mailing", "cancel", "1", "--reason", "not today", "--yes")
    sender.communicate(timeout=30)
    assert sender.returncode == 5
    conn.execute("update mailing_mailing set options = options - 'rate'")
    told = cli("mailing", "send-rest", "1", "--yes").stderr
    assert "starting up" in told
    done = json.loads(cli("mailing", "watch", "1", "--work", "--json").stdout)
    assert (done["status"], done["accepted"] + done["in_doubt"]) == ("sent", 60)
    assert set(mails.counts.values()) == {1}


@pytest.mark.behaviour("B14")
def test_a_kill_switch_stops_starts_and_is_lifted(cli: Cli, conn: psycopg.Connection) -> None:
    mailing = launch(conn, draft(conn, add_contacts(conn, "readers", 2)))
    waiting = parked(conn)
    assert "reason" in cli("kill-switch", "put", "all", status=2).stderr
    put = json.loads(
        cli("kill-switch", "put", "all", "--reason", "a leak", "--expires", "+2h", "--json").stdout
    )
    assert put["interrupted"] == [mailing]
    assert "a leak" in cli("mailing", "send-now", str(waiting), "--yes", status=2).stderr
    assert "a leak" in cli("kill-switch", "list").stdout
    assert "a leak" in cli("mailing", "show", str(mailing)).stdout
    cli("kill-switch", "lift", str(put["id"]), "--reason", "closed")
    assert state(conn, mailing) == "interrupted"  # nothing resumes by itself
    assert "No kill switch" in cli("kill-switch", "list").stderr
    cli("mailing", "resume", str(mailing), "--reason", "closed")
    assert state(conn, mailing) == "starting"
    assert "no kill switch 99" in cli("kill-switch", "lift", "99", "--reason", "x", status=2).stderr
    said = cli("kill-switch", "put", "domain", "nonsense domain", "--reason", "x", status=2).stderr
    assert "nonsense domain" in said


def test_a_message_that_cannot_be_sent_is_not_submitted(cli: Cli, conn: psycopg.Connection) -> None:
    mailing = draft(conn, add_contacts(conn, "readers", 2), html="<p>{{ frist_name }}</p>")
    said = cli("mailing", "submit", str(mailing), "--yes", status=2).stderr
    assert "frist_name" in said
    assert state(conn, mailing) == "draft"
    assert "not said what" in cli("mailing", "edit", str(mailing), status=2).stderr
    listed = conn.execute("select name from audience_list").fetchone()
    cli(
        "mailing",
        "edit",
        str(mailing),
        "--list",
        "readers",
        "--not-reached-by",
        str(mailing),
        "--name",
        "Spring",
    )
    shown = json.loads(cli("mailing", "show", str(mailing), "--json").stdout)
    assert listed == ("readers",)
    assert (shown["name"], shown["audience"]["not_reached_by"]) == ("Spring", [mailing])
    assert "no list" in cli("mailing", "edit", str(mailing), "--list", "nobody", status=2).stderr
    cli("mailing", "delete", str(mailing), "--yes")
    cli("mailing", "show", str(mailing), status=2)


@pytest.mark.behaviour("S4.12")
def test_ctrl_c_lets_packages_that_have_begun_be_finished_where_the_account_wants_that(
    people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    policy(conn, package_interruptible="off", package_size=40)
    mails = catcher()
    sender = begin(*sending(people(400), mails.url, "--rate", "40/s", "--json"), cwd=tmp_path)
    until(conn, "select coalesce(sum(accepted), 0) > 5 from delivery_package")
    sender.send_signal(signal.SIGINT)
    out, said = sender.communicate(timeout=60)
    assert sender.returncode == 4, said
    told = json.loads(out)
    assert told["status"] == "paused"
    assert 0 < told["accepted"] < 400
    assert told["accepted"] % 40 == 0
    assert sum(mails.counts.values()) == told["accepted"]
    left = int(said.split("Paused. ")[1].split()[0])
    assert 0 < left <= told["accepted"]


def test_another_account_has_its_own_contacts_and_mailings(cli: Cli, people: People, catcher: Catch) -> None:
    cli("account", "create", "acme")
    file, mails = people(3), catcher()
    cli("contacts", "import", str(file), "--list", "readers", "--account", "acme")
    assert cli("contacts", "count").stdout == "0\n"
    assert cli("contacts", "count", "--account", "acme").stdout == "3\n"
    arguments = ["send", "--list", "readers", *sending(file, mails.url)[3:]]
    assert "no list" in cli(*arguments, status=2).stderr
    cli(*arguments, "--account", "acme")
    assert sum(mails.counts.values()) == 3
    assert cli("mailing", "list").stdout == ""
    assert "sent" in cli("mailing", "list", "--account", "acme").stdout
    assert "no account" in cli("mailing", "list", "--account", "nobody", status=2).stderr


@pytest.mark.behaviour("S5.19")
def test_sending_is_confirmed_as_the_account_wants_it(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection
) -> None:
    policy(conn, confirm_send="type_count")
    mails = catcher()
    said = cli(*sending(people(4), mails.url), status=2).stderr  # with --yes
    assert "--confirm 4" in said
    assert "Mailing 1 is kept as a draft" in said
    assert "--confirm 4" in cli("mailing", "submit", "1", "--confirm", "3", status=2).stderr
    cli("mailing", "submit", "1", "--confirm", "4", "--plan", "later")
    cli("mailing", "approve", "1", "--yes", "--without-analysis")
    assert "--confirm 4" in cli("mailing", "send-now", "1", status=2).stderr
    cli("mailing", "send-now", "1", "--confirm", "4")
    assert state(conn, 1) == "starting"
    told = json.loads(cli(*sending(people(4), mails.url, "--confirm", "4", "--json")).stdout)
    assert (told["status"], told["accepted"]) == ("sent", 4)
