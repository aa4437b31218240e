"""The counters of what people did, recounted from what was noted."""

from __future__ import annotations

from typing import Any

import psycopg

from penstock.platform.database import sql


def check(conn: psycopg.Connection[Any], mailing: int) -> list[str]:
    """Recount one mailing in one snapshot; return what does not agree, nothing when all is well.

    People are counted as noted, kind by kind and link by link; times at least as often as there are events; the hours add up.
    """
    rows = conn.execute(sql("penstock.feedback", "miscounted"), {"mailing": mailing}).fetchall()
    return [
        f"{kind}{f' link {link}' if link else ''}: {people} people counted, {noted} noted; {total} times counted, {events} events"
        for kind, link, people, noted, total, events in rows
    ]
