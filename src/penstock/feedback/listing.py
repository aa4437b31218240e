"""Events of an account's contacts, as they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Told:
    """One event: what a contact did, and when. `name` of custom ones; `mailing` where a message led to it."""

    id: int
    contact: int
    kind: str
    name: str | None
    at: datetime
    told_at: datetime
    mailing: int | None
    data: dict[str, Any] | None
    key: str | None


def page(
    conn: psycopg.Connection[Any],
    account: int,
    *,
    limit: int,
    before: int | None = None,
    contact: int | None = None,
) -> list[Told]:
    """Return events, the newest first, those before number `before`; `contact`: only those of one."""
    statement = sql("penstock.feedback", "events_of_account" if contact is None else "events_of_contact")
    given = {"account": account, "limit": limit, "before": before, "contact": contact}
    with conn.cursor(row_factory=class_row(Told)) as cursor:
        return cursor.execute(statement, given).fetchall()
