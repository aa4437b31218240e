"""Messages that came in, kept: whichever door they came by. What they ask for is done when they are noted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.transport.short import Inbound

LONGEST: Final = 10_000
"""Characters of a text that are kept: the most that 255 parts hold is three times that, and nobody writes it."""
LONGEST_NUMBER: Final = 40


def take(conn: psycopg.Connection[Any], messages: Iterable[tuple[int, Inbound]]) -> int:
    """Keep messages that came in, each by the server of that number, in the caller's transaction; return how many were new."""
    return _keep(conn, [told(each) | {"server": server} for server, each in messages])


def take_of_transport(
    conn: psycopg.Connection[Any], transport: int, messages: Iterable[tuple[Inbound, str]]
) -> int:
    """The same for those that came by a transport's webhook, each with the gateway's id ("": none): it comes once."""
    return _keep(
        conn,
        [told(each) | {"transport": transport, "key": clean(key)[:200] or None} for each, key in messages],
    )


def told(message: Inbound) -> dict[str, Any]:
    """Return a message as feedback_short_in takes it: nothing of it can break the statement."""
    return {
        "number": clean(message.number).strip()[:LONGEST_NUMBER],
        "to": clean(message.to).strip()[:LONGEST_NUMBER],
        "text": clean(message.text)[:LONGEST],
        "at": _time(message.at),
    }


def clean(text: str) -> str:
    """Return a text that the database takes: without NUL, and without halves of characters."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _keep(conn: psycopg.Connection[Any], messages: list[dict[str, Any]]) -> int:
    if not messages:
        return 0
    row = conn.execute("select feedback_short_in(%s)", (Jsonb(messages),)).fetchone()
    return int(row[0]) if row else 0


def _time(at: datetime | None) -> str | None:
    """A time with its zone, of years that the database takes; another is as good as none."""
    return (
        at.isoformat() if at is not None and at.utcoffset() is not None and 1970 <= at.year <= 9000 else None
    )
