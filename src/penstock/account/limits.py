"""Limits: how fast, and over how many connections at most, an account, a transport or a destination domain is sent to (B8).

They hold over all senders and mailings, and are changed while mailings run: senders hear of a change at once, and take it up with the
messages that have not begun. What a mailing may at most is its own option (mailing.speed); a server's stands with the server. To stop
sending altogether there are kill switches (mailing.switches); a limit only slows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from penstock.account import access
from penstock.account.journalling import record
from penstock.account.pace import Pace, PaceError, read
from penstock.audience import number
from penstock.audience.address import AddressError, parse
from penstock.mailing import control
from penstock.mailing.actor import Actor
from penstock.platform.database import sql

SCOPES = ("all", "account", "transport", "domain")
MOST = 200
"""Limits of one account, or of the platform."""
MOST_CONNECTIONS = 10_000


class LimitError(ValueError):
    """A limit that cannot be put as it was given; the text says what to give instead."""


class UnknownLimit(LookupError):
    """There is no such limit, or it is not this account's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no limit {number}.")


@dataclass(frozen=True)
class Limit:
    """One limit. `account` None: put by the platform, over all accounts. `rate` as people write it (`1000/h`), `per_second` as a number;
    `connections`: over all senders, to a domain messages on the wire at a time. None: no limit of that kind."""

    id: int
    account: int | None
    scope: str
    value: str
    rate: str | None
    per_second: float | None
    connections: int | None
    made_by: str
    made_at: datetime


def put(
    conn: psycopg.Connection[Any], actor: Actor, *, scope: str, value: str = "", rate: str | None = None,
    connections: int | None = None, account: int | None = None,
) -> Limit:  # fmt: skip
    """Set a limit from now on, in place of the one there was of the same scope and value. `account` None: over all accounts.

    value: the number of the transport (of the account, where the platform limits one), or the domain. Raises LimitError, Forbidden.
    """
    account = _reach(actor, account)
    value = _value(conn, scope, str(value).strip().lower(), account)
    pace = _pace(rate)
    _check(pace, connections)
    with conn.transaction():
        conn.execute(
            "select pg_advisory_xact_lock(7013, %s)", (account or 0,)
        )  # so that two do not pass MOST
        _remove_same(conn, scope, value, account)
        _check_room(conn, account)
        row = conn.execute(
            "insert into account_limit (account_id, scope, value, messages, per, connections, made_by)"
            " values (%s, %s, %s, %s, %s, %s, %s) returning id",
            (account, scope, value, pace and pace.messages, pace.per if pace else 1, connections, actor.name),
        ).fetchone()
        assert row is not None
        record(
            conn,
            account,
            actor,
            "limit_put",
            limit=row[0],
            scope=scope,
            value=value,
            rate=pace and str(pace),
            connections=connections,
        )
        tell(conn, account)
    return find(conn, account, int(row[0]))


def remove(conn: psycopg.Connection[Any], actor: Actor, number: int, account: int | None = None) -> Limit:
    """Take a limit away. Raises UnknownLimit, Forbidden (the platform's limits are the platform's)."""
    account = _reach(actor, account)
    with conn.transaction():
        gone = find(conn, account, number)
        if gone.account != account and account is not None:
            raise access.Forbidden(
                "This limit is the platform's, so the platform takes it away.", "limits:write"
            )
        conn.execute("delete from account_limit where id = %s", (number,))
        record(conn, gone.account, actor, "limit_remove", limit=number, scope=gone.scope, value=gone.value)
        tell(conn, gone.account)
    return gone


def find(conn: psycopg.Connection[Any], account: int | None, number: int) -> Limit:
    """Return one limit that concerns the account (None: any). Raises UnknownLimit."""
    found = [limit for limit in listed(conn, account) if limit.id == number]
    if not found:
        raise UnknownLimit(number)
    return found[0]


