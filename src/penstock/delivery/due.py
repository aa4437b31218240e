"""Those who wait again: packed when their time has come, given up when their window is over."""

from __future__ import annotations

from typing import Any

import psycopg

from penstock.platform.database import sql


def pack(conn: psycopg.Connection[Any], mailing: int) -> int:
    """Give up on those whose retry window is over and pack those who are due; return how many were packed."""
    row = conn.execute(sql("penstock.delivery", "pack_due"), {"mailing": mailing}).fetchone()
    return int(row[1]) if row else 0
