"""What an account sent, day by day: settled by state, from the packages' counters of all its mailings."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql

STATES = ("accepted", "delivered", "bounced", "in_doubt", "skipped")
"""What is told of a day; who was never tried has no day."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many mailings were being sent, and how many of their recipients came out how."""

    day: date
    mailings: int = 0
    accepted: int = 0
    delivered: int = 0
    bounced: int = 0
    in_doubt: int = 0
    skipped: int = 0

    def begins(self, zone: str) -> datetime:
        """The first instant of the day there."""
        return datetime.combine(self.day, time(), ZoneInfo(zone))


def over(conn: psycopg.Connection[Any], account: int, days: int, zone: str, now: datetime) -> list[Day]:
    """Return the last so many days up to today, those without anything too; `zone` says when a day begins."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first = Day(today - timedelta(days=days - 1))
    with conn.cursor(row_factory=class_row(Day)) as cursor:
        given = {"account": account, "zone": zone, "since": first.begins(zone)}
        there = {each.day: each for each in cursor.execute(sql("penstock.report", "days"), given).fetchall()}
    every = (first.day + timedelta(days=n) for n in range(days))
    return [there.get(day) or Day(day) for day in every]
