"""What a pause, a cancellation or a resumption would do, before it is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg

from penstock.mailing import lifecycle
from penstock.mailing.facts import gather
from penstock.mailing.guards import Facts
from penstock.platform.database import sql
from penstock.report.progress import Progress, progress
from penstock.report.resumption import Resumption, resumption

COMMANDS = ("pause", "cancel", "resume")


@dataclass(frozen=True, slots=True)
class Forecast:
    """The figures of one instant, while the mailing goes on.

    `leaving`: messages that would still go out; where packages that have begun are finished that is exact for the instant, else
    what may be on the wire, one for each open connection at most. `leaving_at_most` is the bound: the answer of the command
    is exact. `kept_back`: recipients who would not be reached (a pause keeps them waiting, a cancellation ends them), those
    leaving not counted. `reached`: those who have been. `waiting`, `deferred`: who is not settled, by why. `finishes`: whether
    packages that have begun would be finished. `resume`: what going on would mean, if that was asked.
    """

    leaving: int
    leaving_at_most: int
    kept_back: int
    reached: int
    waiting: int
    deferred: int
    finishes: bool
    resume: Resumption | None = None

    def figures(self) -> dict[str, Any]:
        """The forecast as a document."""
        document = asdict(self)
        if self.resume is None:
            del document["resume"]
        else:
            times = {name: at for name, at in document["resume"].items() if isinstance(at, datetime)}
            document["resume"] |= {name: at.isoformat() for name, at in times.items()}
        return document


def forecast(
    conn: psycopg.Connection[Any], mailing: int, command: str = "pause", *, prepared: str | None = None,
    soon: bool = False, ends_at: datetime | None = None,
) -> Forecast:  # fmt: skip
    """Say what `command` (pause, cancel, resume) would do to `mailing` now; `prepared` as cancel takes it.

    `soon`: for a page, which waits for no count of a large audience. `ends_at`: the end date that the command would bring.

    Raises ValueError for another command, LookupError when there is no such mailing.
    """
    if command not in COMMANDS:
        raise ValueError(f"{command!r} has no forecast; there are {', '.join(COMMANDS)}.")
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        found, now = gather(conn, mailing), progress(conn, mailing)
        if found is None:
            raise LookupError(f"There is no mailing {mailing}.")
        finishes = _finishes(found.facts, command, prepared)
        leaving = _leaving(conn, mailing, found.facts, now, finishes)
        left = now.waiting + now.deferred + now.in_flight
        at_most = leaving if command != "resume" else 0
        return Forecast(
            leaving=at_most, leaving_at_most=at_most, kept_back=left - at_most, reached=now.accepted + now.delivered,
            waiting=now.waiting, deferred=now.deferred, finishes=finishes,
            resume=resumption(conn, mailing, found, soon, ends_at) if command == "resume" else None,
        )  # fmt: skip


def _finishes(facts: Facts, command: str, prepared: str | None) -> bool:
    if command == "cancel":
        return lifecycle.delivers_prepared(facts, {"prepared": prepared})
    return command == "pause" and facts.policy.package_interruptible == "off"


def _leaving(conn: psycopg.Connection[Any], mailing: int, facts: Facts, now: Progress, finishes: bool) -> int:
    if finishes:
        return facts.in_flight + facts.begun_left
    row = conn.execute(sql("penstock.report", "forecast"), {"mailing": mailing}).fetchone()
    return min(now.in_flight, int(row[0]) if row else 0)
