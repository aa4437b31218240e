"""Whatever a token does over the API with people and tokens, it never gets at more than it was given."""

import contextlib
from itertools import count
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.account import access, accounts, links, people, policies, tokens
from penstock.account.access import Forbidden
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from tests.examples import examples

OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
VICTIM, ANNA = "victim@example.org", "anna@example.org"
WAYS = ("tokens:write", "people:write", "policies:write")  # by which somebody could get at more
_numbers = count(1)

scopes = st.lists(st.sampled_from([*access.SCOPES, *access.ROLES, PLATFORM]), min_size=1, max_size=6)
roles = st.lists(st.sampled_from(access.ROLES), max_size=4)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("token"),
            st.one_of(scopes, st.lists(st.sampled_from(WAYS), min_size=1, max_size=2)),
            st.sampled_from([None, ANNA, VICTIM]),
            st.sampled_from(["own", "other", "all"]),
        ),
        st.tuples(st.just("person"), roles, st.booleans(), st.sampled_from(["own", "other", "all"])),
        st.tuples(
            st.just("roles"), roles, st.sampled_from([ANNA, VICTIM]), st.sampled_from(["own", "other"])
        ),
        st.tuples(st.just("link"), st.sampled_from([ANNA, VICTIM])),
        st.tuples(st.just("staff"), st.sampled_from([ANNA, VICTIM])),
        st.tuples(st.just("policy"), st.sampled_from(["own", "other"])),
    ),
    min_size=1,
    max_size=10,
)


class World:
    """Two accounts, a person with some roles, another with all of them, and what the first one's program can get."""

    def __init__(self, conn: psycopg.Connection[Any], own: list[str], given: list[str], whose: bool) -> None:
        self.conn, self.mark = conn, next(_numbers)
        self.accounts = {
            "own": 1,
            "other": accounts.create(conn, name=f"other {self.mark}", actor=OWNER).id,
            "all": None,
        }
        self.people = {email: self.person(email) for email in (VICTIM, ANNA)}
        people.set_roles(conn, email=VICTIM, account=1, roles=access.ROLES, actor=OWNER)
        people.set_roles(conn, email=ANNA, account=1, roles=own, actor=OWNER)
        first = tokens.create(
            conn,
            account=1,
            name=f"first {self.mark}",
            scopes=given,
            actor=OWNER,
            person=self.people[ANNA] if whose and own else None,
        )
        self.start = self.actor(first.secret)
        self.actors = [self.start]

    def person(self, email: str) -> int:
        people.create(self.conn, email="somebody@example.org", account=1, actor=OWNER)  # the first of all
        return people.create(self.conn, email=email, account=1, actor=OWNER).id

    def actor(self, secret: str) -> Actor:
        found = tokens.bearer(self.conn, secret)
        assert found is not None
        return found.actor

    def try_to(self, actor: Actor, step: tuple[Any, ...]) -> None:
        conn, name = self.conn, f"{self.mark} {next(_numbers)}"
        match step:
            case ("token", wanted, person, where):
                made = tokens.create(
                    conn, account=self.accounts[where], name=name, scopes=wanted, actor=actor,
                    person=self.people[person] if person else None,
                )  # fmt: skip
                self.actors.append(self.actor(made.secret))
            case ("person", wanted, staff, where):
                people.create(
                    conn, email=f"p{next(_numbers)}@example.org", account=self.accounts[where], roles=wanted, platform=staff,
                    actor=actor,
                )  # fmt: skip
                assert access.of_roles(wanted) <= access.granted(self.start) or PLATFORM in self.start.roles
                assert where == "own"
                assert not staff
            case ("roles", wanted, email, where):
                people.set_roles(
                    conn, email=email, account=self.accounts[where] or 1, roles=wanted, actor=actor
                )
                assert where == "own"
            case ("link", email):
                links.make(conn, email, actor)
                raise AssertionError("it became somebody else")
            case ("staff", email):
                people.set_platform(conn, email=email, platform=True, actor=actor)
                raise AssertionError("it made somebody the platform's staff")
            case ("policy", where):
                policies.change(conn, self.accounts[where] or 1, {"moderation": "automatic"}, actor)
                assert where == "own"
                assert PLATFORM in self.start.roles


@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    own=roles,
    given=scopes.map(lambda some: [*WAYS, *some]),
    whose=st.booleans(),
    tried=steps,
    choose=st.randoms(use_true_random=False),
)
def test_nothing_leads_to_more(
    conn: psycopg.Connection,
    own: list[str],
    given: list[str],
    whose: bool,
    tried: list[tuple[Any, ...]],
    choose: Any,
) -> None:
    world = World(conn, own, given, whose)
    most = access.granted(world.start)
    for step in tried:
        with contextlib.suppress(Forbidden, tokens.TokenError, people.PersonError):
            world.try_to(choose.choice(world.actors), step)
    for actor in world.actors:
        assert access.granted(actor) <= most
        assert actor.roles <= access.confer(most)
        assert actor.account == 1
        assert actor.who == world.start.who
