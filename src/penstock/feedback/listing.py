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


@dataclass(frozen=True, slots=True)
class Done:
    """What a recipient (`seq` in the ledger) did with a mailing; `link`: the number of the one that was followed."""

    id: int
    at: datetime
    kind: str
    seq: int | None
    contact: int
    link: int | None
    data: dict[str, Any] | None


FIRST = ("", 0, 0)
"""The place before every event of a mailing."""


def of_mailing(
    conn: psycopg.Connection[Any], mailing: int, *, limit: int, after: tuple[str, int, int] = FIRST, kind: str | None = None
) -> list[Done]:  # fmt: skip
    """Return what recipients of a mailing did, by kind, then contact (whoever did it stands together), beyond the place `after`.

    A place is kind, contact and number of an event. `kind`: only those.
    """
    given = {"mailing": mailing, "limit": limit, "kind": kind}
    given |= dict(zip(("after_kind", "after_contact", "after_id"), after, strict=True))
    with conn.cursor(row_factory=class_row(Done)) as cursor:
        return cursor.execute(sql("penstock.feedback", "events_of_mailing"), given, prepare=False).fetchall()


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
