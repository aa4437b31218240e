"""Policies are a table with checks; passwords rest encrypted; a transport is kept once."""

import psycopg
import pytest

from penstock.account import policy, secrets, transport_url, transports
from penstock.transport.smtp.server import Server


def test_what_is_not_chosen_is_the_default() -> None:
    assert policy.effective({}) == policy.Policy()
    assert policy.effective({}).package_size == 5000


def test_a_mailing_goes_before_its_account() -> None:
    chosen = policy.effective(
        {"retry_window_hours": 12, "in_doubt": "never_lost"}, {"in_doubt": "never_twice", "rate": 5}
    )
    assert (chosen.retry_window_hours, chosen.in_doubt) == (12, "never_twice")


@pytest.mark.parametrize(
    ("account", "options", "words"),
    [
        ({"no_such": 1}, {}, "no policy 'no_such'"),
        ({}, {"utm_sauce": "x"}, "a mailing has no policy 'utm_sauce'; .* utm_source"),
        ({"package_size": 0}, {}, "a whole number from 1"),
        ({"package_size": True}, {}, "a whole number"),
        ({"in_doubt": "maybe"}, {}, "never_twice, never_lost"),
        ({}, {"package_size": 10}, "whole account"),
        ({}, {"retry_window_hours": "48"}, "a whole number"),
    ],
)
def test_what_cannot_be_is_named(account: dict[str, object], options: dict[str, object], words: str) -> None:
    with pytest.raises(policy.PolicyError, match=words):
        policy.effective(account, options)


def test_every_policy_says_what_it_does_and_accepts_its_default() -> None:
    for rule in policy.RULES.values():
        assert rule.default is None or rule.check(rule.default) is None  # None: depends on the door
        assert rule.effect.endswith(".")


def test_a_password_is_stored_encrypted_and_comes_back(conn: psycopg.Connection) -> None:
    url = "smtp://anna:p%40ss%2Fw%3Ard@mail.example.org:587?tls=starttls&connections=3"
    number = transports.store(conn, 1, url)
    row = conn.execute(
        "select url, secret, connections from account_server where transport_id = %s", (number,)
    ).fetchone()
    assert row is not None
    bare, secret, connections = row
    assert "p%40ss" not in bare
    assert b"p@ss" not in bytes(secret)
    assert connections == 3
    assert Server.from_url(transports.load(conn, number)).password == "p@ss/w:rd"


def test_the_same_way_is_kept_once_and_a_new_password_is_a_new_way(conn: psycopg.Connection) -> None:
    first = transports.store(conn, 1, "smtp://anna:one@mail.example.org")
    assert transports.store(conn, 1, "smtp://anna:one@mail.example.org") == first
    second = transports.store(conn, 1, "smtp://anna:two@mail.example.org")
    assert second != first
    assert transports.load(conn, first) == "smtp://anna:one@mail.example.org"
    assert transports.load(conn, second) == "smtp://anna:two@mail.example.org"
    with pytest.raises(transports.UnknownTransport):
        transports.load(conn, second + 1)


def test_a_url_without_a_password_stays_as_it_is(conn: psycopg.Connection) -> None:
    url = "smtp://127.0.0.1:2525?tls=none"
    assert transports.load(conn, transports.store(conn, 1, url)) == url
    assert transport_url.join(*transport_url.split(url)) == url


def test_another_key_does_not_open_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secrets.encrypt("hush")
    assert secrets.decrypt(secret) == "hush"
    monkeypatch.setattr(secrets, "derived_key", lambda purpose: b"x" * 32)
    with pytest.raises(secrets.SecretError, match="another one"):
        secrets.decrypt(secret)
