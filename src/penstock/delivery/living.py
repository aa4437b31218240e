"""Whether anybody sends: without a living sender nothing goes out, and the watchdog, which is part of one, cannot say so (B16)."""

from datetime import timedelta
from typing import Any, Final

import psycopg

SILENCE: Final = timedelta(seconds=15)
"""After so long without a beat (they come twice a second) a sender is no help to anybody."""

_ALIVE = (
    "select exists (select from delivery_sender where ended_at is null and beat_at > clock_timestamp() - %s)"
)


def nobody_sends(conn: psycopg.Connection[Any]) -> bool:
    """Whether no sender of this database is alive, on any machine."""
    row = conn.execute(_ALIVE, (SILENCE,)).fetchone()
    return row is None or not row[0]
