"""Where the audience of a mailing at the recipients' local time is: it starts with the first zone among them.

That may be a day before its time in the plan's zone. Counted by the ticker while it is near, every few minutes: people join.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import psycopg

from penstock.audience import reach
from penstock.delivery import cutting, zones
from penstock.mailing import timeline
from penstock.platform.database import sql

REST: Final = 600.0
"""Seconds after which the zones of an audience are counted again."""


def unlocated(conn: psycopg.Connection[Any]) -> list[int]:
    """Return the mailings whose zones are to be counted."""
    return [
        number for (number,) in conn.execute(sql("penstock.delivery", "unlocated"), {"rest": REST}).fetchall()
    ]


def locate(conn: psycopg.Connection[Any], mailing: int) -> datetime | None:
    """Note when the first zone of its audience has its time; None when it waits for that no longer."""
    row = conn.execute(sql("penstock.delivery", "locate_what"), {"mailing": mailing}).fetchone()
    if row is None:
        return None
    account, rule, plan, zone, policy, version, due_at = row
    pace = cutting.pace_of(plan, zone, policy, reach.of(rule).channel)
    first = timeline.first(pace, zones.of_audience(conn, account, rule, pace.zone), due_at)
    noted = conn.execute(
        "update mailing_mailing set first_at = %s, located_at = clock_timestamp() where id = %s and version = %s",
        (first, mailing, version),
    )
    return first if noted.rowcount else None
