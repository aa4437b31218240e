"""A country shuts while it is sent to: its packages that wait get the next opening as their time, as if they had been planned for it.

What senders have in hand of it they give back (delivery.short.opening). This spares everybody else the way there and back, and shows
in the timeline when it goes on.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from penstock.delivery import cutting
from penstock.mailing.timeline import place
from penstock.platform.database import sql

REST: Final = 5.0
"""Seconds between two looks."""


class Shutting:
    """What the ticker knows of it: when it looked."""

    def __init__(self) -> None:
        self._looked = -REST

    def look(self, conn: psycopg.Connection[Any]) -> int:
        """Put off what may not go now; return how many packages."""
        if time.monotonic() - self._looked < REST:
            return 0
        self._looked = time.monotonic()
        return put_off(conn)


def put_off(conn: psycopg.Connection[Any]) -> int:
    """Give the packages of places that are shut the time of their next opening; return how many."""
    count, now = 0, datetime.now(UTC)
    for mailing, plan, of_account, policy, zone, country in conn.execute(
        sql("penstock.delivery", "shut_what")
    ).fetchall():
        pace = cutting.pace_of(plan, of_account, policy, "sms")
        at = pace.awake(place(zone, country) if country else zone, now)
        if at > now:
            given = {"mailing": mailing, "zone": zone, "country": country, "at": at}
            count += conn.execute(sql("penstock.delivery", "shut"), given).rowcount
    return count
