"""At submission: how many would get a mailing. Counted in the background, compared at the launch (policy drift_bound, B6)."""

from __future__ import annotations

from typing import Any

import psycopg
from procrastinate import RetryStrategy

from penstock.account.credits import estimates
from penstock.delivery import reckoning
from penstock.platform import database
from penstock.platform.database import sql
from penstock.platform.jobs import tasks

_again = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=[psycopg.OperationalError])


@tasks.task(name="estimate", retry=_again)
def estimate_submitted(mailing: int, digest: str) -> None:
    """Note how many would get the mailing as it was submitted with this digest. May run twice: what stands is kept."""
    with database.connect(name="penstock estimate") as conn:
        estimate(conn, mailing, digest)


def estimate(conn: psycopg.Connection[Any], mailing: int, digest: str) -> int | None:
    """Count and note it; None when it was submitted anew, launched or counted meanwhile: then nothing is changed."""
    given = {"mailing": mailing, "digest": digest}
    row = conn.execute(sql("penstock.delivery", "estimate_what"), given).fetchone()
    if row is None:
        return None
    account, rule = row
    there = reckoning.reckon(conn, account, mailing, rule)
    noted = conn.execute(sql("penstock.delivery", "estimate_done"), {**given, "size": there.size})
    if noted.rowcount and there.credits is not None:
        estimates.note(conn, mailing, there.size, there.credits, there.basis)
    return there.size if noted.rowcount else None
