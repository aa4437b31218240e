"""Tokens: what they may, how they end, and that the database holds nothing that gets anybody in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.account import access, accounts, people, tokens
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR, PLATFORM, UNLOCKER

OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")


def make(conn: psycopg.Connection, *scopes: str, name: str = "one", actor: Actor = OWNER, **more: Any) -> str:
    return tokens.create(conn, **({"account": 1} | more), name=name, scopes=list(scopes), actor=actor).secret


def actor_of(conn: psycopg.Connection, secret: str) -> Actor:
    found = tokens.bearer(conn, secret)
    assert found is not None
    return found.actor


def test_a_secret_gets_its_bearer_in_and_is_not_in_the_database(conn: psycopg.Connection) -> None:
    secret = make(conn, "operator", name="night job")
    assert secret.startswith("pst_")
    assert len(secret) == 4 + 43  # 256 bits
    actor = actor_of(conn, secret)
    assert (actor.name, actor.door, actor.account) == ("night job", "api", 1)
    assert actor.who == "token night job"
    assert actor.roles == {OPERATOR}
    tables = [
        row[0]
        for row in conn.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    ]
    for table in tables:
        row = conn.execute(
            f"select count(*) from {table} t where t::text like %s", (f"%{secret[4:]}%",)
        ).fetchone()
        assert row == (0,), table


def test_a_made_token_does_not_show_its_secret_by_accident(conn: psycopg.Connection) -> None:
    made = tokens.create(conn, account=1, name="one", scopes=["author"], actor=OWNER)
    assert made.secret not in repr(made)
    assert made.secret not in str([made])


@pytest.mark.parametrize(
    "given", ["", "pst_", "pst_" + "A" * 43, "Bearer x", "pst_" + "é" * 43, "x" * 100_000, "pst_\0"]
)
def test_what_is_no_token_gets_nobody_in(conn: psycopg.Connection, given: str) -> None:
    make(conn, "author")
    assert tokens.bearer(conn, given) is None


def test_a_secret_with_one_letter_changed_gets_nobody_in(conn: psycopg.Connection) -> None:
    secret = make(conn, "author")
    assert tokens.bearer(conn, secret[:-1] + ("A" if secret[-1] != "A" else "B")) is None
    assert tokens.bearer(conn, secret.upper()) is None


def test_scopes_confer_the_roles_of_the_lifecycle(conn: psycopg.Connection) -> None:
    assert actor_of(conn, make(conn, "mailings:approve", "mailings:read", name="a")).roles == {APPROVER}
    assert actor_of(conn, make(conn, "mailings:read", name="b")).roles == frozenset()
    assert actor_of(conn, make(conn, "administrator", name="c")).roles == {
        AUTHOR,
        APPROVER,
        OPERATOR,
        UNLOCKER,
    }
    assert actor_of(conn, make(conn, "platform", name="d")).roles == {PLATFORM, UNLOCKER}


def test_a_scope_that_does_not_exist_is_named(conn: psycopg.Connection) -> None:
    with pytest.raises(access.UnknownScope, match=r"no scope 'mailings:all'.*mailings:read"):
        make(conn, "mailings:all")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"scopes": []}, "can do nothing"),
        ({"name": " "}, "one printable line"),
        ({"name": "a\x1b[2J"}, "one printable line"),
        ({"rate": 0.0}, "rate"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "past"),
        ({"expires_at": datetime(2999, 1, 1)}, "zone"),  # noqa: DTZ001
        ({"person": 77}, "no such person"),
    ],
)
def test_what_cannot_be_made_says_why(conn: psycopg.Connection, more: dict[str, Any], words: str) -> None:
    usual = {"account": 1, "name": "one", "scopes": ["author"], "actor": OWNER}
    with pytest.raises(tokens.TokenError, match=words):
        tokens.create(conn, **usual | more)
    assert tokens.listed(conn, 1) == []


def test_a_name_means_one_token_until_it_is_revoked(conn: psycopg.Connection) -> None:
    make(conn, "author")
    with pytest.raises(tokens.TokenError, match="already"):
        make(conn, "author", name=" one ")
    tokens.revoke(conn, 1, tokens.listed(conn, 1)[0].id, OWNER)
    make(conn, "author")


def test_revoked_and_expired_tokens_get_nobody_in(conn: psycopg.Connection) -> None:
    secret = make(conn, "author", expires_at=datetime.now(UTC) + timedelta(hours=1))
    (token,) = tokens.listed(conn, 1)
    assert tokens.bearer(conn, secret)
    conn.execute("update account_token set expires_at = now()")
    assert tokens.bearer(conn, secret) is None
    conn.execute("update account_token set expires_at = null")
    tokens.revoke(conn, 1, token.id, OWNER)
    tokens.revoke(conn, 1, token.id, OWNER)
    assert tokens.bearer(conn, secret) is None
    assert tokens.listed(conn, 1) == []
    assert [each.id for each in tokens.listed(conn, 1, revoked=True)] == [token.id]


def test_a_token_of_another_account_is_not_there(conn: psycopg.Connection) -> None:
    other = accounts.create(conn, name="other", actor=OWNER).id
    make(conn, "author")
    (token,) = tokens.listed(conn, 1)
    assert tokens.listed(conn, other) == tokens.listed(conn, None) == []
    for account in (other, None):
        with pytest.raises(tokens.TokenError, match="no token"):
            tokens.revoke(conn, account, token.id, OWNER)


def test_nobody_makes_a_token_that_does_more_than_they_may(conn: psycopg.Connection) -> None:
    small = actor_of(conn, make(conn, "tokens:write", "mailings:read", name="small"))
    assert actor_of(conn, make(conn, "mailings:read", name="less", actor=small)).scopes == {"mailings:read"}
    for scope in ("mailings:approve", "administrator", "platform"):
        with pytest.raises(access.Forbidden, match="do not have"):
            make(conn, scope, actor=small)


def test_nobody_makes_a_token_for_another_account_or_for_all(conn: psycopg.Connection) -> None:
    other = accounts.create(conn, name="other", actor=OWNER).id
    ours = actor_of(conn, make(conn, "administrator", name="admin"))
    staff = actor_of(conn, make(conn, "platform", name="staff"))  # bound to this account all the same
    for actor in (ours, staff):
        for account in (other, None):
            with pytest.raises(access.Forbidden, match="own account"):
                make(conn, "mailings:read", actor=actor, account=account, name="further")
    everywhere = actor_of(conn, make(conn, "platform", name="desk", account=None))
    assert everywhere.account is None


def test_who_may_not_handle_tokens_may_not(conn: psycopg.Connection) -> None:
    make(conn, "author")
    bob = Actor("bob", frozenset({OPERATOR}), "api", 1)
    with pytest.raises(access.Forbidden, match="tokens:write"):
        make(conn, "mailings:read", name="two", actor=bob)
    with pytest.raises(access.Forbidden, match="tokens:write"):
        tokens.revoke(conn, 1, tokens.listed(conn, 1)[0].id, bob)


def test_a_token_over_the_api_approves_as_its_maker(conn: psycopg.Connection) -> None:
    """Otherwise whoever may make tokens could approve twice, and four eyes were one pair."""
    maker = actor_of(conn, make(conn, "administrator", name="maker"))
    child = actor_of(conn, make(conn, "approver", name="child", actor=maker))
    grandchild = (
        actor_of(conn, make(conn, "approver", name="grandchild", actor=child))
        if child.roles == EVERY_ROLE
        else child
    )
    assert child.who == grandchild.who == maker.who == "token maker"


def test_nobody_makes_a_token_of_somebody_else(conn: psycopg.Connection) -> None:
    """It would approve as them."""
    people.create(conn, email="first@example.org", account=1, actor=OWNER)
    bob = people.create(conn, email="bob@example.org", account=1, roles=["approver"], actor=OWNER)
    anna = people.create(conn, email="anna@example.org", account=1, roles=["administrator"], actor=OWNER)
    hers = actor_of(conn, make(conn, "administrator", name="hers", person=anna.id))
    nobodys = actor_of(conn, make(conn, "administrator", name="nobodys"))
    for actor in (hers, nobodys):
        with pytest.raises(access.Forbidden, match="platform:moderate"):
            make(conn, "approver", name="his", actor=actor, person=bob.id)
    assert {token.name for token in tokens.listed(conn, 1)} == {"hers", "nobodys"}
    assert actor_of(conn, make(conn, "approver", name="more", actor=hers, person=anna.id)).who == anna.email
    program = make(conn, "approver", name="program", actor=hers)
    assert actor_of(conn, program).who == anna.email
    people.set_roles(conn, email=anna.email, account=1, roles=["author"], actor=OWNER)
    assert actor_of(conn, program).roles == frozenset(), "what Anna made does no more than Anna may"


def test_a_persons_token_does_what_the_person_may_now(conn: psycopg.Connection) -> None:
    people.create(conn, email="first@example.org", account=1, actor=OWNER)
    anna = people.create(
        conn, email="Anna@Example.org", name="Anna", account=1, roles=["author"], actor=OWNER
    )
    secret = make(conn, "author", "approver", person=anna.id)
    actor = actor_of(conn, secret)
    assert (actor.name, actor.who, actor.roles) == ("Anna (one)", "anna@example.org", {AUTHOR})
    people.set_roles(conn, email=anna.email, account=1, roles=["approver", "author"], actor=OWNER)
    assert actor_of(conn, secret).roles == {AUTHOR, APPROVER}
    people.set_roles(conn, email=anna.email, account=1, roles=["administrator"], actor=OWNER)
    assert actor_of(conn, secret).roles == {AUTHOR, APPROVER}
    people.set_roles(conn, email=anna.email, account=1, roles=[], actor=OWNER)
    assert actor_of(conn, secret).scopes == frozenset()
    people.set_active(conn, email=anna.email, active=False, actor=OWNER)
    assert tokens.bearer(conn, secret) is None


def test_a_stranger_to_the_account_gets_no_token_of_it(conn: psycopg.Connection) -> None:
    other = accounts.create(conn, name="other", actor=OWNER).id
    people.create(conn, email="first@example.org", account=1, actor=OWNER)
    anna = people.create(conn, email="anna@example.org", account=1, roles=["author"], actor=OWNER)
    with pytest.raises(tokens.TokenError, match="no such person"):
        make(conn, "author", account=other, person=anna.id)


def test_use_is_noted_to_the_minute(conn: psycopg.Connection) -> None:
    secret = make(conn, "author")
    assert tokens.listed(conn, 1)[0].last_used_at is None
    tokens.bearer(conn, secret)
    used = tokens.listed(conn, 1)[0].last_used_at
    assert used is not None
    tokens.bearer(conn, secret)
    assert tokens.listed(conn, 1)[0].last_used_at == used


def test_making_and_revoking_stand_in_the_journal_without_the_secret(conn: psycopg.Connection) -> None:
    secret = make(conn, "mailings:read")
    tokens.revoke(conn, 1, tokens.listed(conn, 1)[0].id, OWNER)
    rows = conn.execute(
        "select command, actor, door, data from mailing_entry where account_id = 1 and mailing_id is null order by id"
    ).fetchall()
    assert [row[:3] for row in rows] == [("token_create", "root", "cli"), ("token_revoke", "root", "cli")]
    assert rows[0][3]["scopes"] == ["mailings:read"]
    assert secret not in str(rows)
    assert journal.verify(conn) == []


def test_an_administrator_has_all_of_the_account_and_nothing_of_the_platform() -> None:
    scopes = access.of_roles([ADMINISTRATOR])
    assert {name for name in access.SCOPES if name not in scopes} == {
        "accounts:read", "accounts:write", "credits:write", "metrics:read", "platform:moderate",
    }  # fmt: skip
