"""The journal read page by page; `journal` writes and verifies it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True)
class Line:
    """One entry: who did what, when and why. `place` counts from 1 in its chain."""

    place: int
    at: datetime
    actor: str
    door: str
    command: str
    from_state: str | None
    to_state: str | None
    reason: str | None
    data: dict[str, Any]
    id: int = 0
    mailing: int | None = None


def of_mailing(
    conn: psycopg.Connection[Any], mailing: int, *, after: int = 0, limit: int = 100
) -> list[Line]:
    """Return the entries of one mailing whose place is beyond `after`, oldest first."""
    with conn.cursor(row_factory=class_row(Line)) as cursor:
        page = {"mailing": mailing, "after": after, "limit": limit}
        return cursor.execute(sql("penstock.mailing", "journal_page"), page).fetchall()


def latest(
    conn: psycopg.Connection[Any], mailing: int, limit: int, *, before: int | None = None
) -> list[Line]:
    """Return the entries of one mailing whose place is below `before`, newest first."""
    with conn.cursor(row_factory=class_row(Line)) as cursor:
        page = {"mailing": mailing, "before": before or 2**31 - 1, "limit": limit}
        return cursor.execute(sql("penstock.mailing", "journal_latest"), page).fetchall()


def turn(conn: psycopg.Connection[Any], mailing: int) -> Line | None:
    """Return the entry that brought the mailing into its state; None where it has no journal."""
    with conn.cursor(row_factory=class_row(Line)) as cursor:
        return cursor.execute(sql("penstock.mailing", "journal_turn"), {"mailing": mailing}).fetchone()


def last(conn: psycopg.Connection[Any], mailing: int) -> Line | None:
    """Return the newest entry about a mailing; None where it has no journal."""
    with conn.cursor(row_factory=class_row(Line)) as cursor:
        return cursor.execute(sql("penstock.mailing", "journal_last"), {"mailing": mailing}).fetchone()


def of_account(
    conn: psycopg.Connection[Any], account: int, *, before: int | None = None, limit: int = 100
) -> list[Line]:
    """Return the entries of an account, about its mailings and otherwise, newest first; `before` is an entry's id."""
    with conn.cursor(row_factory=class_row(Line)) as cursor:
        page = {"account": account, "before": before or 2**62, "limit": limit}
        return cursor.execute(sql("penstock.mailing", "journal_of_account"), page).fetchall()
