"""`penstock account`, `user` and `token` as people and programs use them."""

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.account import access, policies, tokens
from penstock.mailing.lifecycle import APPROVER, AUTHOR, OPERATOR, PLATFORM, UNLOCKER
from tests.integration.account.conftest import Ran

Cli = Callable[..., Ran]
Told = Callable[..., Any]


def test_a_token_made_on_the_command_line_gets_a_program_in(
    conn: psycopg.Connection, told: Told, cli: Cli
) -> None:
    made = told("token", "create", "--name", "night job", "--scope", "operator", "--scope", "contacts:read")
    found = tokens.bearer(conn, made["token"])
    assert found is not None
    assert (found.actor.roles, found.actor.account, found.actor.name) == ({OPERATOR}, 1, "night job")
    assert set(made["scopes"]) == access.of_roles([OPERATOR])
    listed = cli("token", "list")
    assert "night job" in listed.stdout
    assert made["token"] not in listed.stdout + listed.stderr
    assert "token" not in told("token", "list")[0]
    cli("token", "revoke", str(made["id"]))
    assert tokens.bearer(conn, made["token"]) is None
    assert told("token", "list") == []


def test_without_a_scope_a_token_may_what_an_administrator_may(conn: psycopg.Connection, cli: Cli) -> None:
    ran = cli("token", "create", "--name", "all")
    secret = ran.stdout.strip()
    assert re.fullmatch(r"pst_[\w-]{43}", secret)
    assert secret not in ran.stderr
    found = tokens.bearer(conn, secret)
    assert found is not None
    assert found.actor.roles == {AUTHOR, APPROVER, OPERATOR, UNLOCKER}
    assert not access.allows(found.actor, "platform:moderate")


