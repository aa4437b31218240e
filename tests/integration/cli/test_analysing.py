"""`mailing analyse` and `mailing analysis`: every recipient looked at, here or by a worker, and what was found."""

import json
import subprocess
import sys
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import psycopg

from tests.integration.delivery.stage import add_contacts, draft, eventually

Cli = Callable[..., CompletedProcess[str]]
Conn = psycopg.Connection[Any]
HTML = "<p>Dear {{ first_name }}, {{ 100 | divided_by: code }}</p>"


def _draft(conn: Conn, count: int, broken: int) -> int:
    listed = add_contacts(conn, "all", count)
    conn.execute(
        'update audience_contact set attributes = attributes || \'{"code": "0"}\''
        " where id in (select id from audience_contact order by id limit %s)",
        (broken,),
    )
    return draft(conn, listed, html=HTML)


def test_without_a_worker_it_runs_here(cli: Cli, conn: Conn) -> None:
    mailing = _draft(conn, 300, 2)
    ran = cli("mailing", "analyse", str(mailing))
    assert (
        "warning: html: no message can be made for 2 of 300 recipients: divided_by: can't divide by 0"
        in ran.stdout
    )
    assert "reader1@example.net" in ran.stdout
    assert "300 recipients were looked at" in ran.stdout


def test_one_recipient_is_one(cli: Cli, conn: Conn) -> None:
    assert "\n1 recipient was looked at: " in cli("mailing", "analyse", str(_draft(conn, 1, 0))).stdout


def test_blockers_end_it_with_status_1(cli: Cli, conn: Conn) -> None:
    mailing = _draft(conn, 100, 1)
    ran = cli("mailing", "analyse", str(mailing), "--json", status=1)
    found = json.loads(ran.stdout)
    assert (found["state"], found["total"], found["counts"]["blocker"]) == ("done", 100, 1)
    [blocker] = [each for each in found["findings"] if each["severity"] == "blocker"]
    assert [case["address"] for case in blocker["cases"]] == ["reader1@example.net"]
    told = json.loads(cli("mailing", "analysis", str(mailing), "--json", status=1).stdout)
    assert told["findings"] == found["findings"]
    cases = cli("mailing", "analysis", str(mailing), "--finding", str(blocker["id"])).stdout
    assert "reader1@example.net" in cases


def test_a_mailing_that_was_never_analysed_says_so(cli: Cli, conn: Conn) -> None:
    mailing = _draft(conn, 3, 0)
    assert "has not been analysed" in cli("mailing", "analysis", str(mailing), status=2).stderr
    assert "has not been analysed" in cli("mailing", "analysis", str(mailing), "--cancel", status=2).stderr


def test_with_a_worker_it_is_waited_for(cli: Cli, conn: Conn) -> None:
    mailing = _draft(conn, 300, 2)
    worker = subprocess.Popen([sys.executable, "-m", "penstock.platform.background"])
    try:
        eventually(lambda: _workers(conn) > 0, 50)
        ran = cli("mailing", "analyse", str(mailing))
        assert "300 recipients were looked at" in ran.stdout
        assert conn.execute(
            "select count(*) from procrastinate_jobs where task_name = 'penstock:analyse'"
        ).fetchone() == (0,)
    finally:
        worker.terminate()
        worker.wait(30)
    assert "done" in cli("mailing", "analysis", str(mailing), "--cancel").stderr  # nothing to call off


def _workers(conn: Conn) -> int:
    row = conn.execute(
        "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'penstock jobs'"
    ).fetchone()
    return int(row[0]) if row else 0
