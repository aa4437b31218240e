"""Tokens: how programs get in. The secret is shown once, when it is made; here only its hash is kept.

A secret is `pst_` and 256 random bits in base64url. So many bits need no slow hash: nobody guesses them, with or without the table.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from penstock.account import access
from penstock.account.access import Forbidden
from penstock.account.journalling import record
from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.platform.database import sql
from penstock.transport.reply import UNPRINTABLE

PREFIX = "pst_"
RATE, BURST = 50.0, 200
"""Requests a second in the long run, and at once after a pause, unless a token is made with others."""

_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_LONGEST_NAME = 100


class TokenError(ValueError):
    """A token that cannot be made so, or is not there; says what to do."""


class UnknownToken(TokenError):
    """The account has no token of this number."""


@dataclass(frozen=True)
class Token:
    """A token as it is listed: everything but its secret, which nobody has any more."""

    id: int
    account: int | None
    name: str
    scopes: list[str]
    person: str | None
    identity: str
    rate: float
    burst: int
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, repr=False)
class Made:
    """A token just made, with its secret: to be shown once, never logged (it has no repr)."""

    token: Token
    secret: str


@dataclass(frozen=True)
class Bearer:
    """Who came with a token that is good."""

    token: int
    actor: Actor


def create(
    conn: psycopg.Connection[Any], *, account: int | None, name: str, scopes: list[str], actor: Actor,
    person: int | None = None, expires_at: datetime | None = None, rate: float = RATE, burst: int = BURST,
) -> Made:  # fmt: skip
    """Make a token for a program. Raises TokenError, access.UnknownScope, and Forbidden for more than its maker may.

    `scopes` may name roles. `account` None is every account: for the platform. `person`: whose it is; it then never does more
    than they may, and approves as them, so that nobody but the platform makes one for somebody else. Without one, a token made
    over the API is its maker's: nobody counts twice by making tokens, or leaves one behind that does more than they may. One
    made on the command line is nobody's, and approves as itself.
    """
    wanted = access.expand(scopes)
    _check(name, wanted, rate, burst, expires_at)
    access.require_in(actor, "tokens:write", account)
    access.require_no_more(actor, wanted)
    if account is None and PLATFORM not in actor.roles:
        raise Forbidden("A token for every account is made by the platform.", "platform:moderate")
    secret = PREFIX + secrets.token_urlsafe(32)
    with conn.transaction():
        try:
            row = conn.execute(sql("penstock.account", "make_token"), {
                "account": account, "person": person, "name": name.strip(), "hash": _hash(secret), "scopes": sorted(wanted),
                "identity": None if actor.door == "cli" else actor.who, "rate": rate, "burst": burst, "made_by": actor.name,
                "expires_at": expires_at,
            }).fetchone()  # fmt: skip
        except psycopg.errors.UniqueViolation:
            raise TokenError(
                f"There is a token {name.strip()!r} already. Revoke it, or choose another name."
            ) from None
        if row is None:
            raise TokenError("There is no such person in this account; add them first.")
        made = find(conn, account, int(row[0]))
        if made.person not in (None, actor.who):
            access.require_in(actor, "platform:moderate", None)
        record(conn, account, actor, "token_create", token=made.id, name=made.name, scopes=made.scopes)
    return Made(made, secret)


def bearer(conn: psycopg.Connection[Any], secret: str) -> Bearer | None:
    """Return who comes with this secret; None when it is unknown, expired or revoked, or its person may no longer come in.

    What the token may is asked anew each time: a role taken from its person is taken from it.
    """
    if not _SECRET.fullmatch(secret):
        return None
    given = _hash(secret)
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql("penstock.account", "bearer"), {"hash": given}).fetchone()
    if row is None or not hmac.compare_digest(bytes(row["hash"]), given):
        return None
    if row["unused_for_a_minute"]:
        conn.execute("update account_token set last_used_at = now() where id = %s", (row["id"],))
    return Bearer(row["id"], _actor(row))


def _actor(row: dict[str, Any]) -> Actor:
    scopes = frozenset(row["scopes"]) & access.SCOPES.keys()
    if row["email"] is not None:
        scopes &= access.of_roles([*(row["roles"] or ()), *([PLATFORM] if row["is_platform"] else ())])
    name = f"{row['person']} ({row['name']})" if row["email"] is not None else row["name"]
    return Actor(name, access.confer(scopes), "api", row["account"], row["identity"], scopes)


def find(conn: psycopg.Connection[Any], account: int | None, number: int) -> Token:
    """Return one token of the account. Raises TokenError."""
    found = next((each for each in listed(conn, account, revoked=True) if each.id == number), None)
    if found is None:
        raise UnknownToken(f"There is no token {number}.")
    return found


def listed(conn: psycopg.Connection[Any], account: int | None, *, revoked: bool = False) -> list[Token]:
    """Return the tokens of the account (None: those for every account), newest first; revoked ones only when asked for."""
    with conn.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(
            sql("penstock.account", "tokens"), {"account": account, "revoked": revoked}
        ).fetchall()


def revoke(conn: psycopg.Connection[Any], account: int | None, number: int, actor: Actor) -> None:
    """End a token, at once and for good; once more is no fault. Raises TokenError when the account has none of this number, Forbidden."""
    access.require_in(actor, "tokens:write", account)
    _end(conn, find(conn, account, number), actor)


def give_up(conn: psycopg.Connection[Any], token: Token, actor: Actor) -> None:
    """End a token of one's own, which takes no permission. Raises Forbidden for another's."""
    if token.person != actor.who:
        raise Forbidden("This token is not yours.", "tokens:write")
    _end(conn, token, actor)


def _end(conn: psycopg.Connection[Any], token: Token, actor: Actor) -> None:
    with conn.transaction():
        ended = conn.execute(
            "update account_token set revoked_at = now() where id = %s and revoked_at is null", (token.id,)
        )
        if ended.rowcount:
            conn.execute("delete from account_meter where token = %s", (token.id,))
            record(conn, token.account, actor, "token_revoke", token=token.id, name=token.name)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _check(name: str, scopes: frozenset[str], rate: float, burst: int, expires_at: datetime | None) -> None:
    if not 0 < len(name.strip()) <= _LONGEST_NAME or UNPRINTABLE.search(name):
        raise TokenError(f"A token's name is one printable line of at most {_LONGEST_NAME} characters.")
    if not scopes:
        raise TokenError("A token without a scope can do nothing; give it at least one.")
    if not 0 < rate <= 10_000 or not 0 < burst <= 100_000:
        raise TokenError(
            "The rate is more than 0 and at most 10,000 requests a second, the burst 1 to 100,000."
        )
    if expires_at is not None and expires_at.tzinfo is None:
        raise TokenError("The time at which a token expires needs a zone.")
    if expires_at is not None and expires_at <= datetime.now(expires_at.tzinfo):
        raise TokenError("The time at which the token expires is past.")