def listed(conn: psycopg.Connection[Any], account: int | None) -> list[Limit]:
    """Return the limits that concern the account, those of the platform included; None: all there are."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql("penstock.account", "limits"), {"account": account}).fetchall()
    return [_limit(row) for row in rows]


def tell(conn: psycopg.Connection[Any], account: int | None) -> None:
    """Have the senders look at once."""
    conn.execute(sql("penstock.mailing", "tell_live"), {"account": account, "channel": control.CHANNEL})


def _limit(row: dict[str, Any]) -> Limit:
    messages, per = row.pop("messages"), row.pop("per")
    pace = Pace(messages, per) if messages is not None else None
    return Limit(**row, rate=str(pace) if pace else None, per_second=pace.rate if pace else None)


def _reach(actor: Actor, account: int | None) -> int | None:
    """Return the account that is meant. What concerns every account is the platform's alone."""
    access.require(actor, "limits:write")
    if actor.account is not None and account not in (None, actor.account):
        raise access.Forbidden(f"{actor.name} may limit account {actor.account} only.", "limits:write")
    return account if actor.account is None else actor.account


def _value(conn: psycopg.Connection[Any], scope: str, value: str, account: int | None) -> str:
    """Return the value as it is kept and compared. Raises LimitError."""
    if scope not in SCOPES:
        raise LimitError(f"scope is {scope[:40]!r}; it may be {', '.join(SCOPES)}.")
    if scope == "all":
        return _all(value, account)
    if scope == "account":
        return _account(conn, value, account)
    if scope == "transport":
        return _number(
            conn,
            value,
            "transport",
            "select 1 from account_transport where id = %s and coalesce(%s, account_id) = account_id",
            account,
        )
    if number.is_country(country := value.strip().upper()):
        return country  # what numbers have in place of a domain; no domain is without a dot
    try:
        return parse(f"someone@{value}").domain
    except AddressError as error:
        raise LimitError(
            f"The domain {value[:80]!r} is not possible: it is written without an @, as example.net."
            if "@" in value
            else f"The domain {value[:80]!r} is not possible: it {error}."
        ) from None


def _all(value: str, account: int | None) -> str:
    if account is not None:
        raise LimitError(
            'The scope "all" is the whole installation, and the platform\'s: for one account give "account".'
        )
    if value:
        raise LimitError(f'The scope "all" has no value; {value[:40]!r} was given.')
    return ""


def _account(conn: psycopg.Connection[Any], value: str, account: int | None) -> str:
    if account is None:
        return _number(
            conn,
            value,
            "account",
            "select 1 from account_account where id = %s and %s::integer is null",
            None,
        )
    if value not in ("", str(account)):
        raise LimitError(
            f'The scope "account" is this account; {value[:40]!r} was given. Leave the value out.'
        )
    return str(account)


def _number(conn: psycopg.Connection[Any], value: str, what: str, query: str, account: int | None) -> str:
    known = value.isascii() and value.isdigit() and len(value) < 10
    if not known or conn.execute(query.encode(), (int(value), account)).fetchone() is None:
        raise LimitError(f"There is no {what} {value[:40]!r}; give the number of one.")
    return str(int(value))


def _pace(rate: str | None) -> Pace | None:
    if rate is None:
        return None
    try:
        return read(rate)
    except PaceError as error:
        raise LimitError(f"rate: {error}") from None


def _check(pace: Pace | None, connections: int | None) -> None:
    if pace is None and connections is None:
        raise LimitError("Say what is limited: a rate (100/s, 1000/h), a number of connections, or both.")
    if connections is not None and not 1 <= connections <= MOST_CONNECTIONS:
        raise LimitError(
            f"A limit of connections is from 1 to {MOST_CONNECTIONS:,}; to stop sending, put a kill switch."
        )


def _remove_same(conn: psycopg.Connection[Any], scope: str, value: str, account: int | None) -> None:
    """The new one has a number of its own, and so a meter that begins now: the old one may have slots far ahead."""
    conn.execute(
        "delete from account_limit where scope = %s and value = %s and account_id is not distinct from %s",
        (scope, value, account),
    )


def _check_room(conn: psycopg.Connection[Any], account: int | None) -> None:
    row = conn.execute(
        "select count(*) from account_limit where account_id is not distinct from %s", (account,)
    ).fetchone()
    if row is not None and row[0] >= MOST:
        raise LimitError(f"There are {MOST} limits already, which is the most: remove one.")
