"""People: who may add whom with which roles, and whose links whoever may make."""

from typing import Any

import psycopg
import pytest

from penstock.account import access, accounts, links, people
from penstock.account.access import Forbidden
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import ADMINISTRATOR, APPROVER, PLATFORM

OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
ADMIN = Actor("ann", frozenset({ADMINISTRATOR}), "api", 1)


@pytest.fixture
def first(conn: psycopg.Connection) -> people.Person:
    return people.create(conn, email="first@example.org", account=1, actor=OWNER)


def add(
    conn: psycopg.Connection, email: str, *roles: str, actor: Actor = OWNER, **more: Any
) -> people.Person:
    return people.create(conn, **{"account": 1, "email": email, "roles": roles, "actor": actor} | more)


def test_the_first_user_of_an_installation_holds_all_roles(
    conn: psycopg.Connection, first: people.Person
) -> None:
    assert first.is_platform
    assert set(first.accounts["1"]) == set(access.ROLES)
    second = add(conn, "second@example.org", "author")
    assert (second.is_platform, second.accounts) == (False, {"1": ["author"]})


def test_the_first_user_gets_the_roles_that_are_said_and_no_more(conn: psycopg.Connection) -> None:
    made = add(conn, "anna@example.org", "author", "operator")
    assert (made.is_platform, made.accounts) == (False, {"1": ["author", "operator"]})
    assert not people.has_administrator(conn, 1)
    add(conn, "bo@example.org", "administrator")
    assert people.has_administrator(conn, 1)
    people.set_active(conn, email="bo@example.org", active=False, actor=OWNER)
    assert not people.has_administrator(conn, 1)
    second = add(conn, "first@example.org")
    assert (second.is_platform, second.accounts) == (False, {}), "roles are for the first of all only"


def test_somebody_who_is_here_becomes_staff(conn: psycopg.Connection, first: people.Person) -> None:
    add(conn, "anna@example.org", "author")
    assert add(conn, "anna@example.org", platform=True).is_platform
    assert people.find(conn, "anna@example.org").accounts == {"1": ["author"]}


def test_an_administrator_does_not_become_the_platform_by_being_first(conn: psycopg.Connection) -> None:
    made = add(conn, "first@example.org", "author", actor=ADMIN)
    assert (made.is_platform, made.accounts) == (False, {"1": ["author"]})


