"""Commands on mailings: what they answer, what is refused, and with which exit status."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from penstock.mailing import control
from tests.integration.cli.conftest import Mails, Ran, begin, sending, states, until
from tests.integration.delivery.stage import add_contacts, address, draft, launch

Cli, People, Catch = Callable[..., Ran], Callable[..., Path], Callable[..., Mails]


@pytest.mark.behaviour("S1.30")
def test_a_completed_mailing_cannot_be_paused(cli: Cli, people: People, catcher: Catch) -> None:
    cli(*sending(people(2), catcher().url))
    said = cli("mailing", "pause", "1", status=2).stderr
    assert "not possible in the state sent" in said
    assert "Allowed now: copy, archive." in said


@pytest.mark.behaviour("S1.35", "S2.6", "S4.5", "S4.6", "B4")
def test_a_worker_sends_and_the_commands_of_others_hold(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    worker = begin("worker", cwd=tmp_path)
    sender = begin(*sending(people(2000), mails.url, "--rate", "40/s"), cwd=tmp_path)
    try:
        until(conn, "select coalesce(sum(accepted), 0) > 20 from delivery_package")
        row = cli("mailing", "list").stdout.splitlines()[1].split()
        assert row[1:4] == ["Sending", "now", "sending"]
        assert 0 < float(row[4]) < 100
        assert "not possible in the state" in cli("mailing", "submit", "1", status=2).stderr

        foreseen = json.loads(cli("mailing", "pause", "1", "--dry-run", "--json").stdout)
        assert foreseen["state"] == "sending"
        assert 0 <= foreseen["leaving_at_most"] <= 20  # two senders of ten connections
        assert foreseen["reached"] + foreseen["kept_back"] + foreseen["leaving_at_most"] == 2000
        assert cli("mailing", "cancel", "1", "--reason", "no", "--dry-run").stdout.endswith(
            "would not be reached.\n"
        )

        answer = json.loads(cli("mailing", "pause", "1", "--json").stdout)
        assert (answer["state"], answer["changed"]) == ("paused", True)
        assert answer["leaving"] <= 20
        again = json.loads(cli("mailing", "pause", "1", "--json").stdout)
        assert (again["state"], again["changed"]) == ("paused", False)
        assert sender.wait(30) == 4
        assert cli("mailing", "list").stdout.splitlines()[1].split()[1:4] == ["Sending", "now", "paused"]
        shown = json.loads(cli("mailing", "show", "1", "--json").stdout)
        assert {"resume", "cancel", "fix-rest"} <= set(shown["allowed_actions"])
        assert "pause" not in shown["allowed_actions"]

        assert "--reason" in cli("mailing", "cancel", "1", status=2).stderr
        cli("mailing", "cancel", "1", "--reason", "wrong picture", "--yes")
        assert cli("mailing", "watch", "1", status=5).stdout
        ledger = states(cli)
        assert set(ledger.values()) == {"accepted", "cancelled"}
        assert list(ledger.values()).count("accepted") == sum(mails.counts.values())
        assert "wrong picture" in cli("mailing", "show", "1").stdout
        entries = json.loads(cli("mailing", "journal", "1", "--json").stdout)
        assert [entry["command"] for entry in entries][-2:] == ["pause", "cancel"]
    finally:
        sender.kill()
        sender.communicate()
        worker.terminate()
        worker.communicate(timeout=30)
    assert worker.returncode == 0


@pytest.mark.behaviour("S2.2")
def test_a_mailing_starts_at_once_beside_another(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    slow = begin(*sending(people(2000), mails.url, "--rate", "20/s", "--name", "slow"), cwd=tmp_path)
    try:
        until(conn, "select coalesce(sum(accepted), 0) > 5 from delivery_package")
        told = json.loads(cli(*sending(people(20), mails.url, "--name", "quick", "--json")).stdout)
        assert (told["status"], told["accepted"]) == ("sent", 20)
        listed = json.loads(cli("mailing", "list", "--json").stdout)
        assert [(each["name"], each["state"]) for each in listed] == [("quick", "sent"), ("slow", "sending")]
    finally:
        slow.terminate()
        _, said = slow.communicate(timeout=30)
    assert slow.returncode == 4, said  # SIGTERM pauses too


def test_an_interruption_ends_with_3_and_wants_a_note(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    process = begin(*sending(people(2000), catcher().url, "--rate", "50/s", "--json"), cwd=tmp_path)
    until(conn, "select coalesce(sum(accepted), 0) > 5 from delivery_package")
    control.command(conn, 1, "interrupt", control.SYSTEM, reason="the server is gone", code="technical")
    out, said = process.communicate(timeout=30)
    assert process.returncode == 3, said
    assert json.loads(out)["reason"]["code"] == "technical"
    assert "the server is gone" in said
    assert "note" in cli("mailing", "resume", "1", status=2).stderr
    said = cli("mailing", "resume", "1", "--reason", "plugged in again").stderr
    assert "No worker is running: go on with `penstock mailing watch 1 --work`" in said
    assert json.loads(cli("mailing", "show", "1", "--json").stdout)["state"] == "sending"


@pytest.mark.parametrize(
    "command", ["show", "pause", "resume", "watch", "ledger", "journal", "submit", "approve"]
)
def test_a_mailing_that_is_none_is_said(cli: Cli, command: str) -> None:
    ran = cli("mailing", command, "99", status=2)
    assert ran.stderr == "penstock: There is no mailing 99.\n"
    assert ran.stdout == ""


def test_help_lists_everything_and_wrong_usage_is_2(cli: Cli) -> None:
    told = cli("--help").stdout
    for command in (
        "send",
        "demo",
        "up",
        "down",
        "web",
        "worker",
        "mailing",
        "contacts",
        "backup",
        "restore",
        "doctor",
        "migrate",
    ):
        assert f"  {command} " in told
    cli("nonsense", status=2)
    cli("send", status=2)
    assert cli("--version").stdout.startswith("penstock ")


def test_no_django_where_none_is_needed(database: str) -> None:
    for arguments in (["mailing", "list"], ["contacts", "count"], ["send", "--help"]):
        imported = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "penstock", *arguments],
            capture_output=True,
            text=True,
            check=True,
        ).stderr
        assert " penstock" in imported
        assert " django" not in imported


def test_doctor_speaks_json(cli: Cli) -> None:
    told = json.loads(cli("doctor", "--json", status=None).stdout)
    assert isinstance(told["sound"], bool)
    assert {"level", "what", "cure", "room", "name"} == set(told["findings"][0])


def test_an_import_says_which_mailings_its_values_still_reach(
    cli: Cli, conn: psycopg.Connection, tmp_path: Path
) -> None:
    listed = add_contacts(conn, "readers", 2)
    file = tmp_path / "again.csv"
    file.write_text(f"email,code\n{address(1)},other\n")
    assert "warning" not in cli("contacts", "import", str(file)).stderr
    mailing = launch(conn, draft(conn, listed))
    file.write_text(f"email,code\n{address(1)},another\n")
    said = cli("contacts", "import", str(file)).stderr
    assert f"1 contacts were changed while mailing {mailing} is not finished" in said


def test_a_mailing_of_which_a_switch_holds_back_says_so(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    number = json.loads(
        cli("kill-switch", "put", "domain", "example.net", "--reason", "full there", "--json").stdout
    )["id"]
    sender = begin(*sending(people(3), mails.url), cwd=tmp_path)
    try:
        until(conn, "select reason ->> 'text' like '3 recipients%' from mailing_mailing")
        shown = cli("mailing", "show", "1").stdout
        assert f"3 recipients are held back by kill switch {number} (domain example.net, by " in shown
        assert f"penstock kill-switch lift {number} --reason" in shown
        assert "sending, held" in cli("mailing", "list").stdout
        assert (
            json.loads(cli("mailing", "show", "1", "--json").stdout)["reason"]["code"] == "held:kill_switch"
        )
        cli("kill-switch", "lift", str(number), "--reason", "room again")
        assert sender.wait(30) == 0
        assert "held" not in cli("mailing", "show", "1").stdout
    finally:
        sender.kill()
        sender.communicate()
    assert len(mails.counts) == 3
