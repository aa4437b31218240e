"""The one table of who may what: least privilege, and no hole between it and the lifecycle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.account import access
from penstock.mailing.actor import EVERY_ROLE, SYSTEM, Actor
from penstock.mailing.lifecycle import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR, PLATFORM, TABLE, UNLOCKER

some_scopes = st.frozensets(st.sampled_from(sorted(access.SCOPES)))
some_roles = st.frozensets(st.sampled_from([*access.ROLES, PLATFORM]))


def token(*scopes: str) -> Actor:
    return Actor("t", access.confer(scopes), "api", 1, scopes=frozenset(scopes))


def test_a_role_has_the_scope_that_confers_it() -> None:
    """So that a person with a role and a token with all of the role's scopes may give the same commands."""
    for role in (AUTHOR, APPROVER, OPERATOR, PLATFORM):
        assert access.confer(access.of_roles([role])) - {UNLOCKER} == {role}


def test_every_command_can_be_given_by_some_token_and_none_by_a_token_that_only_reads() -> None:
    readers = token(*(name for name in access.SCOPES if name.endswith(":read")))
    for row in TABLE:
        if row.is_event:
            continue
        assert access.confer(access.SCOPES) & row.roles, row.command
        assert not readers.roles & row.roles, row.command


def test_an_administrators_token_may_give_every_command_that_an_administrator_may() -> None:
    conferred = access.confer(access.of_roles([ADMINISTRATOR]))
    assert [row.command for row in TABLE if ADMINISTRATOR in row.roles and not conferred & row.roles] == []


@pytest.mark.parametrize("role", [AUTHOR, APPROVER, OPERATOR])
def test_a_role_below_administrator_changes_nothing_of_the_account_itself(role: str) -> None:
    assert not {s for s in access.of_roles([role]) if s.startswith(("policies", "people", "tokens", "webhooks", "accounts"))
                and s.endswith(":write")}  # fmt: skip
    assert "transports:write" not in access.of_roles([role])


def test_the_platform_does_not_act_for_an_account() -> None:
    """Its staff moderates; it neither writes, approves nor sends mailings, and sees no contacts."""
    scopes = access.of_roles([PLATFORM])
    assert (
        not {"mailings:write", "mailings:approve", "mailings:operate", "contacts:read", "contacts:write"}
        & scopes
    )


@given(some_roles)
def test_a_person_has_what_their_roles_have(roles: frozenset[str]) -> None:
    actor = Actor("p", roles, "web", 1)
    for name, scope in access.SCOPES.items():
        assert access.allows(actor, name) == bool(scope.roles & roles)


@given(some_scopes)
def test_a_token_has_its_scopes_and_gives_no_more_away(scopes: frozenset[str]) -> None:
    actor = token(*scopes)
    for name in access.SCOPES:
        if name in scopes:
            access.require(actor, name)
            access.require_no_more(actor, [name])
        else:
            with pytest.raises(access.Forbidden, match=name):
                access.require(actor, name)
            with pytest.raises(access.Forbidden, match=name):
                access.require_no_more(actor, [name])


@given(some_scopes)
def test_scopes_are_summed_up_in_words_that_mean_them(scopes: frozenset[str]) -> None:
    assert access.expand(access.summary(scopes)) == scopes


def test_a_roles_scopes_are_summed_up_as_the_role() -> None:
    for role in (*access.ROLES, PLATFORM):
        assert access.summary(access.of_roles([role])) == [role]


def test_nothing_is_granted_to_an_actor_without_roles_and_scopes() -> None:
    assert access.granted(Actor("nobody", frozenset(), "api", 1)) == frozenset()


def test_a_scope_that_is_none_is_a_defect_and_no_permission() -> None:
    with pytest.raises(KeyError):
        access.require(Actor("root", EVERY_ROLE, "cli"), "mailings:reed")
    with pytest.raises(KeyError):
        access.require(SYSTEM, "mailings:reed")


@pytest.mark.parametrize("word", ["", "system", "MAILINGS:READ", "*", "mailings", "administrator "])
def test_a_word_that_is_no_scope_is_refused(word: str) -> None:
    with pytest.raises(access.UnknownScope, match="There is no scope"):
        access.expand([word])


def test_reach_is_ones_own_account() -> None:
    ann = Actor("ann", frozenset({ADMINISTRATOR}), "api", 1)
    access.require_in(ann, "policies:write", 1)
    for account in (2, None):
        with pytest.raises(access.Forbidden, match="own account"):
            access.require_in(ann, "policies:write", account)
    access.require_in(Actor("desk", frozenset({PLATFORM}), "api"), "policies:write", 2)
