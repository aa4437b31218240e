"""How many recipients planned mailings would have, and what they would take, as counted last: only reckoned with, never reserved."""

from typing import Any, Final

import psycopg

from penstock.platform.database import sql

TEXT: Final = "text"
"""The parts of a message are the same for everybody."""
ANALYSIS: Final = "analysis"
"""The newest analysis of exactly this message counted the parts of everybody."""
SAMPLE: Final = "sample"
"""The parts were counted for some of the recipients."""
MOST: Final = 20
"""Mailings of an account that are counted at a time, those that go first before the others."""


def stale(conn: psycopg.Connection[Any], account: int) -> list[tuple[int, dict[str, Any]]]:
    """Return which mailings have to be counted (again), each with its audience rule: soon to start, or never counted."""
    given = {"account": account, "most": MOST}
    return conn.execute(sql("penstock.account", "stale_estimates"), given).fetchall()


def note(
    conn: psycopg.Connection[Any],
    mailing: int,
    size: int,
    credits: int | None = None,
    basis: str | None = None,
) -> None:
    """Keep how many recipients there are now; and how many credits that is, where it is not one each, and what these were counted from."""
    conn.execute(
        "insert into account_credit_estimate (mailing, size, credits, basis, at) values (%s, %s, %s, %s, clock_timestamp())"
        " on conflict (mailing) do update"
        " set size = excluded.size, credits = excluded.credits, basis = excluded.basis, at = excluded.at",
        (mailing, size, credits, basis),
    )


def forget(conn: psycopg.Connection[Any]) -> None:
    """Drop those of mailings whose audience is frozen, or that are over: the ledger counts from then on."""
    conn.execute(
        "delete from account_credit_estimate e using mailing_mailing m where m.id = e.mailing"
        " and (m.frozen_at is not null or m.state in ('draft', 'rejected', 'cancelled', 'expired') or m.deleted_at is not null)"
    )
