"""How often a token may ask: the generic cell rate algorithm, for all processes together, in one statement.

Each request moves the time at which all that was granted will have been earned (`next_at`) one interval on; it is refused when
that would lie further ahead than the burst allows. A refused one moves nothing: who keeps asking is not shut out for longer.
The table is unlogged: nothing waits for a disk.
"""

from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.platform.database import sql


@dataclass(frozen=True)
class Granted:
    """Whether a request may go on. `limit`: so many at once after a pause; `remaining`: so many still now.

    `reset`: seconds until the whole limit is there again; `retry_after`: seconds until the next one is granted, 0 if now.
    """

    allowed: bool
    limit: int
    remaining: int
    reset: float
    retry_after: float


def take(conn: psycopg.Connection[Any], token: int) -> Granted:
    """Count one request of this token. Raises LookupError when there is none."""
    row = conn.execute(sql("penstock.account", "take"), {"token": token}).fetchone()
    if row is None:
        raise LookupError(f"there is no token {token}")
    allowed, ahead, interval, burst = row
    left = burst - ahead / interval  # requests that are earned and not used
    return Granted(
        allowed=allowed,
        limit=burst,
        remaining=max(0, int(left + 1e-6)),
        reset=max(0.0, ahead),
        retry_after=0.0 if left >= 1 - 1e-6 else (1 - left) * interval,
    )
