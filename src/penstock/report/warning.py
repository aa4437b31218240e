"""Warns of credits that run short: when a mailing is planned, and again a day before its date (S5.18). Told once each, as a notice."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from penstock.account.credits import estimates
from penstock.delivery import reckoning
from penstock.mailing import journal
from penstock.mailing.actor import SYSTEM
from penstock.report.credits import Demand, Forecast, forecasts

log = logging.getLogger(__name__)

SOON: Final = timedelta(hours=24)
"""So long before its date it is warned of again."""

COMMAND: Final = "credits_short"
"""What the journal calls it; a notice is made of it."""

_COUNTING: Final = "30s"


def watch(conn: psycopg.Connection[Any]) -> None:
    """Count what has to be counted, then warn, in every account that counts its credits. Can be repeated."""
    rows = conn.execute(
        "select id from account_account where policy ->> 'credits' = 'counted' order by id"
    ).fetchall()
    for (account,) in rows:
        recount(conn, account)
        warn(conn, account)
    estimates.forget(conn)


def recount(conn: psycopg.Connection[Any], account: int) -> None:
    """Count the recipients of mailings that go soon, or were never counted; of an SMS what they take, too."""
    for mailing, rule in estimates.stale(conn, account):
        try:
            with conn.transaction():
                conn.execute("select set_config('statement_timeout', %s, true)", (_COUNTING,))
                there = reckoning.reckon(conn, account, mailing, rule)
                estimates.note(conn, mailing, there.size, there.credits, there.basis)
        except psycopg.errors.QueryCanceled:
            log.warning("mailing %s: counting its recipients took longer than %s", mailing, _COUNTING)


def warn(conn: psycopg.Connection[Any], account: int) -> int:
    """Write what runs short into the journals of the mailings concerned, once for each date and again a day before; return how many."""
    found = [(there, each) for there in forecasts(conn, account) for each in there.demands]
    short = [
        (there, each, Occasion.of(each)) for there, each in found if each.left < 0 and each.at and each.needed
    ]
    known = _told_before(conn, [each.mailing for _, each, _ in short])
    return sum(_tell(conn, account, *one) for one in short if not one[2].is_among(known))


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is warned of once: a mailing, its date (None: its turn in the sequence), and whether that is soon."""

    mailing: int
    due_at: str | None
    soon: bool

    @classmethod
    def of(cls, short: Demand) -> Occasion:
        """The occasion that it is at this moment."""
        assert short.at is not None
        date = None if short.state == "queued" else short.at.isoformat()
        return cls(short.mailing, date, short.at - datetime.now(UTC) <= SOON)

    def is_among(self, told: set[Occasion]) -> bool:
        """Whether it was told: who was told that it is soon was told at all."""
        return bool({self, replace(self, soon=True)} & told)


def _told_before(conn: psycopg.Connection[Any], mailings: list[int]) -> set[Occasion]:
    rows = conn.execute(
        "select mailing_id, data ->> 'due_at', (data ->> 'soon')::boolean from mailing_entry"
        " where mailing_id = any(%s) and command = %s",
        (mailings, COMMAND),
    )
    return {Occasion(*row) for row in rows}


def _tell(
    conn: psycopg.Connection[Any], account: int, there: Forecast, short: Demand, about: Occasion
) -> bool:
    with conn.transaction():
        # Whoever tells locks the mailing: of two processes one finds it told.
        row = conn.execute(
            "select state, revision from mailing_mailing where id = %s for no key update", (short.mailing,)
        ).fetchone()
        if row is None or row[0] != short.state or about.is_among(_told_before(conn, [short.mailing])):
            return False
        journal.append(
            conn, account=account, mailing=short.mailing, actor=SYSTEM.name, door=SYSTEM.door, command=COMMAND,
            from_state=row[0], to_state=row[0], reason=_words(there, short),
            data={"due_at": about.due_at, "soon": about.soon, "revision": row[1], "channel": there.channel,
                  "needed": short.needed, "available": there.available, "lacking": -short.left},
        )  # fmt: skip
    return True


def _words(there: Forecast, short: Demand) -> str:
    before = there.available - short.left - (short.needed or 0)
    others = f", of which mailings that go before it take {before:,}" if before else ""
    return (
        f"It needs {short.needed:,} credits on its date, and {there.available:,} are left{others}."
        f" Top up {-short.left:,} or more before, else it waits for them."
    )
