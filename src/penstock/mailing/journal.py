"""The journal: who did what to a mailing, when and why."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.platform.database import sql


def append(
    conn: psycopg.Connection[Any], *, account: int, mailing: int, actor: str, door: str, command: str,
    from_state: str | None, to_state: str, reason: str | None = None, data: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write one entry, inside the transaction of what it reports."""
    conn.execute(
        "insert into mailing_entry (account_id, mailing_id, at, actor, door, command, from_state, to_state, reason, data)"
        " values (%s, %s, clock_timestamp(), %s, %s, %s, %s, %s, %s, %s)",
        (account, mailing, actor, door, command, from_state, to_state, reason, Jsonb(data or {})),
    )


def entries(conn: psycopg.Connection[Any], mailing: int) -> list[dict[str, Any]]:
    """Return the journal of one mailing, oldest first."""
    cursor = conn.execute(sql("penstock.mailing", "journal"), {"mailing": mailing})
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]
