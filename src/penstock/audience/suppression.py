"""Addresses that must not be mailed, and the one predicate that asks for them.

Set-wise, for a contact `c` (or anything with `account_id` and `normal`), the predicate is `SUPPRESSED`; PostgreSQL
plans it as one hash anti-join (`not exists`) or as a probe of the unique index per row of a small set. Freezing and
claiming both use it, so that nobody is asked after in two ways.
"""

from typing import Any, Final

import psycopg

from penstock.audience.address import parse

REASONS: Final = ("unsubscribed", "hard_bounce", "complaint", "manual", "invalid")
"""Why an address is suppressed; the table has a CHECK with the same words."""

SUPPRESSED: Final = (
    "exists (select from audience_suppression s where s.account_id = c.account_id and s.normal = c.normal)"
)
"""The predicate in SQL, over a row `c` with the columns account_id and normal."""


def suppress(conn: psycopg.Connection[Any], account: int, address: str, reason: str, origin: str) -> bool:
    """Suppress `address`; False when it was so already (the first reason stays). Raises AddressError."""
    if reason not in REASONS:
        raise ValueError(f"{reason!r} is no reason for a suppression; one of {', '.join(REASONS)} is.")
    done = conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin) values (%s, %s, %s, %s)"
        " on conflict (account_id, normal) do nothing",
        (account, parse(address).normal, reason, origin),
    )
    return done.rowcount == 1


def lift(conn: psycopg.Connection[Any], account: int, address: str) -> bool:
    """Let `address` be mailed again; False when it was not suppressed. Raises AddressError."""
    done = conn.execute(
        "delete from audience_suppression where account_id = %s and normal = %s",
        (account, parse(address).normal),
    )
    return done.rowcount == 1


def suppressed(conn: psycopg.Connection[Any], account: int, address: str) -> str | None:
    """Return the reason why `address` is suppressed, None when it may be mailed. Raises AddressError."""
    row = conn.execute(
        "select reason from audience_suppression where account_id = %s and normal = %s",
        (account, parse(address).normal),
    ).fetchone()
    return str(row[0]) if row else None


def newest(conn: psycopg.Connection[Any], account: int | None = None, *, mailing: int | None = None) -> int:
    """Return the id of the newest suppression of an account (given itself or by a mailing of it), 0 for none.

    One probe of an index. Ids are given before their rows commit, so a lower one can appear later: whoever skips by
    this number must read it before the snapshot that it stands for.
    """
    row = conn.execute(
        "select coalesce((select id from audience_suppression where account_id = "
        "coalesce(%(account)s::integer, (select account_id from mailing_mailing where id = %(mailing)s::integer))"
        " order by id desc limit 1), 0)"
        if account is None
        else "select coalesce((select id from audience_suppression where account_id = %(account)s order by id desc limit 1), 0)",
        {"account": account, "mailing": mailing},
    ).fetchone()
    assert row is not None
    return int(row[0])
