"""When those who wait in the sequence may expect to start, from the speed that was measured."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from penstock.platform.database import sql
from penstock.report.progress import progress

FAR = 365 * 86_400.0
"""Seconds beyond which nothing is expected any more."""


def expected_starts(conn: psycopg.Connection[Any], account: int) -> dict[int, datetime | None]:
    """Return for each waiting mailing of the account's sequence, in order, when it is expected to start.

    None where that cannot be said: nothing was measured yet, or a paused one keeps the others waiting. It is an estimate as of
    now: what is handing off goes on as it does, the others as fast as that, or as the account's last mailing.
    """
    return _foreseen(conn, account)[0]


def next_start(conn: psycopg.Connection[Any], account: int) -> datetime | None:
    """Return when a mailing that is put at the end of the sequence now is expected to start; None as in `expected_starts`."""
    return _foreseen(conn, account)[1]


def _foreseen(
    conn: psycopg.Connection[Any], account: int
) -> tuple[dict[int, datetime | None], datetime | None]:
    """When each that waits starts, and when one behind them all would."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql("penstock.report", "sequence"), {"account": account}).fetchall()
    found = conn.execute("select clock_timestamp()").fetchone()
    assert found is not None
    speed = measured(conn, account, [row["id"] for row in rows if row["place"] == 0])
    expected: dict[int, datetime | None] = {}
    seconds: float | None = 0.0  # from now until the next one starts
    for row in rows:
        if row["place"]:
            expected[row["id"]] = None if seconds is None else found[0] + timedelta(seconds=seconds)
        seconds = _after(seconds, row, speed)
    return expected, None if seconds is None else found[0] + timedelta(seconds=seconds)


def _after(seconds: float | None, row: dict[str, Any], speed: float | None) -> float | None:
    """When the next one starts, if this one does after `seconds`."""
    rate = min((r for r in (speed, row["rate"]) if r), default=None)
    if seconds is None or row["blocked"] or (rate is None and row["people"]):
        return None
    later = seconds + (row["people"] / rate if rate else 0.0)
    return later if later < FAR else None


def measured(conn: psycopg.Connection[Any], account: int, going: Collection[int] = ()) -> float | None:
    """Recipients a second: of what is handing off, else of the account's last mailing; None when nothing was measured."""
    for mailing in going:
        if (rate := progress(conn, mailing).rate) > 0:
            return rate
    row = conn.execute(sql("penstock.report", "speed"), {"account": account}).fetchone()
    return float(row[0]) if row and row[0] else None
