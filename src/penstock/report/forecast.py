"""What a pause or a cancellation would do, before it is done."""

from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from penstock.platform.database import sql
from penstock.report.progress import progress


@dataclass(frozen=True, slots=True)
class Forecast:
    """The figures of one instant, while the mailing goes on.

    `leaving_at_most`: messages that may be on the wire and would still arrive, one for each open connection at most. The
    answer of the command itself is exact. `kept_back`: recipients who would not be reached (a pause keeps them waiting, a
    cancellation ends them), those on the wire not counted. `reached`: those who have been.
    """

    leaving_at_most: int
    kept_back: int
    reached: int

    def figures(self) -> dict[str, int]:
        """The forecast as a document."""
        return asdict(self)


def forecast(conn: psycopg.Connection[Any], mailing: int) -> Forecast:
    """Say what a pause or a cancellation of `mailing` would do now."""
    row = conn.execute(sql("penstock.report", "forecast"), {"mailing": mailing}).fetchone()
    connections = int(row[0]) if row else 0
    now = progress(conn, mailing)
    leaving = min(now.in_flight, connections)
    left = now.waiting + now.deferred + now.in_flight
    return Forecast(leaving, left - leaving, now.accepted + now.delivered)
