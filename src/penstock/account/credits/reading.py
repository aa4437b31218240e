"""What an account has of credits: the balances, which of them mailings under way hold, and whether the entries add up."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account.credits.kinds import CHANNELS
from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Balance:
    """The credits of one channel. `topped_up` is what was put in: it is `available`, `reserved` or `spent`.

    `in_use`: of those reserved, what mailings under way have spent by now; it is entered when they end.
    """

    channel: str
    available: int
    reserved: int
    in_use: int
    spent: int
    topped_up: int


@dataclass(frozen=True, slots=True)
class Held:
    """A mailing that holds credits: how many, and how many of them it has spent by now (`used`)."""

    mailing: int
    name: str
    state: str
    reserved: int
    used: int


def balances(conn: psycopg.Connection[Any], account: int) -> list[Balance]:
    """Return the balance of every channel."""
    with conn.cursor(row_factory=class_row(Balance)) as cursor:
        given = {"account": account, "channels": list(CHANNELS)}
        return cursor.execute(sql("penstock.account", "balances"), given).fetchall()


def held(conn: psycopg.Connection[Any], account: int, channel: str, limit: int = 100) -> list[Held]:
    """Return the mailings that hold credits, newest first."""
    with conn.cursor(row_factory=class_row(Held)) as cursor:
        given = {"account": account, "channel": channel, "limit": limit}
        return cursor.execute(sql("penstock.account", "credits_held"), given).fetchall()


def check(conn: psycopg.Connection[Any], account: int) -> list[str]:
    """Add up everything once more; return what does not agree, nothing when all is well."""
    return [
        words for (words,) in conn.execute(sql("penstock.account", "check_credits"), {"account": account})
    ]
