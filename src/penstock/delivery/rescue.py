"""Rescue: what a dead sender had claimed and not recorded becomes in doubt, and its packages go on with somebody else."""

from __future__ import annotations

import logging
from typing import Any, Final

import psycopg

from penstock.platform.database import sql

log = logging.getLogger(__name__)

SILENCE: Final = 10.0
"""Seconds without a beat after which a sender that still holds its lock is cut off: it cannot reach us, or it hangs."""
RETURN: Final = 5.0
"""Seconds after a start of the database in which nobody is rescued, so that the living come back first."""


def rescue_dead(conn: psycopg.Connection[Any]) -> int:
    """Rescue the packages of every sender that is dead; return how many recipients came to be in doubt."""
    rows = conn.execute(
        sql("penstock.delivery", "senders"), {"silence": SILENCE, "return": RETURN}
    ).fetchall()
    doubted = 0
    for sender, held_by in rows:
        if (
            held_by is not None
        ):  # its lock is held, its beat is old: cut its connection, and rescue it at the next tick
            log.warning("sender %s has been silent for %.0f s: its lock is taken away", sender, SILENCE)
            conn.execute("select pg_terminate_backend(%s)", (held_by,))
            continue
        row = conn.execute("select delivery_rescue(%s)", (sender,)).fetchone()
        count = int(row[0]) if row else 0
        if count:
            log.warning("sender %s died; %s recipients are in doubt", sender, count)
        doubted += count
    return doubted
