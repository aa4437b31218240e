"""`penstock mailing preview`, `recipients`, `test`, `tests`."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.cli import main
from tests.integration.api.test_preview import analysed
from tests.integration.cli.conftest import Mails
from tests.integration.delivery import stage

Cli = Callable[..., Any]
Conn = psycopg.Connection[Any]


@dataclass(frozen=True)
class Said:
    stdout: str
    stderr: str


@pytest.fixture
def here(database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """As `cli`, in this process: a command takes a second to start, and these are many."""

    def run(*arguments: str, status: int = 0) -> Said:
        monkeypatch.setattr(sys, "argv", ["penstock", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = Said(*capsys.readouterr())
        assert ended.value.code == status, said
        return said

    return run


@pytest.fixture
def post(catcher: Callable[..., Mails]) -> Mails:
    return catcher(refuse="*@gone.example")


@pytest.fixture
def mailing(conn: Conn, post: Mails) -> str:
    return str(stage.draft(conn, stage.add_contacts(conn, "readers", 5), via=post.url))


def preview(here: Cli, mailing: str, *more: str) -> dict[str, Any]:
    return dict(json.loads(here("mailing", "preview", mailing, "--json", *more).stdout))


@pytest.mark.behaviour("S1.9", "S1.10")
def test_somebodys_message_is_shown_and_the_next_ones(here: Cli, mailing: str) -> None:
    shown = here("mailing", "preview", mailing)
    assert shown.stdout == (
        "From: News <news@example.org>\nTo: reader1@example.net\nSubject: News\n\nDear Anna, your code is [[1]].\n"
    )
    assert "As contact 1, reader1@example.net" in shown.stderr
    assert f"penstock mailing preview {mailing} --contact 2" in shown.stderr
    assert "Previous" not in shown.stderr
    third = preview(here, mailing, "--as", "READER3@example.net")
    assert (third["address"], third["previous"], third["next"]) == ("reader3@example.net", 2, 4)
    assert preview(here, mailing, "--contact", "3", "--next")["contact"] == 4
    assert preview(here, mailing, "--contact", "3", "--previous")["contact"] == 2
    assert "is the last" in here("mailing", "preview", mailing, "--contact", "5", "--next", status=1).stderr
    both = here("mailing", "preview", mailing, "--contact", "3", "--next", "--previous", status=2)
    assert "--next and --previous cannot be given together" in both.stderr
    assert "no contact" in here("mailing", "preview", mailing, "--as", "nobody@example.net", status=2).stderr
    assert "There is no contact 99" in here("mailing", "preview", mailing, "--contact", "99", status=2).stderr


def test_the_forms(here: Cli, mailing: str, tmp_path: Path) -> None:
    assert "<p>Dear Anna" in here("mailing", "preview", mailing, "--html").stdout
    assert here("mailing", "preview", mailing, "--text").stdout == "Dear Anna, your code is [[1]].\n"
    assert "\nMessage-ID: " in here("mailing", "preview", mailing, "--headers").stdout
    here("mailing", "preview", mailing, "-o", str(tmp_path / "letter.eml"))
    raw = (tmp_path / "letter.eml").read_bytes()
    assert b"\r\n" in raw
    assert message_from_bytes(raw, policy=policy.default)["To"] == "reader1@example.net"
    here("mailing", "preview", mailing, "-o", str(tmp_path / "letter.html"))
    page = (tmp_path / "letter.html").read_text()
    assert 'sandbox="allow-popups' in page
    assert "&lt;p&gt;Dear Anna" in page
    assert "http: https:" not in page
    assert (
        "cannot be had together" in here("mailing", "preview", mailing, "--html", "--text", status=2).stderr
    )


def test_control_characters_reach_no_terminal(here: Cli, conn: Conn, mailing: str) -> None:
    conn.execute(
        "update audience_contact set attributes = jsonb_build_object('first_name', e'\\x1b]0;owned\\x07')"
    )
    for form in ((), ("--html",), ("--headers",)):
        assert "\x1b" not in here("mailing", "preview", mailing, *form).stdout


def test_the_worst_come_first(here: Cli, conn: Conn, mailing: str) -> None:
    assert "Have it analysed first" in here("mailing", "preview", mailing, "--worst", status=2).stderr
    finding, _ = analysed(conn, int(mailing), ("warning", [(2, 1), (5, 7)]), ("note", [(1, 3)]))
    first = preview(here, mailing, "--worst")
    assert (first["contact"], first["case"]["total"], first["next"]) == (5, 3, 2)
    shown = here("mailing", "preview", mailing, "--case", str(finding), "--contact", "5", "--next")
    assert "To: reader2@example.net" in shown.stdout
    assert "case 2 of 2" in shown.stderr
    assert "! warning: x. d" in shown.stderr


def test_a_message_that_cannot_be_made_says_why_and_who_is_next(here: Cli, conn: Conn, post: Mails) -> None:
    listed = stage.add_contacts(conn, "readers", 3)
    mailing = str(stage.draft(conn, listed, via=post.url, html="{{ 1 | divided_by: code }}"))
    conn.execute('update audience_contact set attributes = \'{"code": "0"}\' where id = 2')
    said = here("mailing", "preview", mailing, "--contact", "2", status=1).stderr
    assert "cannot be made for reader2@example.net" in said
    assert "--contact 3" in said


def test_the_to_list(here: Cli, conn: Conn, mailing: str) -> None:
    found = json.loads(here("mailing", "recipients", mailing, "reader4", "--json").stdout)
    assert found == [
        {"contact": 4, "address": "reader4@example.net", "attributes": {"first_name": "Anna", "code": "4"}}
    ]
    told = here("mailing", "recipients", mailing, "anna", "--limit", "2")
    assert told.stdout.splitlines()[0].split() == ["contact", "address", "code", "first_name"]
    assert len(told.stdout.splitlines()) == 3
    assert "more than 2" in told.stderr


def test_a_test_is_sent_here_where_no_worker_runs(cli: Cli, conn: Conn, post: Mails, mailing: str) -> None:
    told = cli(
        "mailing", "test", mailing, "me@tester.example", "--as", "reader3@example.net", "--prefix", "[test] "
    )
    assert "accepted" in told.stdout
    assert "250" in told.stdout
    letter = post.one("me@tester.example")
    assert letter["Subject"] == "[test] News"
    assert "[[3]]" in str(letter)
    refused = cli("mailing", "test", mailing, "you@gone.example", "me@tester.example", "--json", status=1)
    states = {each["address"]: each["state"] for each in json.loads(refused.stdout)}
    assert states == {"you@gone.example": "refused", "me@tester.example": "accepted"}
    assert cli("mailing", "tests", mailing).stdout.count("me@tester.example") == 2
    assert post.counts["me@tester.example"] == 2
    assert stage.state(conn, int(mailing)) == "draft"


def test_what_cannot_be_tested_is_said(here: Cli, conn: Conn, mailing: str) -> None:
    assert "Say to whom" in here("mailing", "test", mailing, status=2).stderr
    assert "no list" in here("mailing", "test", mailing, "--list", "nonsense", status=2).stderr
    assert "has no @" in here("mailing", "test", mailing, "nonsense", status=2).stderr
    far = str(stage.draft(conn, 1, via="smtp://mail.example.com"))
    said = here("mailing", "test", far, "me@tester.example", status=2).stderr
    assert "test is refused" in said
    assert "example.org is not verified" in said
