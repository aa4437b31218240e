"""Chains on the command line: `mailing add-step`, `chain`, `copy --chain`, `delete --steps`."""

import json
from collections.abc import Callable

import psycopg
import pytest

from tests.integration.cli.conftest import Ran
from tests.integration.delivery import stage
from tests.integration.delivery.test_chains import deliver, people, tick

Cli = Callable[..., Ran]


@pytest.mark.behaviour("S4.32", "S4.34", "S4.39")
def test_a_chain_is_made_shown_sent_and_deleted(cli: Cli, conn: psycopg.Connection) -> None:
    first = str(stage.draft(conn, stage.add_contacts(conn, "readers", 2)))
    assert "belongs to no chain" in cli("mailing", "chain", first).stdout
    told = cli(
        "mailing", "add-step", first, "--name", "Again", "--subject", "Again", "--after", "2d", "--json"
    ).stdout
    second = str(json.loads(told)["made"])
    cli("mailing", "add-step", second, "--name", "Thanks", "--condition", "clicked")
    shown = cli("mailing", "chain", first).stdout
    assert f"2 days after {first}" in shown
    assert "clicked" in shown
    assert f"those whom mailing {first} reaches" in cli("mailing", "show", second).stdout

    cli("mailing", "edit", second, "--condition", "not-opened")
    cli("mailing", "submit", second, "--after", "1d", "--yes")
    cli("mailing", "approve", second, "--without-analysis", "--yes")
    assert "1 day after the step before" in cli("mailing", "show", second).stdout
    assert "is a step" in cli("mailing", "send-now", second, "--yes", status=2).stderr
    cli("mailing", "park", second)
    cli("mailing", "schedule", second, "--after", "3h", "--yes")
    stage.launch(conn, int(first))
    tick(conn)
    deliver(conn, int(first))
    stage.travel(conn, hours=3)
    tick(conn)
    assert deliver(conn, int(second)) == people(1, 2)

    made = str(json.loads(cli("mailing", "copy", first, "--chain", "--json").stdout)["made"])
    steps = [each["id"] for each in json.loads(cli("mailing", "chain", made, "--json").stdout)["items"]]
    assert len(steps) == 3
    assert "give --steps 2," in cli("mailing", "delete", str(steps[1]), "--yes", status=2).stderr
    cli("mailing", "delete", str(steps[1]), "--steps", "2", "--yes")
    assert len(json.loads(cli("mailing", "chain", made, "--json").stdout)["items"]) == 1


def test_what_cannot_be_said_of_a_step_is_refused_in_words(cli: Cli, conn: psycopg.Connection) -> None:
    first = str(stage.draft(conn, stage.add_contacts(conn, "readers", 2)))
    assert (
        "no length of time"
        in cli("mailing", "add-step", first, "--name", "x", "--after", "soon", status=2).stderr
    )
    assert (
        "no condition"
        in cli("mailing", "add-step", first, "--name", "x", "--condition", "maybe", status=2).stderr
    )
    assert (
        "no mailing 99"
        in cli("mailing", "add-step", first, "--name", "x", "--follows", "99", status=2).stderr
    )
