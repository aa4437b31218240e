"""`penstock limit …` and `penstock mailing rate` as people use them."""

import json
from collections.abc import Callable

import psycopg
import pytest

from tests.integration.cli.conftest import Ran
from tests.integration.delivery.stage import add_contacts, draft

Cli = Callable[..., Ran]


def test_limits_are_set_listed_and_removed(cli: Cli, conn: psycopg.Connection) -> None:
    made = json.loads(
        cli(
            "limit", "set", "domain", "Slow.Example", "--rate", "1000/h", "--connections", "3", "--json"
        ).stdout
    )
    assert (made["value"], made["rate"], made["account"]) == ("slow.example", "1000/h", 1)
    said = cli("limit", "set", "all", "--rate", "5000/min").stderr
    assert "all sending, by the platform, 5000/min. It holds from now on." in said
    listed = cli("limit", "list").stdout
    assert "domain slow.example of account 1" in listed
    assert "1000/h" in listed
    assert "is gone" in cli("limit", "remove", str(made["id"])).stderr
    assert [each["scope"] for each in json.loads(cli("limit", "list", "--json").stdout)["limits"]] == ["all"]
    assert "There is no limit" in cli("limit", "remove", str(made["id"]), status=2).stderr
    assert "Say what is limited" in cli("limit", "set", "domain", "slow.example", status=2).stderr


@pytest.mark.behaviour("B8")
def test_the_speed_of_a_mailing_is_shown_and_changed(cli: Cli, conn: psycopg.Connection) -> None:
    mailing = str(draft(conn, add_contacts(conn, "few", 1)))
    assert "as fast as it goes" in cli("mailing", "rate", mailing).stderr
    assert f"Mailing {mailing}: 50/s." in cli("mailing", "rate", mailing, "50/s").stderr
    told = json.loads(cli("mailing", "rate", mailing, "--connections", "4", "--json").stdout)
    assert (told["rate"], told["connections"]) == (50.0, 4)
    assert f"Mailing {mailing}: 4 connections." in cli("mailing", "rate", mailing, "none").stderr
    assert "is no rate" in cli("mailing", "rate", mailing, "fast", status=2).stderr
