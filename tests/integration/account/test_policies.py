"""Policies: all or nothing, who may, what is kept, and that the journal tells."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.account import policies
from penstock.account.access import Forbidden
from penstock.account.policy import RULES, Policy, PolicyError, typed
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import ADMINISTRATOR, APPROVER, PLATFORM
from tests.integration.account.conftest import Ran
from tests.integration.delivery import stage

ADMIN = Actor("ann", frozenset({ADMINISTRATOR}), "api", 1)
STAFF = Actor("desk", frozenset({PLATFORM}), "api")
OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")


def stored(conn: psycopg.Connection) -> dict[str, Any]:
    row = conn.execute("select policy from account_account where id = 1").fetchone()
    assert row
    return dict(row[0])


def told(conn: psycopg.Connection) -> list[Any]:
    rows = conn.execute(
        "select actor, data from mailing_entry where command = 'policy_change' and account_id = 1 and mailing_id is null"
        " order by id"
    ).fetchall()
    assert journal.verify(conn) == []
    return rows


def test_what_is_set_holds_and_what_is_not_stays(conn: psycopg.Connection) -> None:
    assert policies.read(conn, 1) == Policy()
    policies.change(conn, 1, {"four_eyes": "on"}, ADMIN)
    after = policies.change(conn, 1, {"approvals_required": 2}, ADMIN)
    assert after == policies.read(conn, 1) == Policy(four_eyes="on", approvals_required=2)
    assert told(conn) == [
        ("ann", {"changes": {"four_eyes": ["off", "on"]}}),
        ("ann", {"changes": {"approvals_required": [1, 2]}}),
    ]


def test_none_and_the_default_itself_go_back_to_the_default(conn: psycopg.Connection) -> None:
    policies.change(conn, 1, {"package_size": 10, "late_gate": "expire"}, ADMIN)
    policies.change(conn, 1, {"package_size": None, "late_gate": "hold"}, ADMIN)
    assert stored(conn) == {}


def test_what_changes_nothing_is_not_told(conn: psycopg.Connection) -> None:
    policies.change(conn, 1, {"package_size": RULES["package_size"].default}, ADMIN)
    assert told(conn) == []


def test_everything_that_is_wrong_is_said_and_nothing_is_done(conn: psycopg.Connection) -> None:
    with pytest.raises(PolicyError) as error:
        policies.change(
            conn, 1, {"four_eyes": "on", "package_size": 0, "moderation": True, "nonsense": 1}, ADMIN
        )
    for word in ("package_size", "moderation", "nonsense"):
        assert word in str(error.value)
    assert stored(conn) == {}
    assert told(conn) == []


def test_moderation_is_the_platforms(conn: psycopg.Connection) -> None:
    """Otherwise an account would switch off the gate that is there against it."""
    with pytest.raises(Forbidden, match="by the platform"):
        policies.change(conn, 1, {"moderation": "manual", "four_eyes": "on"}, ADMIN)
    assert stored(conn) == {}
    policies.change(conn, 1, {"moderation": "manual"}, STAFF)
    with pytest.raises(Forbidden, match="by the platform"):
        policies.change(conn, 1, {"moderation": None}, ADMIN)
    assert stored(conn) == {"moderation": "manual"}


def test_who_may_not_may_not(conn: psycopg.Connection) -> None:
    with pytest.raises(Forbidden, match="policies:write"):
        policies.change(conn, 1, {"four_eyes": "on"}, Actor("bob", frozenset({APPROVER}), "api", 1))
    with pytest.raises(Forbidden, match="own account"):
        policies.change(conn, 2, {"four_eyes": "on"}, ADMIN)
    with pytest.raises(LookupError):
        policies.change(conn, 77, {"four_eyes": "on"}, OWNER)


@pytest.mark.behaviour("S5.4")
def test_automatic_validation_is_a_setting_of_the_account(
    conn: psycopg.Connection, cli: Callable[..., Ran]
) -> None:
    cli("account", "policy", "moderation=manual", "approvals_required=0")
    listed = stage.add_contacts(conn, "some", 1)
    first, second = stage.draft(conn, listed), stage.draft(conn, listed)
    stage.command(conn, first, "submit", plan={"kind": "later"}, confirm=True)
    assert stage.state(conn, first) == "in_moderation"
    cli("account", "policy", "moderation=automatic")
    stage.command(conn, second, "submit", plan={"kind": "later"}, confirm=True)
    assert stage.state(conn, second) == "parked"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("package_size=10", ("package_size", 10)),
        (" undo_seconds = 30 ", ("undo_seconds", 30)),
        ("package_size=ten", ("package_size", "ten")),
        ("four_eyes=on", ("four_eyes", "on")),
        ("four_eyes=default", ("four_eyes", None)),
        ("no_such=1", ("no_such", "1")),
    ],
)
def test_a_policy_is_read_as_it_is_typed(text: str, read: tuple[str, Any]) -> None:
    assert typed(text) == read


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("quiet_hours_email", "08:00-08:00", "until another time"), ("frequency_cap", "100 per 7 days", "up to 99 in up to 999 days")],
)  # fmt: skip
def test_what_a_pattern_cannot_say_is_refused_with_words(
    conn: psycopg.Connection, name: str, value: str, words: str
) -> None:
    with pytest.raises(PolicyError, match=words):
        policies.change(conn, 1, {name: value}, ADMIN)


@pytest.mark.parametrize("text", ["four_eyes", "four_eyes=", "="])
def test_a_policy_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match="NAME=VALUE"):
        typed(text)
