"""`penstock send` from a CSV file to inboxes, and what becomes of everybody."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from penstock.account.policy import Policy
from penstock.cli.asked import read_rate
from penstock.report.progress import STATES
from tests.integration.cli.conftest import PENSTOCK, Mails, Ran, begin, sending, states, until

Cli, People, Catch = Callable[..., Ran], Callable[..., Path], Callable[..., Mails]


@pytest.mark.behaviour("S4.3")
def test_from_a_file_to_inboxes_in_one_command(cli: Cli, people: People, catcher: Catch) -> None:
    mails = catcher()
    ran = cli(*sending(people(30), mails.url, "--json", "--name", "First"))
    told = json.loads(ran.stdout)
    assert (told["status"], told["recipients"], told["accepted"]) == ("sent", 30, 30)
    assert told["skipped"] == {}
    assert {"start", "import", "freeze", "send", "total"} == set(told["seconds"])
    assert 0 < told["seconds"]["send"] < told["seconds"]["total"]
    assert sum(told[state] for state in STATES if state != "skipped") == 30
    assert mails.counts == {f"reader{n}@example.net": 1 for n in range(30)}
    assert mails.one("reader7@example.net")["Subject"] == "Hi Ann 7"
    assert cli("mailing", "list").stdout.splitlines()[1].split()[3:6] == ["sent", "100.0", "%"]


@pytest.mark.behaviour("B1")
def test_the_ledger_answers_for_everybody(cli: Cli, people: People, catcher: Catch) -> None:
    """One of each: accepted, refused, refused once for now, unsubscribed, and a line that is no address."""
    mails = catcher(refuse="gone@*", defer_matching="busy@*")
    file = people(
        3, "gone@example.net,Gil", "busy@example.net,Bo", "never@example.net,Nora", "no address,Erik"
    )
    with psycopg.connect(_url()) as conn:
        conn.execute(
            "insert into audience_suppression (account_id, normal, reason, origin)"
            " values (1, 'never@example.net', 'unsubscribed', 'a test')"
        )
    ran = cli(*sending(file, mails.url, "--json"))
    told = json.loads(ran.stdout)
    assert told["status"] == "finishing"  # the deferred one waits for its time; a worker would go on
    assert told["skipped"] == {"unsubscribed": 1}
    assert told["next_attempt_at"]
    assert "1 rejected" in ran.stderr
    assert states(cli) == {
        **{f"reader{n}@example.net": "accepted" for n in range(3)},
        "gone@example.net": "bounced", "busy@example.net": "deferred", "never@example.net": "skipped",
    }  # fmt: skip
    [gone] = csv.DictReader(io.StringIO(cli("mailing", "ledger", "1", "--state", "bounced").stdout))
    assert (gone["code"], gone["enhanced"], gone["reason"], gone["attempts"]) == (
        "550",
        "5.1.1",
        "5.1.1",
        "1",
    )
    [never] = csv.DictReader(io.StringIO(cli("mailing", "ledger", "1", "--reason", "unsubscribed").stdout))
    assert never["attempts"] == "0"
    assert cli("mailing", "ledger", "1", "--state", "nonsense", status=2).stderr.count("\n") <= 2


@pytest.mark.behaviour("S1.33", "S3.2", "S3.8", "S4.22")
def test_ctrl_c_pauses_and_what_is_left_goes_on_later(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    process = begin(*sending(people(400), mails.url, "--json", "--rate", "100/s"), cwd=tmp_path)
    until(conn, "select coalesce(sum(accepted), 0) > 20 from delivery_package")
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=30)
    assert process.returncode == 4, said
    paused = json.loads(out)
    assert paused["status"] == "paused"
    assert 20 < paused["accepted"] < 400
    assert paused["in_flight"] == 0
    assert "penstock mailing resume 1" in said
    # Nothing leaves while it is paused, and it says so in the same list.
    assert cli("mailing", "list").stdout.splitlines()[1].split()[3] == "paused"
    assert cli("mailing", "watch", "1", status=4).stdout
    assert sum(mails.counts.values()) == paused["accepted"]

    conn.execute("update mailing_mailing set options = options - 'rate'")
    cli("mailing", "resume", "1")
    done = json.loads(cli("mailing", "watch", "1", "--work", "--json").stdout)
    assert (done["status"], done["accepted"]) == ("sent", 400)
    assert mails.counts == {f"reader{n}@example.net": 1 for n in range(400)}


def test_ctrl_c_twice_leaves_at_once_but_paused(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    process = begin(*sending(people(2000), catcher().url, "--rate", "50/s"), cwd=tmp_path)
    until(conn, "select coalesce(sum(accepted), 0) > 5 from delivery_package")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 4, said
    assert "penstock mailing resume 1" in said
    assert cli("mailing", "list").stdout.splitlines()[1].split()[3] == "paused"


@pytest.mark.behaviour("S3.14")
def test_a_killed_send_is_continued_and_nobody_gets_it_twice(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails = catcher()
    process = begin(*sending(people(400), mails.url, "--rate", "100/s"), cwd=tmp_path)
    until(conn, "select coalesce(sum(accepted), 0) > 20 from delivery_package")
    process.kill()
    process.communicate(timeout=30)
    conn.execute("update mailing_mailing set options = options - 'rate'")
    done = json.loads(cli("mailing", "watch", "1", "--work", "--json").stdout)
    assert done["status"] == "sent"
    assert done["accepted"] + done["in_doubt"] == 400
    assert max(mails.counts.values()) == 1


@pytest.mark.behaviour("S4.11")
def test_it_works_in_packages_of_5000(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection
) -> None:
    """5,000 is the policy as it stands (tests/acceptance/procedures/test_4); here a smaller one, so that few need sending."""
    assert Policy().package_size == 5000
    conn.execute("update account_account set policy = policy || '{\"package_size\": 50}'")
    cli(*sending(people(51), catcher().url))
    sizes = conn.execute("select size from delivery_package where kind = 'plain' order by no").fetchall()
    assert sizes == [(50,), (1,)]


def test_a_list_that_is_here_is_sent_to_without_a_file(cli: Cli, people: People, catcher: Catch) -> None:
    mails, file = catcher(), people(5)
    cli("contacts", "import", str(file), "--list", "readers")
    arguments = sending(file, mails.url)
    cli("send", "--to", "list:readers", *arguments[3:])
    cli("send", "--list", "readers", *arguments[3:])
    assert set(mails.counts.values()) == {2}
    cli(*arguments)
    said = cli("send", "--list", "nobody", *arguments[3:], status=2).stderr
    assert "There are: 'readers'." in said  # not the list that sending to the file made


def test_an_unknown_variable_is_found_for_a_list_too(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    mails, file = catcher(), people(3)
    cli("contacts", "import", str(file), "--list", "readers")
    arguments = ["send", "--list", "readers", *sending(file, mails.url)[3:]]
    said = cli(*arguments, "--subject", "Hi {{ frist_name }}", status=2).stderr
    assert "no contact has an attribute 'frist_name'. Did you mean first_name?" in said
    assert conn.execute("select count(*) from mailing_mailing").fetchone() == (0,)
    assert mails.counts == {}
    # What another import brought for one of them counts as well.
    (tmp_path / "more.csv").write_text("email,city\nreader1@example.net,Bern\n")
    cli("contacts", "import", "more.csv", "--list", "others")
    cli(*arguments, "--subject", "Hi {{ city }}")
    assert mails.one("reader1@example.net")["Subject"] == "Hi Bern"


def test_a_message_that_fails_for_some_is_refused_before_anything_is_sent(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection
) -> None:
    mails = catcher()
    file = people(4, *(f"zero{n}@example.net,0" for n in range(5)), "never@example.net,0")
    conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin)"
        " values (1, 'never@example.net', 'unsubscribed', 'a test')"
    )
    file.write_text(file.read_text().replace("Ann ", "1"))
    arguments = [*sending(file, mails.url, "--json"), "--subject", "{{ 100 | divided_by: first_name }}"]
    said = cli(*arguments, status=2).stderr
    assert "cannot be made for 5 of 9 recipients. Nothing was sent." in said
    assert said.count("zero") == 3 + said.count("by zero")
    assert "and 2 more" in said
    assert "--skip-failing" in said
    assert conn.execute("select count(*) from mailing_mailing").fetchone() == (0,)
    told = json.loads(cli(*arguments, "--skip-failing").stdout)
    assert told["skipped"] == {"template_error": 5, "unsubscribed": 1}
    assert set(mails.counts) == {f"reader{n}@example.net" for n in range(4)}
    file.write_text("email,first name\na@example.net,0\n")
    assert "1 of 1" in cli(*arguments, "--skip-failing", status=2).stderr


def test_ctrl_c_during_the_import_says_that_nothing_was_sent(
    people: People, catcher: Catch, conn: psycopg.Connection, tmp_path: Path
) -> None:
    conn.execute("begin")
    conn.execute("lock table audience_contact in access exclusive mode")
    process = begin(*sending(people(50), catcher().url), cwd=tmp_path)
    with psycopg.connect(_url(), autocommit=True) as other:
        until(other, "select count(*) > 0 from pg_locks where not granted")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1, said
    assert "Stopped. Nothing was sent." in said
    conn.execute("rollback")
    assert conn.execute("select count(*) from audience_contact").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (["--html", "nothing.html"], 2, "nothing.html"),
        (["--plan", "soon"], 2, "sequence"),
        (["--rate", "fast"], 2, "100/s"),
        (["--policy", "in_doubt=maybe"], 2, "never_twice"),
        (["--policy", "package_size=3"], 2, "whole account"),
        (["--policy", "utm_campaign=Frühling"], 2, "Latin letters"),
        (["--subject", "Hi {{ nickname }}"], 2, "nickname"),
        (["--via", "http://127.0.0.1"], 2, "smtp://"),
        (["--via", "smtp://127.0.0.1:1"], 1, "refused"),
        (["--header", "nonsense"], 2, "Name: value"),
        (["--from", "nobody"], 2, "from"),
    ],
)
def test_what_cannot_be_is_said_before_anything_begins(
    cli: Cli, people: People, conn: psycopg.Connection, change: list[str], status: int, words: str
) -> None:
    said = cli(*sending(people(2), "smtp://127.0.0.1:9"), *change, status=status).stderr
    assert words in said
    assert len(said.splitlines()) <= 4
    assert conn.execute("select count(*) from mailing_mailing").fetchone() == (0,)
    assert conn.execute("select count(*) from audience_contact").fetchone() == (0,)


def test_a_message_that_is_too_large_is_refused_before_anything_begins(
    cli: Cli, people: People, conn: psycopg.Connection
) -> None:
    file = people(2)
    file.with_name("body.html").write_text("x" * 1_000_000)
    said = cli(*sending(file, "smtp://127.0.0.1:9"), status=2).stderr
    assert "bytes, and a message may have 1,000,000. Shorten it" in said
    assert conn.execute("select count(*) from mailing_mailing").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--at", "yesterday"], "2026-12-01T09:00"),
        (["--at", "2020-01-01T10:00"], "is past"),
        (["--at", "2031-03-30T02:30", "--zone", "Europe/Paris"], "does not exist in Europe/Paris"),
        (["--at", "2031-10-26T02:30", "--zone", "Europe/Paris"], "--fold first or --fold second"),
        (["--at", "10:00", "--zone", "Mars/Olympus"], "IANA"),
        (["--at", "+2h", "--ends-at", "+1h"], "not after the start"),
        (["--account", "nobody"], "no account"),
    ],
)
def test_a_time_that_cannot_be_is_said_before_anything_is_imported(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection, change: list[str], words: str
) -> None:
    assert words in cli(*sending(people(2), catcher().url), *change, status=2).stderr
    assert conn.execute("select count(*) from mailing_mailing").fetchone() == (0,)
    assert conn.execute("select count(*) from audience_contact").fetchone() == (0,)


def test_the_time_at_the_question_is_not_counted(
    cli: Cli, people: People, catcher: Catch, tmp_path: Path
) -> None:
    arguments = sending(people(2), catcher().url, "--json")
    arguments.remove("--yes")
    ours, theirs = pty.openpty()
    begun = time.monotonic()
    process = subprocess.Popen(
        [*PENSTOCK, *arguments],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert process.stderr
    said = ""
    while not said.endswith("[y/N] "):
        letter = process.stderr.read(1)
        assert letter, said
        said += letter
    asked = time.monotonic()
    cli("contacts", "count")  # meanwhile
    thought = time.monotonic() - asked
    os.write(ours, b"y\n")
    out, _ = process.communicate(timeout=30)
    took = time.monotonic() - begun
    os.close(ours)
    os.close(theirs)
    assert json.loads(out)["seconds"]["total"] < took - 0.9 * thought


def test_without_a_terminal_it_wants_yes(cli: Cli, people: People, catcher: Catch) -> None:
    arguments = sending(people(2), catcher().url)
    arguments.remove("--yes")
    assert "--yes" in cli(*arguments, status=2).stderr


def test_more_approvals_than_one_leave_it_in_review(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection
) -> None:
    conn.execute("""update account_account set policy = '{"approvals_required": 2}'""")
    mails = catcher()
    told = json.loads(cli(*sending(people(2), mails.url, "--json")).stdout)
    assert (told["status"], sum(mails.counts.values())) == ("in_review", 0)


def test_a_rate_is_read_in_its_unit() -> None:
    assert [read_rate(given) for given in ("100/s", "100", "6000/min", "3600/h")] == [100, 100, 100, 1]


def _url() -> str:
    return os.environ["PENSTOCK_DATABASE_URL"]
