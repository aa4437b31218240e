"""`penstock credits`: what somebody at the terminal does where a mailing finds too few."""

import json
from typing import Any

import pytest

from penstock.account.credits import reading
from penstock.delivery import freeze
from tests import commands
from tests.integration.delivery import stage


@pytest.mark.behaviour("S4.20")
def test_a_mailing_that_waits_for_credits_goes_on_after_a_top_up(conn: Any) -> None:
    assert commands.run("account", "policy", "credits=counted").returncode == 0
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "all", 12)))
    freeze.prepare(conn, mailing)
    shown = commands.run("credits", "show")
    assert "waits for 12 credits: a top-up lets it go on" in shown.stderr
    refused = commands.run("mailing", "resume", str(mailing), "--reason", "again", "--yes")
    assert refused.returncode == 2
    assert "needs 12 credits, and 0 are left. Top up 12 or more" in refused.stderr

    added = commands.run("credits", "top-up", "20", "--reference", "invoice 7")
    assert "20 credits added: 20 are available." in added.stderr
    assert f"Mailing {mailing} can go on" in added.stderr
    again = json.loads(commands.run("credits", "top-up", "20", "--reference", "invoice 7", "--json").stdout)
    assert (again["new"], again["remaining"], again["can_go_on"]) == (False, 20, [mailing])
    assert commands.run("mailing", "resume", str(mailing), "--reason", "topped up", "--yes").returncode == 0
    freeze.prepare(conn, mailing)
    told = json.loads(commands.run("credits", "show", "--json").stdout)[0]
    assert (told["available"], told["reserved"], told["held"][0]["mailing"]) == (8, 12, mailing)
    lines = commands.run("credits", "history").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["id", "2", "1"]
    assert "-12" in lines[1]
    assert "+20" in lines[2]
    assert reading.check(conn, 1) == []


def test_a_mistake_is_taken_back(conn: Any) -> None:
    commands.run("credits", "top-up", "20")
    assert commands.run("credits", "top-up", "20", "--take-back").returncode == 2
    done = commands.run("credits", "top-up", "20", "--take-back", "--note", "Typed twice.")
    assert (done.returncode, reading.balances(conn, 1)[0].available) == (0, 0)
    assert (
        "cannot be taken back" in commands.run("credits", "top-up", "1", "--take-back", "--note", "x").stderr
    )
