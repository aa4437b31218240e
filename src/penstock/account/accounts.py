"""Accounts: the organisations on this installation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

import psycopg
from psycopg.rows import class_row

from penstock.account import access
from penstock.account.journalling import FIRST, record
from penstock.mailing.actor import Actor
from penstock.transport.reply import UNPRINTABLE

__all__ = ["FIRST", "Account", "AccountError", "check_name", "check_zone", "create", "find", "listed"]

_LONGEST_NAME = 100
_SELECT = "select id, name, zone, created_at from account_account"


class AccountError(ValueError):
    """An account that cannot be made so, or is not there; says what to do."""


@dataclass(frozen=True)
class Account:
    """One account; `zone` is the IANA time zone that its plans refer to."""

    id: int
    name: str
    zone: str
    created_at: datetime


def create(conn: psycopg.Connection[Any], *, name: str, zone: str = "UTC", actor: Actor) -> Account:
    """Make an account, with the default policies and nobody in it. Raises AccountError, and Forbidden but for the platform."""
    access.require_in(actor, "accounts:write", None)
    wanted, zone = check_name(name), check_zone(zone)
    with conn.transaction():
        row = conn.execute(
            "insert into account_account (name, zone, policy, created_at) values (%s, %s, '{}', now())"
            " on conflict (name) do nothing returning id",
            (wanted, zone),
        ).fetchone()
        if row is None:
            raise AccountError(f"There is an account {wanted!r} already. Choose another name.")
        record(conn, row[0], actor, "account_create", name=wanted, zone=zone)
    return find(conn, str(row[0]))


def find(conn: psycopg.Connection[Any], word: str) -> Account:
    """Return the account of this name, or else of this number. Raises AccountError."""
    number = int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None
    with conn.cursor(row_factory=class_row(Account)) as cursor:
        found = cursor.execute(
            f"{_SELECT} where name = %(word)s or id = %(number)s order by name = %(word)s desc limit 1",
            {"word": word, "number": number},
        ).fetchone()
    if found is None:
        raise AccountError(f"There is no account {word!r}; `penstock account list` shows them.")
    return found


def listed(conn: psycopg.Connection[Any]) -> list[Account]:
    """Return all accounts, oldest first."""
    with conn.cursor(row_factory=class_row(Account)) as cursor:
        return cursor.execute(f"{_SELECT} order by id").fetchall()


def check_name(name: str) -> str:
    """Return a name of one printable line, without space around it. Raises AccountError."""
    wanted = name.strip()
    if not 0 < len(wanted) <= _LONGEST_NAME or UNPRINTABLE.search(wanted):
        raise AccountError(f"A name is one printable line of at most {_LONGEST_NAME} characters.")
    return wanted


def check_zone(zone: str) -> str:
    """Return `zone` when it is an IANA name. Raises AccountError."""
    if zone not in available_timezones():
        raise AccountError(f"There is no time zone {zone!r}. Give an IANA name such as Europe/Paris, or UTC.")
    return zone
