"""`penstock send` to servers off this machine: who sends as a domain that is not verified is asked, or refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.cli.conftest import Mails, Ran, sending

Cli, People, Catch = Callable[..., Ran], Callable[..., Path], Callable[..., Mails]


def elsewhere(url: str) -> str:
    """The same server by a name that does not tell that it is on this machine."""
    return url.replace("//127.0.0.1:", "//0.0.0.0:")


def chosen(conn: psycopg.Connection[Any], account: int = 1) -> dict[str, Any]:
    row = conn.execute("select policy from account_account where id = %s", (account,)).fetchone()
    assert row
    return dict(row[0])


def verify(conn: psycopg.Connection[Any], name: str) -> None:
    conn.execute(
        "insert into account_domain (account_id, name, spf, verified_at) values (1, %s, 'mx', now())",
        (name,),
    )


@pytest.mark.behaviour("S4.4")
def test_who_sends_at_the_terminal_is_asked_about_a_domain_that_is_not_verified(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection[Any]
) -> None:
    """The account that the installation made for itself begins with that; it stands in its policies and its journal."""
    mails, file = catcher(), people(2)
    unasked = sending(file, elsewhere(mails.url))
    unasked.remove("--yes")
    asked = cli(*unasked, status=2)
    assert "warning: example.org is not verified as a sending domain" in asked.stderr
    assert "nobody to ask" in asked.stderr
    assert not mails.counts
    assert chosen(conn) == {"sender_domain": "warn"}
    assert conn.execute(
        "select data -> 'changes' from mailing_entry where command = 'policy_change'"
    ).fetchall() == [({"sender_domain": ["required", "warn"]},)]
    told = cli(*sending(file, elsewhere(mails.url)))
    assert told.stderr.count("not verified") == 1
    assert sum(mails.counts.values()) == 2
    verify(conn, "example.org")
    assert "not verified" not in cli(*sending(file, elsewhere(mails.url))).stderr


@pytest.mark.behaviour("S4.4")
def test_where_it_is_required_nothing_is_imported_and_nothing_leaves(
    cli: Cli, people: People, catcher: Catch, conn: psycopg.Connection[Any]
) -> None:
    mails, file = catcher(), people(2)
    cli("account", "create", "other")
    cli("account", "policy", "sender_domain=warn")
    cli("account", "policy", "sender_domain=default")  # decided by somebody: it stays so
    for account in ([], ["--account", "other"]):
        refused = cli(*sending(file, elsewhere(mails.url), *account), status=2).stderr
        assert "example.org is not verified as a sending domain of this account" in refused
        assert "penstock domain add example.org" in refused
        assert "Nothing was sent" in refused
    assert chosen(conn) == {}
    assert conn.execute("select count(*) from audience_contact").fetchone() == (0,)
    assert not mails.counts
    cli(*sending(file, elsewhere(mails.url), "--draft"))
    stuck = cli("mailing", "submit", "1", "--yes", status=2).stderr
    assert "example.org is not verified as a sending domain of this account" in stuck
    assert json.loads(cli("mailing", "show", "1", "--json").stdout)["state"] == "draft"
    summary = json.loads(cli(*sending(file, mails.url, "--json")).stdout)
    assert summary["accepted"] == 2, "on this machine nobody asks"
