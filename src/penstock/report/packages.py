"""The packages of a mailing, as they stand: the timeline of what goes out when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True)
class Package:
    """One package. `claimed` of `size` recipients were taken by a sender; the figures below say what became of those.

    `kind`: skipped (never released), plain, retry (deferred ones), again (returned ones). `attempt`: attempts before this one.
    `slot`: the batch, from 1; `zone`: whose wall time it follows; `lane`: the destination domain that it is for alone. `planned_at`:
    when the plan wants it; `release_at`: when it may go, None while it is `held`, for this reason.
    """

    no: int
    kind: str
    state: str
    size: int
    claimed: int
    attempt: int
    slot: int | None
    zone: str | None
    lane: str | None
    planned_at: datetime | None
    held: str | None
    release_at: datetime | None
    begun_at: datetime | None
    closed_at: datetime | None
    accepted: int
    delivered: int
    deferred: int
    bounced: int
    in_doubt: int
    skipped: int
    returned: int
    in_flight: int
    sender: str | None


def listed(
    conn: psycopg.Connection[Any], mailing: int, *, after: int = -1, limit: int = 100
) -> list[Package]:
    """Return the packages of `mailing` numbered beyond `after`, in order."""
    with conn.cursor(row_factory=class_row(Package)) as cursor:
        page = {"mailing": mailing, "after": after, "limit": limit}
        return cursor.execute(sql("penstock.report", "packages"), page).fetchall()


@dataclass(frozen=True, slots=True)
class Filled:
    """How full one package is. `state`: open (nothing claimed yet), active, done, ended (cancelled, expired)."""

    no: int
    size: int
    state: str
    reached: int
    lost: int
    again: int
    going: int


def filled(conn: psycopg.Connection[Any], mailing: int) -> list[Filled]:
    """Return how full each package that is sent is, in order: some hundred for a million recipients."""
    with conn.cursor(row_factory=class_row(Filled)) as cursor:
        return cursor.execute(sql("penstock.report", "strip"), {"mailing": mailing}).fetchall()
