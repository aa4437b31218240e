"""How many recipients planned mailings would have, as they were counted last: only reckoned with, never reserved."""

from typing import Any, Final

import psycopg

from penstock.platform.database import sql

MOST: Final = 20
"""Mailings of an account that are counted at a time, those that go first before the others."""


def stale(conn: psycopg.Connection[Any], account: int) -> list[tuple[int, dict[str, Any]]]:
    """Return which mailings have to be counted (again), each with its audience rule: soon to start, or never counted."""
    given = {"account": account, "most": MOST}
    return conn.execute(sql("penstock.account", "stale_estimates"), given).fetchall()


def note(conn: psycopg.Connection[Any], mailing: int, size: int) -> None:
    """Keep how many there are now."""
    conn.execute(
        "insert into account_credit_estimate (mailing, size, at) values (%s, %s, clock_timestamp())"
        " on conflict (mailing) do update set size = excluded.size, at = excluded.at",
        (mailing, size),
    )


def forget(conn: psycopg.Connection[Any]) -> None:
    """Drop those of mailings whose audience is frozen, or that are over: the ledger counts from then on."""
    conn.execute(
        "delete from account_credit_estimate e using mailing_mailing m where m.id = e.mailing"
        " and (m.frozen_at is not null or m.state in ('draft', 'rejected', 'cancelled', 'expired') or m.deleted_at is not null)"
    )
