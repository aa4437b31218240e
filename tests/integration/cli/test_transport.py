"""`penstock transport …` as people use it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from penstock.account import transports
from tests.integration.cli.conftest import Mails, Ran, sending

Cli = Callable[..., Ran]


def told(ran: Ran) -> Any:
    return json.loads(ran.stdout)


def test_a_transport_is_added_tried_changed_and_deleted(
    cli: Cli, conn: psycopg.Connection, catcher: Callable[..., Mails]
) -> None:
    mails = catcher()
    closed = "smtp://me:hush@127.0.0.1:1?connections=3"
    made = told(cli("transport", "add", "relays", mails.url, closed, "--json"))
    one, other = (each["id"] for each in made["servers"])
    assert "hush" not in str(made)

    well = cli("transport", "test", "relays", "--server", str(one))
    assert "all is well" in well.stdout
    assert "✓ connected to 127.0.0.1:" in well.stdout
    wrong = cli("transport", "test", "relays", status=1)
    assert "✗ cannot connect to 127.0.0.1:1 (connection refused)" in wrong.stdout
    assert "Check that the server runs" in wrong.stdout
    assert [each["ok"] for each in told(cli("transport", "test", "relays", "--json", status=1))] == [
        True,
        False,
    ]

    cli("transport", "edit", "relays", "--weight", "3", status=2)  # of which server?
    cli(
        "transport",
        "edit",
        "relays",
        "--server",
        str(other),
        "--off",
        "--rate",
        "600/min",
        "--connection-limit",
        "4",
    )
    cli("transport", "edit", "relays", "--server", str(one), "--weight", "3")
    shown = cli("transport", "show", "relays").stdout
    assert "10/s" in shown
    assert "3, 4 in all" in shown
    assert "hush" not in shown
    assert [each.weight for each in transports.ways(conn, made["id"])] == [3], "the other one is off"
    cli(
        "transport",
        "edit",
        "relays",
        "--server",
        str(other),
        "--on",
        "--rate",
        "none",
        "--name",
        "two relays",
    )
    assert [each.rate for each in transports.ways(conn, made["id"])] == [None, None]

    cli("transport", "edit", "two relays", "--remove", str(other), "--add", "anymail+postmark://:hush@")
    listed = cli("transport", "list").stdout
    assert "anymail+postmark://@" in listed
    assert "127.0.0.1:1?" not in listed
    cli("transport", "delete", "two relays")
    assert told(cli("transport", "list", "--json")) == []


def test_a_mailing_is_sent_by_a_transport_that_is_named(
    cli: Cli,
    conn: psycopg.Connection,
    catcher: Callable[..., Mails],
    people: Callable[..., Path],
    tmp_path: Path,
) -> None:
    (tmp_path / "catcher1").mkdir()
    one, other = catcher(), catcher()
    cli("transport", "add", "both of them", one.url, other.url)
    file = people(30)
    assert "There is no transport 'nobody'" in cli(*sending(file, "transport:nobody"), status=2).stderr
    cli(*sending(file, "transport:both of them"))
    assert set((one.counts + other.counts).values()) == {1}
    assert sum((one.counts + other.counts).values()) == 30
    assert min(one.counts.total(), other.counts.total()) > 0


def test_what_cannot_be_is_said(cli: Cli) -> None:
    assert (
        "there is no provider 'nobody'"
        in cli("transport", "add", "x", "anymail+nobody://:k@", status=2).stderr.lower()
    )
    assert "There is no transport 'x'" in cli("transport", "show", "x", status=2).stderr
    cli("transport", "add", "x", "smtp://127.0.0.1:1")
    assert "to stop sending, put a kill switch" in cli("transport", "edit", "x", "--off", status=2).stderr
    assert "already" in cli("transport", "add", "x", "smtp://127.0.0.1:2", status=2).stderr


def test_an_address_is_read_from_standard_input(database: str, conn: psycopg.Connection) -> None:
    """So that no list of processes shows the password."""
    ran = subprocess.run(
        [sys.executable, "-m", "penstock", "transport", "add", "relay", "-", "--json"],
        input="smtp://me:hush@127.0.0.1:1\n", text=True, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert transports.load(conn, told(ran)["id"]) == "smtp://me:hush@127.0.0.1:1"


def test_what_a_provider_tells_has_an_address(cli: Cli) -> None:
    cli("transport", "add", "over mailgun", "anymail+mailgun://:hush@")
    made = cli("transport", "hook", "make", "over mailgun")
    assert made.stdout.startswith("http")
    assert "/hooks/" in made.stdout
    assert "HTTP webhook signing key" in made.stderr
    assert "cannot be reached from outside" in made.stderr
    assert "lacking" in cli("transport", "hook", "list", "over mailgun").stdout
    cli("transport", "hook", "key", "over mailgun", "abc")
    (shown,) = told(cli("transport", "hook", "list", "over mailgun", "--json"))
    assert (shown["provider"], shown["has_key"]) == ("mailgun", True)
    again = told(cli("transport", "hook", "make", "over mailgun", "--provider", "mailgun", "--json"))
    assert again["url"] not in made.stdout
    cli("transport", "hook", "remove", "over mailgun")
    assert "has no webhook" in cli("transport", "hook", "remove", "over mailgun", status=2).stderr
    assert (
        "no provider 'x'"
        in cli("transport", "hook", "make", "over mailgun", "--provider", "x", status=2).stderr
    )
