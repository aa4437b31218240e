"""Going on: a mailing that stood still catches up with its plan and its audience, before anything more of it goes out.

Between the resumption and that moment `stopped_at` stands in the mailing: nothing is opened, claimed or packed, and nobody notices
an end. One transaction: all of it or nothing, and tried again. What was cancelled and is sent on gets its times anew here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.rows import class_row

from penstock.account.credits.settling import Lacking
from penstock.account.policy import Policy, tolerant
from penstock.delivery import adding, capping, chosen, clock, cutting, retiming
from penstock.delivery.adding import Added, Ledger
from penstock.delivery.cutting import End
from penstock.mailing import control, step, timeline
from penstock.mailing.batches import Batches
from penstock.mailing.guards.credit import lacking
from penstock.mailing.states import State
from penstock.mailing.timeline import Pace
from penstock.platform.database import sql

LEFT: Final = "left_audience"
"""The reason of those who are skipped because the audience rule does not mean them any more."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A mailing whose ledger has to catch up."""

    account: int
    rule: dict[str, Any]
    state: str
    stopped_at: datetime | None
    due_at: datetime | None
    now: datetime
    policy: dict[str, Any]

    @property
    def chosen(self) -> Policy:
        """The policies that hold for it."""
        return tolerant(self.policy)

    @property
    def starts_anew(self) -> bool:
        """Whether its plan gives it a new time: it is sent on after an end, or was resumed for a time."""
        if self.state != State.STARTING:
            return False
        return self.stopped_at is None or (self.due_at is not None and self.due_at >= self.stopped_at)


@dataclass(frozen=True, slots=True)
class Found:
    """What catching up found: how many joined, how many left the audience, how many missed the time of their zone."""

    joined: int = 0
    left: int = 0
    missed: int = 0

    @property
    def told(self) -> dict[str, int]:
        """What the journal says of it."""
        return {name: number for name, number in asdict(self).items() if number}


def catch_up(conn: psycopg.Connection[Any], mailing: int) -> bool:
    """Bring the ledger of a resumed mailing up to date; False when that has to wait, or it goes on no longer.

    With too few credits for those who joined it is interrupted.
    """
    try:
        with capping.alone(conn, mailing), conn.transaction():
            found = _catch_up(conn, mailing)
            if found is None:
                return False
            control.command(conn, mailing, "catch_up", control.SYSTEM, found=found.told)
    except Lacking as short:
        text = lacking(short.needed, short.available)
        clock.interrupt(conn, mailing, "credits", text, credits_needed=short.needed)
        return False
    except (errors.SerializationFailure, control.Refused, control.NotFound):
        return False  # stopped meanwhile
    return True


def before_start(conn: psycopg.Connection[Any], mailing: int) -> None:
    """As catch_up, for one whose ledger was written before it starts (again). In the caller's transaction. Raises Lacking."""
    if _catch_up(conn, mailing) is not None:
        conn.execute(
            "update mailing_mailing set stopped_at = null where id = %s and state = 'starting'", (mailing,)
        )


def _catch_up(conn: psycopg.Connection[Any], mailing: int) -> Found | None:
    """Do it in one snapshot; None when there is nothing to catch up."""
    conn.execute("set transaction isolation level repeatable read")
    with conn.cursor(row_factory=class_row(Behind)) as cursor:
        behind = cursor.execute(sql("penstock.delivery", "resume_what"), {"mailing": mailing}).fetchone()
    ledger = adding.ledger_of(conn, mailing)
    if behind is None or ledger is None:
        return None
    if behind.starts_anew:
        missed = retiming.from_start(conn, mailing, ledger.pace, behind.now)
    else:
        shift = behind.chosen.throttle_after_pause == "shift"
        missed = retiming.after_pause(
            conn, mailing, ledger.pace, behind.stopped_at or behind.now, behind.now, shift=shift
        )
    if behind.stopped_at is None or behind.chosen.audience_on_resume == "frozen":
        return Found(missed=missed)
    left = _gone(conn, mailing, behind)
    return Found(_joined(conn, mailing, behind, ledger).new, left, missed)


def _gone(conn: psycopg.Connection[Any], mailing: int, behind: Behind) -> int:
    rule = chosen.ready(conn, behind.account, _narrowing(behind.rule))
    given = {"mailing": mailing, "reason": LEFT, **chosen.parameters(behind.account, rule)}
    row = conn.execute(chosen.complete("resume_gone", rule), given, prepare=False).fetchone()
    return int(row[0]) if row else 0


def _narrowing(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule without whom a step of a chain follows: that is decided when they join it."""
    return {name: value for name, value in rule.items() if name not in step.KEYS}


def _joined(conn: psycopg.Connection[Any], mailing: int, behind: Behind, ledger: Ledger) -> Added:
    if step.earlier(behind.rule) is not None:
        return Added()  # they join as their delay runs out
    rule = chosen.ready(conn, behind.account, behind.rule)
    given = {"mailing": mailing, **chosen.parameters(behind.account, rule)}
    end = cutting.end_of(conn, mailing)
    pace, start = _behind_the_others(conn, mailing, ledger, end)
    return adding.write(
        conn, mailing, ledger, chosen.audience(rule), given, pace, start, end, with_skipped=False
    )


def _behind_the_others(
    conn: psycopg.Connection[Any], mailing: int, ledger: Ledger, end: End
) -> tuple[Pace, datetime]:
    """Who joins a mailing in batches goes in further ones, as large as the largest there is, at the next times of the grid."""
    pace = ledger.pace
    if pace.batches is None or not end.slot:
        return pace, ledger.now
    row = conn.execute(
        "select max(size), max(planned_at) from (select sum(size)::integer as size, max(planned_at) as planned_at"
        " from delivery_package where mailing = %s and slot is not null group by slot) as batch",
        (mailing,),
    ).fetchone()
    assert row is not None
    batches = Batches(row[0], None, pace.batches.interval, pace.batches.by_day)
    return replace(pace, batches=batches), timeline.next_time(pace, row[1], ledger.now)
