"""The links of a mailing, and how often they were followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Link:
    """One tracked link. `personal`: its address is a text that differs by recipient. `people`: who followed it, `clicks` how often in
    all; machines that look at mail apart (`scanned_people`, `scans`)."""

    no: int
    url: str
    personal: bool
    people: int
    clicks: int
    scanned_people: int
    scans: int


def page(conn: psycopg.Connection[Any], mailing: int, *, limit: int, after: int = 0) -> list[Link]:
    """Return the links of a mailing in the order of their numbers, those beyond `after`."""
    query = f"{sql('penstock.report', 'export_links')} limit %(limit)s"
    with conn.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(query, {"mailing": mailing, "after": after, "limit": limit}).fetchall()


def count(conn: psycopg.Connection[Any], mailing: int) -> int:
    """Return how many links of a mailing are tracked."""
    row = conn.execute("select count(*) from delivery_link where mailing = %s", (mailing,)).fetchone()
    return int(row[0]) if row else 0


def most_followed(conn: psycopg.Connection[Any], mailing: int, *, limit: int) -> list[Link]:
    """Return the links that most people followed, those first."""
    query = f"select * from ({sql('penstock.report', 'export_links')}) as l order by people desc, no limit %(limit)s"
    with conn.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(query, {"mailing": mailing, "after": 0, "limit": limit}).fetchall()
