"""The breaker at work: the ticker looks at every mailing that is being sent, and interrupts what may not go on (S4.21).

What it counts stands in the ledger and among the events; from where on it counts, in `delivery_watch`: a resume after an
interruption arms it anew (delivery_arm).
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg

from penstock.account.policy import tolerant
from penstock.delivery import clock
from penstock.delivery.breaker import Counted, Limits, judge
from penstock.platform.database import sql

log = logging.getLogger(__name__)

SINCE_RESUMED = " since it was resumed"


def look(conn: psycopg.Connection[Any]) -> int:
    """Judge every mailing that is being sent; return how many were interrupted."""
    tripped = 0
    for mailing, settled, bounced, complained, unmade, again, policy in conn.execute(
        sql("penstock.delivery", "breaker")
    ).fetchall():
        counted = Counted(settled, bounced, complained, unmade)
        trip = judge(counted, limits(policy), since=SINCE_RESUMED if again else "")
        if trip is not None:
            log.warning("mailing %s: %s", mailing, trip.text)
            clock.interrupt(conn, mailing, trip.code, trip.text)
            tripped += 1
    return tripped


def limits(policy: dict[str, Any]) -> Limits:
    """Return the limits of an account's policy as it is stored."""
    there = tolerant(policy)
    return Limits(there.bounce_limit, there.complaint_limit)


def figures(conn: psycopg.Connection[Any], mailing: int) -> tuple[Counted, Limits]:
    """Return what the breaker has counted of one mailing, and its limits, for whoever unlocks it. Raises LookupError."""
    row = conn.execute(sql("penstock.delivery", "breaker_of"), {"mailing": mailing}).fetchone()
    if row is None:
        raise LookupError(f"There is no mailing {mailing}.")
    return Counted(*row[:4]), limits(row[4])
