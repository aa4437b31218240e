"""The list of notices: what an account, or one person of it, was told, and what of it was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True)
class Notice:
    """One notice. `email`: what became of the reader's own copy by e-mail; None for a reader who is no person."""

    id: int
    uuid: UUID
    account: int
    mailing: int | None
    kind: str
    at: datetime
    subject: str
    text: str
    data: dict[str, Any]
    read_at: datetime | None
    email: str | None
    reply: str | None


def listed(
    conn: psycopg.Connection[Any], account: int, *, identity: str | None = None, unread: bool = False, mailing: int | None = None,
    limit: int = 50, before: int | None = None,
) -> list[Notice]:  # fmt: skip
    """Return notices, newest first; `before` is the last number of the page before this one.

    With `identity` those told to this person, read or not by them; without, all of the account (for programs).
    """
    which = {
        "account": account, "identity": identity and identity.lower(), "unread": unread, "mailing": mailing, "limit": limit,
        "before": before,
    }  # fmt: skip
    with conn.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(sql("penstock.notices", "notices"), which).fetchall()


def mark_read(
    conn: psycopg.Connection[Any], account: int, notices: Iterable[int] | None, *, identity: str | None = None
) -> int:
    """Mark notices of the account as read (None: all), for one person, or for programs; return how many were unread."""
    which = {
        "account": account,
        "identity": identity and identity.lower(),
        "notices": None if notices is None else list(notices),
    }
    name = "read_copies" if identity else "read_notices"
    return conn.execute(sql("penstock.notices", name), which).rowcount


def knows(conn: psycopg.Connection[Any], account: int, identity: str) -> bool:
    """Tell whether `identity` is a person who can be told things of this account."""
    row = conn.execute(
        "select from account_person p where p.email = %(identity)s and (p.is_platform or exists"
        " (select from account_membership m where m.person_id = p.id and m.account_id = %(account)s))",
        {"identity": identity.lower(), "account": account},
    ).fetchone()
    return row is not None
