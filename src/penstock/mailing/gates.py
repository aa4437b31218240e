"""Who let a mailing pass, and whether they had looked at it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Passed:
    """One approval, or a validation by the platform (`kind`); `reviewed`: the message was looked at, `analysed`: its analysis was over."""

    kind: str
    who: str
    reviewed: bool
    analysed: bool
    at: datetime


def passed(conn: psycopg.Connection[Any], mailing: int) -> list[Passed]:
    """Return what holds of the mailing as it stands, newest first."""
    with conn.cursor(row_factory=class_row(Passed)) as cursor:
        return cursor.execute(sql("penstock.mailing", "gates"), {"mailing": mailing}).fetchall()