def test_the_platforms_tokens_are_for_every_account(conn: psycopg.Connection, told: Told) -> None:
    made = told("token", "create", "--name", "desk", "--scope", "platform", "--everywhere")
    found = tokens.bearer(conn, made["token"])
    assert found is not None
    assert (found.actor.account, found.actor.roles) == (None, {PLATFORM, UNLOCKER})
    assert told("token", "list") == []
    assert [each["name"] for each in told("token", "list", "--everywhere")] == ["desk"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["token", "create", "--name", "x", "--scope", "nope"], "no scope 'nope'"),
        (["token", "create", "--name", "x", "--account", "none"], "no account 'none'"),
        (["token", "create", "--name", "x", "--user", "no@example.org"], "nobody with the address"),
        (["token", "create", "--name", "x", "--expires", "2020-01-01"], "past"),
        (["token", "create"], "--name"),
        (["token", "revoke", "7"], "no token 7"),
        (["account", "create", " "], "printable line"),
        (["account", "create", "default"], "already"),
        (["account", "create", "x", "--zone", "Mars"], "no time zone 'Mars'"),
        (["account", "policy", "four_eyes"], "NAME=VALUE"),
        (
            ["account", "policy", "four_eyes=perhaps", "nonsense=1"],
            "must be one of off, on; there is no policy 'nonsense'",
        ),
        (["user", "create", "nobody"], "has no @"),
        (["user", "create", "a@example.org", "--role", "boss"], "no role boss"),
        (["user", "reset", "no@example.org"], "nobody with the address"),
        (["user", "roles", "no@example.org", "author"], "nobody with the address"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(cli: Cli, arguments: list[str], words: str) -> None:
    ran = cli(*arguments, status=2)
    assert words in ran.stderr
    assert ran.stdout == ""


def test_an_account_is_apart_from_the_others(conn: psycopg.Connection, told: Told, cli: Cli) -> None:
    made = told("account", "create", "Other Org", "--zone", "Europe/Paris")
    assert [each["name"] for each in told("account", "list")] == ["default", "Other Org"]
    cli("account", "policy", "--account", "Other Org", "four_eyes=on", "undo_seconds=30")
    assert told("account", "policy", "--account", str(made["id"]))["undo_seconds"] == 30
    assert policies.read(conn, 1).four_eyes == "off"
    assert policies.read(conn, made["id"]).four_eyes == "on"
    cli("account", "policy", "--account", "Other Org", "four_eyes=default")
    assert policies.read(conn, made["id"]).four_eyes == "off"
    token = told("token", "create", "--name", "t", "--account", "Other Org")
    found = tokens.bearer(conn, token["token"])
    assert found is not None
    assert found.actor.account == made["id"]


def test_policies_are_shown_with_what_they_do(cli: Cli) -> None:
    cli("account", "policy", "package_size=10", "moderation=manual")
    shown = cli("account", "policy").stdout
    assert re.search(r"• +package_size +10 ", shown)
    assert re.search(r"• +moderation +manual ", shown)
    assert re.search(r"\n +four_eyes +off +On: nobody approves", shown)


def test_people_are_added_with_a_link_and_given_roles(told: Told, cli: Cli) -> None:
    first = told("user", "create", "first@example.org")
    assert first["person"]["is_platform"] is True
    ran = cli("user", "create", "anna@example.org", "--name", "Anna", "--role", "author")
    assert re.fullmatch(r"http://127\.0\.0\.1:8025/sign-in/[\w-]{43}\n", ran.stdout)
    assert "/sign-in/" not in ran.stderr
    again = cli("user", "reset", "Anna@example.org").stdout
    assert again != ran.stdout
    cli("user", "roles", "anna@example.org", "approver", "operator")
    cli("user", "platform", "anna@example.org")
    assert told("user", "list")[0]["is_platform"] is True
    cli("user", "platform", "anna@example.org", "--off")
    assert told("user", "list")[0]["is_platform"] is False
    cli("user", "lock", "first@example.org")
    shown = cli("user", "list").stdout
    assert re.search(r"anna@example.org +Anna +default: approver, operator +–", shown)
    assert re.search(r"first@example.org .*; platform; locked out", shown)
    assert cli("user", "reset", "first@example.org", status=2).stdout == ""
    cli("user", "unlock", "first@example.org")
    cli("user", "roles", "anna@example.org")
    assert [each["email"] for each in told("user", "list", "--account", "default")] == ["first@example.org"]


def test_the_first_person_gets_what_is_said_and_the_command_says_what_that_is(told: Told, cli: Cli) -> None:
    ran = cli("user", "create", "anna@example.org", "--role", "author", "--role", "operator")
    assert "anna@example.org has these roles: default: author, operator.\n" in ran.stderr
    cure = re.search(r"Nobody is administrator of default: `penstock (user roles [^`]+)`", ran.stderr)
    assert cure, ran.stderr
    assert ran.stdout.count("\n") == 1, "the link alone"
    (anna,) = told("user", "list")
    assert (anna["is_platform"], anna["accounts"]) == (False, {"1": ["author", "operator"]})
    cli(*cure[1].split())
    (anna,) = told("user", "list")
    assert anna["accounts"] == {"1": ["author", "operator", "administrator"]}
    said = cli("user", "create", "bo@example.org", "--role", "author").stderr
    assert "administrator" not in said


def test_an_account_of_its_own_is_named_in_the_cure(told: Told, cli: Cli) -> None:
    first = cli("user", "create", "first@example.org").stderr
    assert "default: author, approver, operator, administrator; platform" in first
    assert "Nobody is" not in first
    number = str(told("account", "create", "Other Org")["id"])
    said = cli("user", "create", "bo@example.org", "--account", "Other Org").stderr
    assert "bo@example.org has these roles: none yet." in said
    assert "`penstock user roles --account 'Other Org' bo@example.org administrator`" in said
    cli("user", "roles", "--account", "Other Org", "bo@example.org", "administrator")
    assert {each["email"]: each["accounts"] for each in told("user", "list", "--account", number)} == {
        "bo@example.org": {number: ["administrator"]}
    }


def test_a_persons_token_is_theirs(conn: psycopg.Connection, told: Told, cli: Cli) -> None:
    cli("user", "create", "first@example.org")
    cli("user", "create", "anna@example.org", "--role", "author")
    made = told("token", "create", "--name", "laptop", "--user", "anna@example.org")
    found = tokens.bearer(conn, made["token"])
    assert found is not None
    assert (found.actor.who, found.actor.roles) == ("anna@example.org", {AUTHOR})
