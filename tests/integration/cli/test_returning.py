"""`penstock mailbox …`, `penstock stray …` and `penstock inbound` as people use them."""

import json
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from bench.smtpsink import free_port
from penstock.account import domains
from penstock.cli import receiving
from penstock.cli.endings import Failure
from penstock.feedback import strays
from tests.integration.cli.conftest import Ran
from tests.integration.delivery.stage import ANNA, eventually

Cli = Callable[..., Ran]
Conn = psycopg.Connection[Any]


def told(ran: Ran) -> Any:
    return json.loads(ran.stdout)


def test_a_mailbox_is_added_read_changed_and_forgotten(cli: Cli, conn: Conn) -> None:
    made = told(cli("mailbox", "add", "returned", "imap://me:hush@127.0.0.1:1", "--json"))
    assert (made["state"], made["url"], "hush" in str(made)) == (
        "new",
        "imap://me@127.0.0.1:1?tls=none",
        False,
    )
    failed = told(cli("mailbox", "read", "returned", "--json", status=1))
    assert "cannot be reached" in failed["trouble"]
    shown = cli("mailbox", "show", "1").stdout
    assert "127.0.0.1:1 cannot be reached" in shown
    assert "are marked as seen" in shown
    wrong = cli("mailbox", "edit", "returned", "--url", "imap://me@localhost:2", status=2)
    assert "Give it again" in wrong.stderr
    cli("mailbox", "edit", "returned", "--then", "move", "--done-folder", "Done", "--off")
    assert " off " in cli("mailbox", "list").stdout
    cli("mailbox", "delete", "returned")
    assert "There are: none" in cli("mailbox", "show", "returned", status=2).stderr


def test_strays_are_shown_without_what_moves_a_terminal(cli: Cli, conn: Conn) -> None:
    raw = b"Subject: \x1b[31mred\r\n\r\n\xff\x9b2J and \xe2\x80\xae more\r\n"
    strays.keep(conn, "lmtp", "unrecognised", "It is neither.", raw)
    strays.keep(conn, "imap", "unrecognised", "It is neither.", b"theirs", account=1)
    assert [each["door"] for each in told(cli("stray", "list", "--json"))] == ["imap", "lmtp"]
    shown = cli("stray", "show", "1").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "red" in shown
    assert "nobody" not in cli("stray", "list", "--account", "1").stdout
    assert "no stray 1" in cli("stray", "show", "1", "--account", "1", status=2).stderr
    cli("stray", "discard", "1")
    assert len(told(cli("stray", "list", "--json"))) == 1


def test_the_listener_runs_until_it_is_asked_to_end(conn: Conn) -> None:
    domains.create(conn, 1, name="example.org", spf="a:mail.example.org", actor=ANNA)
    port = free_port()
    command = [sys.executable, "-P", "-m", "penstock", "inbound", "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        eventually(lambda: _answers(port))
        with pytest.raises(Failure, match="Cannot listen on"):
            receiving.listen("127.0.0.1", port, smtp=False)
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as lmtp:
            lmtp.sendmail("", ["fbl@example.org"], "Subject: hello\n\nWho is this?\n")
        assert len(strays.page(conn, None, limit=5)) == 1
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=20)[1]
    assert process.returncode == 0, said


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            return peer.recv(3) == b"220"
    except OSError:
        return False
