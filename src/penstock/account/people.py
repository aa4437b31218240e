"""People: who signs in, and what they may do in which account."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account import access, sessions
from penstock.account.access import ROLES
from penstock.account.accounts import check_name, check_zone
from penstock.account.journalling import record
from penstock.audience.address import AddressError, parse
from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import ADMINISTRATOR, PLATFORM
from penstock.platform.database import sql


class PersonError(ValueError):
    """A person that cannot be so, or is not there; says what to do."""


class UnknownPerson(PersonError):
    """Nobody has this address."""


@dataclass(frozen=True)
class Person:
    """Somebody who signs in. `accounts`: their roles in each account, by its number, as far as asked for."""

    id: int
    email: str
    name: str
    zone: str
    language: str
    """en, fr, or "": the browser's."""
    is_platform: bool
    is_active: bool
    accounts: dict[str, list[str]]
    created_at: datetime
    last_login: datetime | None


def create(
    conn: psycopg.Connection[Any], *, email: str, name: str = "", zone: str = "UTC", account: int | None,
    roles: Iterable[str] = (), platform: bool = False, keep: bool = False, actor: Actor,
) -> Person:  # fmt: skip
    """Add somebody, with roles in an account; who is here already gets the roles in this account. `keep`: beside those they have.

    The first person of an installation gets every role there is, the platform's too, if no roles are said and the actor may give
    them. They sign in by a link (account.links). Raises PersonError, and Forbidden for more than the actor may give away.
    """
    address, wanted = check_address(email), check_roles(roles)
    given = (check_name(name) if name.strip() else address.partition("@")[0], check_zone(zone))
    with conn.transaction():
        conn.execute("lock table account_person in share row exclusive mode")  # so that one is the first
        row = conn.execute(sql("penstock.account", "make_person"), {
            "email": address, "name": given[0], "zone": given[1], "password": unusable(), "platform": platform,
            "may_be_first": not wanted and account is not None and PLATFORM in actor.roles,
        }).fetchone()  # fmt: skip
        assert row is not None
        number, made, first = row
        if first:
            platform, wanted = True, list(ROLES)
        require_may_give(actor, account, wanted, platform)
        if made:
            record(conn, account, actor, "person_create", person=address, platform=platform)
        elif platform:
            _set(conn, address, "is_platform", True, actor)
        if account is not None and wanted:
            held = find(conn, address).accounts.get(str(account), []) if keep else []
            _grant(conn, number, address, account, check_roles([*wanted, *held]), actor)
    return find(conn, address)


def set_roles(
    conn: psycopg.Connection[Any], *, email: str, account: int, roles: Iterable[str], actor: Actor
) -> Person:
    """Give somebody exactly these roles in the account; none takes them out of it, and ends their tokens' powers there.

    What is taken away ends their sessions with the same commit.
    """
    person, wanted = find(conn, email), check_roles(roles)
    held = person.accounts.get(str(account), [])
    require_may_give(actor, account, [*wanted, *held], False)  # nor take away
    with conn.transaction():
        if set(held) - set(wanted):
            sessions.end(conn, person.id)
        if wanted:
            _grant(conn, person.id, person.email, account, wanted, actor)
        else:
            left = conn.execute(
                "delete from account_membership where person_id = %s and account_id = %s",
                (person.id, account),
            )
            if left.rowcount:
                record(conn, account, actor, "person_roles", person=person.email, roles=[])
    return find(conn, email)


def set_platform(conn: psycopg.Connection[Any], *, email: str, platform: bool, actor: Actor) -> Person:
    """Make somebody the platform's staff, or no longer."""
    access.require_in(actor, "platform:moderate", None)
    return _set(conn, email, "is_platform", platform, actor)


def set_active(conn: psycopg.Connection[Any], *, email: str, active: bool, actor: Actor) -> Person:
    """Let somebody in, or no longer: their sessions, links and tokens end with the same commit. The platform's to do."""
    access.require_in(actor, "platform:moderate", None)
    return _set(conn, email, "is_active", active, actor)


def find(conn: psycopg.Connection[Any], email: str) -> Person:
    """Return the person with this address. Raises PersonError."""
    found = _select(conn, email=check_address(email), account=None)
    if not found:
        raise UnknownPerson(
            f"There is nobody with the address {email}; `penstock user list` shows who there is."
        )
    return found[0]


def listed(conn: psycopg.Connection[Any], account: int | None) -> list[Person]:
    """Return those with a role in the account (None: everybody), by address; of their roles only those in this account."""
    return _select(conn, email=None, account=account)


def has_administrator(conn: psycopg.Connection[Any], account: int) -> bool:
    """Tell whether anybody who may come in is administrator of the account."""
    row = conn.execute(
        "select exists (select from account_membership m join account_person p on p.id = m.person_id"
        " where m.account_id = %s and p.is_active and %s = any (m.roles))",
        (account, ADMINISTRATOR),
    ).fetchone()
    return bool(row and row[0])


def unusable() -> str:
    """Return what stands in place of a password that nobody has; a new one ends every session (Django's session hash)."""
    return "!" + secrets.token_urlsafe(32)


def _select(conn: psycopg.Connection[Any], *, email: str | None, account: int | None) -> list[Person]:
    with conn.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(
            sql("penstock.account", "people"), {"email": email, "account": account}
        ).fetchall()


def _set(conn: psycopg.Connection[Any], email: str, column: str, value: bool, actor: Actor) -> Person:
    person = find(conn, email)
    with conn.transaction():
        changed = conn.execute(
            f"update account_person set {column} = %s where id = %s and {column} <> %s",
            (value, person.id, value),
        )
        if changed.rowcount:
            if column == "is_active" or not value:
                sessions.end(conn, person.id)
            record(conn, None, actor, "person_change", person=person.email, **{column: value})
    return find(conn, email)


def _grant(
    conn: psycopg.Connection[Any], person: int, email: str, account: int, roles: list[str], actor: Actor
) -> None:
    conn.execute(
        "insert into account_membership (person_id, account_id, roles) values (%s, %s, %s)"
        " on conflict (person_id, account_id) do update set roles = excluded.roles",
        (person, account, roles),
    )
    record(conn, account, actor, "person_roles", person=email, roles=roles)


def require_may_give(actor: Actor, account: int | None, roles: list[str], platform: bool) -> None:
    """Return when the actor may give this away: only within their own account, and nothing that they do not have. Raises Forbidden."""
    access.require_in(actor, "people:write", account)
    if PLATFORM not in actor.roles:  # the platform may make an account's first administrator
        access.require_no_more(actor, access.of_roles(roles))
    if platform:
        access.require_in(actor, "platform:moderate", None)


def check_address(email: str) -> str:
    """Return the normal form; the first person of a machine may be somebody at `localhost`. Raises PersonError."""
    local, _, domain = email.strip().rpartition("@")
    try:
        if domain.lower() == "localhost":
            return parse(f"{local}@localhost.invalid").normal.removesuffix(".invalid")
        return parse(email).normal
    except AddressError as error:
        raise PersonError(f"The address {email!r} {error}.") from None


def check_roles(roles: Iterable[str]) -> list[str]:
    """Return these roles, each once, in their order. Raises PersonError."""
    wanted = set(roles)
    if unknown := sorted(wanted - set(ROLES)):
        raise PersonError(f"There is no role {', '.join(unknown)}; there are {', '.join(ROLES)}.")
    return [role for role in ROLES if role in wanted]
