"""What waits for the platform's validation, in every account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql

Place = tuple[datetime, int]
"""Where a page goes on: since when one waits, and its number."""


@dataclass(frozen=True)
class Waiting:
    """A mailing in moderation. `size`: how many would get it, None while they are counted; `zone` is its account's."""

    id: int
    name: str
    version: int
    account: int
    account_name: str
    zone: str
    subject: str | None
    sender: str | None
    reason: dict[str, Any] | None
    authors: list[str]
    submitted_at: datetime
    due_at: datetime | None
    size: int | None
    revision: int
    refused_before: int

    @property
    def place(self) -> Place:
        """Its place in the list."""
        return self.submitted_at, self.id


def waiting(conn: psycopg.Connection[Any], *, after: Place | None = None, limit: int = 50) -> list[Waiting]:
    """Return those who wait, the longest first; behind the place `after`. For the platform's staff alone."""
    since, number = after or (None, None)
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        given = {"since": since, "after": number, "limit": limit}
        return cursor.execute(sql("penstock.preflight", "moderation"), given).fetchall()
