"""At the terminal: an end date that a resumption brings ends nobody unasked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from penstock.delivery import freeze
from tests import commands
from tests.integration.delivery import stage


def test_who_would_not_get_it_any_more_is_said_before_it_goes_on(conn: Any) -> None:
    listed = stage.add_contacts(conn, "in batches", 30)
    mailing = stage.draft(conn, listed)
    plan = {"kind": "now", "batches": {"size": 10}, "interval": "1h"}
    stage.command(conn, mailing, "submit", plan=plan, confirm=True)
    stage.command(conn, mailing, "approve")
    freeze.prepare(conn, mailing)
    stage.hand_over(conn, mailing)
    stage.command(conn, mailing, "pause")
    end = (datetime.now(UTC) + timedelta(minutes=90)).isoformat(timespec="seconds")
    resume = ("mailing", "resume", str(mailing), "--until", end)

    asked = commands.run(*resume)
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert stage.state(conn, mailing) == "paused"
    foreseen = commands.run(*resume, "--dry-run")
    assert "10  would not go: their new time is after the end date" in foreseen.stdout
    assert commands.run(*resume, "--yes").returncode == 0
    assert stage.state(conn, mailing) == "sending"


def test_an_end_date_that_nobody_misses_asks_nothing(conn: Any) -> None:
    mailing = stage.begin(conn, 10, "smtp://127.0.0.1:1")
    freeze.prepare(conn, mailing)
    stage.command(conn, mailing, "pause")
    end = (datetime.now(UTC) + timedelta(minutes=90)).isoformat(timespec="seconds")
    assert commands.run("mailing", "resume", str(mailing), "--until", end).returncode == 0
