"""The mailings that the breaker has locked, in every account: what the platform unlocks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql

Place = tuple[datetime, int]
"""Where a page goes on: since when one is locked, and its number."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A mailing that too many bounces or complaints stopped, and that nobody has unlocked; `zone` is its account's."""

    id: int
    name: str
    account: int
    account_name: str
    zone: str
    reason: dict[str, Any]
    since: datetime
    settled: int
    bounced: int
    complained: int

    @property
    def place(self) -> Place:
        """Its place in the list."""
        return self.since, self.id


def locked(conn: psycopg.Connection[Any], *, after: Place | None = None, limit: int = 50) -> list[Locked]:
    """Return them, the longest locked first; behind the place `after`. For the platform's staff alone."""
    since, number = after or (None, None)
    with conn.cursor(row_factory=class_row(Locked)) as cursor:
        given = {"since": since, "after": number, "limit": limit}
        return cursor.execute(sql("penstock.delivery", "locked"), given).fetchall()
