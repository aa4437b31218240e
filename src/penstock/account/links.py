"""Links that sign a person in: once, within a quarter of an hour. Like tokens, only their hash is kept."""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg

from penstock.account import access, people, sessions
from penstock.account.access import ROLES
from penstock.account.journalling import FIRST, record
from penstock.mailing.actor import Actor
from penstock.platform import environment
from penstock.platform.database import sql

MINUTES = 15
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, repr=False)
class Link:
    """A link just made, to be shown once to whom it is for; it has no repr, so that no log has it."""

    person: str
    url: str
    expires_at: datetime


def make(
    conn: psycopg.Connection[Any], email: str, actor: Actor, *, base: str | None = None, keep: bool = False
) -> Link:
    """Make a link for somebody; those made before are void. `base`: the address of the web face, if not the usual one.

    `keep`: those made before stay good: a stranger who says that they forgot their password must not void somebody's link.

    Whoever has the link is that person, and approves as they do: so the platform alone makes one. An administrator who could
    would be everybody in the account, and four eyes one pair. Raises PersonError, Forbidden.
    """
    access.require_in(actor, "platform:moderate", None)
    person = people.find(conn, email)
    if not person.is_active:
        raise people.PersonError(
            f"{person.email} may not come in; `penstock user unlock {person.email}` lets them."
        )
    secret = secrets.token_urlsafe(32)
    with conn.transaction():
        if not keep:
            conn.execute("delete from account_link where person_id = %s or expires_at < now()", (person.id,))
        row = conn.execute(
            "insert into account_link (person_id, hash, made_at, expires_at)"
            " values (%s, %s, now(), now() + make_interval(mins => %s)) returning expires_at",
            (person.id, _hash(secret), MINUTES),
        ).fetchone()
        assert row is not None
        record(conn, None, actor, "link_create", person=person.email)
    return Link(person.email, f"{base or environment.base_url()}/sign-in/{secret}", row[0])


def reset(
    conn: psycopg.Connection[Any],
    email: str,
    actor: Actor,
    *,
    base: str | None = None,
    second_factor: bool = False,
) -> Link:
    """End every session of somebody, forget their password, and make a link. Tokens stay: they are revoked one by one.

    `second_factor`: forget theirs too, for who lost it; otherwise it is asked for, whatever link they come by.
    """
    with conn.transaction():
        link = make(conn, email, actor, base=base)
        number = people.find(conn, link.person).id
        conn.execute("update account_person set password = %s where id = %s", (people.unusable(), number))
        if second_factor:
            conn.execute("delete from mfa_authenticator where user_id = %s", (number,))
        sessions.end(conn, number)
        record(conn, None, actor, "person_reset", person=link.person, second_factor=second_factor)
    return link


def first(conn: psycopg.Connection[Any], name: str, actor: Actor, *, base: str) -> Link | None:
    """Return a link for the first person of the installation, made when there is nobody; None once anybody has signed in.

    `name`: of whoever starts it; until they say otherwise their address is one of this machine.
    """
    row = conn.execute("select count(*), max(last_login), min(email) from account_person").fetchone()
    assert row is not None
    number, signed_in, email = row
    if number > 1 or signed_in is not None:
        return None
    if not number:
        local = re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip("-.") or "admin"
        email = people.create(
            conn,
            email=f"{local}@localhost",
            name=name,
            account=FIRST,
            roles=ROLES,
            platform=True,
            actor=actor,
        ).email
    return make(conn, email, actor, base=base)


def is_good(conn: psycopg.Connection[Any], secret: str) -> bool:
    """Tell whether this secret would sign somebody in now; changes nothing."""
    if not _SECRET.fullmatch(secret):
        return False
    row = conn.execute(
        "select l.hash from account_link l join account_person p on p.id = l.person_id"
        " where l.hash = %s and l.expires_at > now() and p.is_active",
        (_hash(secret),),
    ).fetchone()
    return row is not None and hmac.compare_digest(bytes(row[0]), _hash(secret))


def redeem(conn: psycopg.Connection[Any], secret: str) -> int | None:
    """Use a link up: return the number of its person; None when it is no good (any more)."""
    if not _SECRET.fullmatch(secret):
        return None
    row = conn.execute(sql("penstock.account", "redeem"), {"hash": _hash(secret)}).fetchone()
    return None if row is None else int(row[0])


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