def test_an_address_is_one_person_however_it_is_written(
    conn: psycopg.Connection, first: people.Person
) -> None:
    anna = add(conn, " Anna@EXAMPLE.org ", "author", name="Anna")
    assert (anna.email, anna.name) == ("anna@example.org", "Anna")
    other = accounts.create(conn, name="other", actor=OWNER).id
    again = add(conn, "anna@example.org", "approver", account=other)
    assert again.id == anna.id
    assert again.accounts == {"1": ["author"], str(other): ["approver"]}
    assert [each.accounts for each in people.listed(conn, other)] == [{str(other): ["approver"]}]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"email": "nobody"}, "has no @"),
        ({"email": "a b@localhost"}, "space"),
        ({"roles": ["boss"]}, "no role boss"),
        ({"roles": ["platform"]}, "no role platform"),
    ],
)
def test_what_cannot_be_says_why(
    conn: psycopg.Connection, first: people.Person, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(people.PersonError, match=words):
        people.create(conn, **{"email": "x@example.org", "account": 1, "actor": OWNER} | more)
    with pytest.raises(people.PersonError, match="nobody with the address"):
        people.set_roles(conn, email="x@example.org", account=1, roles=[], actor=OWNER)
    assert people.listed(conn, None) == [first]


def test_a_zone_has_to_exist(conn: psycopg.Connection, first: people.Person) -> None:
    with pytest.raises(accounts.AccountError, match="time zone"):
        add(conn, "x@example.org", zone="Mars/Base")
    with pytest.raises(accounts.AccountError, match="time zone"):
        accounts.create(conn, name="x", zone="../../etc/passwd", actor=OWNER)


def test_nobody_gives_more_than_they_have(conn: psycopg.Connection, first: people.Person) -> None:
    clerk = Actor("clerk", frozenset(), "api", 1, scopes=frozenset({"people:write", "mailings:read"}))
    approver = Actor("bob", frozenset({APPROVER}), "api", 1)
    other = accounts.create(conn, name="other", actor=OWNER).id
    for actor, more in (
        (approver, {}),  # has no people:write
        (clerk, {}),  # would give mailings:approve
        (ADMIN, {"platform": True}),
        (ADMIN, {"account": other}),
        (ADMIN, {"account": None}),
    ):
        with pytest.raises(Forbidden):
            add(conn, "x@example.org", "approver", actor=actor, **more)
    assert people.listed(conn, None) == [first]
    with pytest.raises(Forbidden):
        people.set_roles(conn, email=first.email, account=other, roles=["author"], actor=ADMIN)
    bound = Actor(
        "desk", frozenset({PLATFORM}), "api", 1
    )  # what concerns everybody is not for a token of one account
    for actor in (ADMIN, bound):
        with pytest.raises(Forbidden):
            people.set_active(conn, email=first.email, active=False, actor=actor)
        with pytest.raises(Forbidden):
            people.set_platform(conn, email=first.email, platform=False, actor=actor)
        with pytest.raises(Forbidden):
            accounts.create(conn, name="third", actor=actor)
    with pytest.raises(Forbidden):
        add(conn, "x@example.org", actor=bound, platform=True)


def test_a_link_is_made_by_the_platform_alone(conn: psycopg.Connection, first: people.Person) -> None:
    other = accounts.create(conn, name="other", actor=OWNER).id
    mine = add(conn, "mine@example.org", "approver")
    add(conn, "both@example.org", "author")
    add(conn, "both@example.org", "author", account=other)
    assert links.make(conn, mine.email, Actor("staff", frozenset({PLATFORM}), "api")).person == mine.email
    clerk = Actor("clerk", frozenset(), "api", 1, scopes=frozenset({"people:write", "mailings:read"}))
    desk = Actor("desk", frozenset({PLATFORM}), "api", other)  # the platform's, but bound to another account
    for actor, email in (
        (ADMIN, mine.email),
        (ADMIN, first.email),
        (ADMIN, "both@example.org"),
        (clerk, mine.email),
        (desk, mine.email),
    ):
        with pytest.raises(Forbidden):
            links.make(conn, email, actor)
        with pytest.raises(Forbidden):
            links.reset(conn, email, actor)
    assert conn.execute("select count(*) from account_link").fetchone() == (1,)


def test_the_first_link_is_made_until_somebody_has_signed_in(conn: psycopg.Connection) -> None:
    made = links.first(conn, "Jo Ån", OWNER, base="http://127.0.0.1:9")
    assert made is not None
    assert made.person == "jo-n@localhost"
    assert made.url.startswith("http://127.0.0.1:9/sign-in/")
    again = links.first(conn, "somebody else", OWNER, base="http://x")
    assert again is not None
    assert again.person == made.person
    number = links.redeem(conn, again.url.rpartition("/")[2])
    conn.execute("update account_person set last_login = now() where id = %s", (number,))
    assert links.first(conn, "root", OWNER, base="http://x") is None


def test_nobody_takes_from_others_what_they_do_not_have(
    conn: psycopg.Connection, first: people.Person
) -> None:
    clerk = Actor("clerk", frozenset(), "api", 1, scopes=frozenset({"people:write", "mailings:read"}))
    with pytest.raises(Forbidden, match="do not have"):
        people.set_roles(conn, email=first.email, account=1, roles=[], actor=clerk)
    assert people.find(conn, first.email) == first


def test_a_link_does_not_show_its_secret_by_accident(conn: psycopg.Connection, first: people.Person) -> None:
    link = links.make(conn, first.email, OWNER)
    assert link.url not in repr([link])


def test_the_database_refuses_what_code_must_not_do(conn: psycopg.Connection, first: people.Person) -> None:
    for statement in (
        "update account_membership set roles = '{}'",
        "update account_membership set roles = '{platform}'",
        "update account_person set email = 'First@example.org'",
        "insert into account_membership (person_id, account_id, roles) select person_id, account_id, roles from account_membership",
    ):
        with pytest.raises(psycopg.errors.IntegrityError):
            conn.execute(statement.encode())


def test_every_change_is_in_the_journal(conn: psycopg.Connection, first: people.Person) -> None:
    anna = add(conn, "anna@example.org", "author")
    people.set_roles(conn, email=anna.email, account=1, roles=["approver"], actor=OWNER)
    people.set_platform(conn, email=anna.email, platform=True, actor=OWNER)
    people.set_active(conn, email=anna.email, active=False, actor=OWNER)
    people.set_active(conn, email=anna.email, active=False, actor=OWNER)  # changes nothing
    people.set_roles(conn, email=anna.email, account=1, roles=[], actor=OWNER)
    rows = conn.execute(
        "select command, data from mailing_entry where data ->> 'person' = %s order by id", (anna.email,)
    ).fetchall()
    assert [row[0] for row in rows] == [
        "person_create", "person_roles", "person_roles", "person_change", "person_change", "person_roles",
    ]  # fmt: skip
    assert rows[2][1]["roles"] == ["approver"]
    assert journal.verify(conn) == []
