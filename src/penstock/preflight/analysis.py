"""Analyses as people see them: asked for, called off, read. `analyst` carries them out, the lifecycle's guards heed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.mailing.mailings import Mailing
from penstock.platform import jobs
from penstock.platform.database import sql
from penstock.preflight.analyst.findings import SEVERITIES

FIRST: Final = 5
"""Cases that are told with each finding; the others come page by page."""
LIVE: Final = ("waiting", "running")


class NoAnalysis(LookupError):
    """There is no such analysis, or finding, of this mailing."""


class AnalysisRefused(Exception):
    """A mailing that cannot be analysed now; says why."""


@dataclass(frozen=True)
class Case:
    """A recipient whom a finding concerns; the larger the weight, the worse."""

    contact: int
    address: str
    detail: str
    weight: int = 0


@dataclass(frozen=True)
class Found:
    """A finding. `count` recipients are concerned (None: the message itself), `cases` are the first of them."""

    id: int
    severity: str
    code: str
    place: str
    text: str
    cure: str
    count: int | None
    cases: list[dict[str, Any]]


@dataclass(frozen=True)
class Analysis:
    """One analysis. `current`: it is of what the mailing is now, and not of an earlier message or audience rule."""

    id: int
    mailing: int
    state: str
    current: bool
    options: dict[str, Any]
    total: int | None
    done: int
    figures: dict[str, Any]
    error: str | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    findings: list[Found] = field(default_factory=list)

    @property
    def percent(self) -> int:
        """How far it is; 100 only when it is done."""
        if self.state == "done":
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        return {each: sum(found.severity == each for found in self.findings) for each in SEVERITIES}

    @property
    def is_live(self) -> bool:
        """It waits or runs."""
        return self.state in LIVE


def newest(conn: psycopg.Connection[Any], mailing: int) -> Analysis | None:
    """Return the newest analysis of a mailing with what it found, None when there was never one."""
    with conn.cursor(row_factory=class_row(Analysis)) as cursor:
        found = cursor.execute(sql("penstock.preflight", "newest_analysis"), {"mailing": mailing}).fetchone()
    if found is not None and found.state == "done":
        found.findings.extend(findings(conn, found.id))
    return found


def require(conn: psycopg.Connection[Any], mailing: int) -> Analysis:
    """As `newest`. Raises NoAnalysis."""
    if (found := newest(conn, mailing)) is None:
        raise NoAnalysis(
            f"Mailing {mailing} has not been analysed; that is done when it is submitted, or asked for."
        )
    return found


def findings(conn: psycopg.Connection[Any], analysis: int) -> list[Found]:
    """Return what an analysis found, the worst first."""
    with conn.cursor(row_factory=class_row(Found)) as cursor:
        given = {"analysis": analysis, "cases": FIRST}
        return cursor.execute(sql("penstock.preflight", "findings"), given).fetchall()


def finding(conn: psycopg.Connection[Any], mailing: int, number: int) -> Found:
    """Return one finding of a mailing, without its cases. Raises NoAnalysis."""
    with conn.cursor(row_factory=class_row(Found)) as cursor:
        found = cursor.execute(
            "select f.id, f.severity, f.code, f.place, f.text, f.cure, f.count, '[]'::jsonb as cases"
            " from preflight_finding f join preflight_analysis a on a.id = f.analysis_id"
            " where f.id = %s and a.mailing_id = %s",
            (number, mailing),
        ).fetchone()
    if found is None:
        raise NoAnalysis(f"There is no finding {number} of mailing {mailing}.")
    return found


def cases(
    conn: psycopg.Connection[Any],
    mailing: int,
    number: int,
    *,
    limit: int,
    after: tuple[int, int] | None = None,
) -> list[Case]:
    """Return whom the finding of this number concerns, the worst first, behind `after` (weight, contact). Raises NoAnalysis."""
    finding(conn, mailing, number)
    weight, contact = after or (None, None)
    given = {"mailing": mailing, "finding": number, "weight": weight, "contact": contact, "limit": limit}
    with conn.cursor(row_factory=class_row(Case)) as cursor:
        return cursor.execute(sql("penstock.preflight", "cases"), given).fetchall()


def ask(
    conn: psycopg.Connection[Any],
    mailing: Mailing,
    actor: Actor,
    *,
    links: bool = False,
    deferred: bool = True,
) -> Analysis:
    """Have a mailing analysed as it is now, anew if it was before; return the analysis, which is one under way if there is one.

    `links`: try where its links lead as well. `deferred`: a worker does it; else whoever asks (supervising.conduct).
    Raises AnalysisRefused.
    """
    if mailing.frozen_at is not None:
        raise AnalysisRefused(
            f"Mailing {mailing.id} has started: its message and recipients are fixed. Look at its ledger."
        )
    options = {"links": True} if links else {}
    with conn.transaction():
        made = _one(conn, "select preflight_ask(%s, %s, true, %s)", (mailing.id, actor.name, Jsonb(options)))
        if made is not None:
            if deferred:
                jobs.defer(conn, "analyse", queue=jobs.LONG, analysis=made)
            _record(conn, mailing, actor, "analyse", options)
        return require(conn, mailing.id)


def cancel(conn: psycopg.Connection[Any], mailing: Mailing, actor: Actor) -> Analysis:
    """Call off what waits or runs; within a second nobody is at it. Of one that is over nothing is changed. Raises NoAnalysis."""
    with conn.transaction():
        _one(conn, "select 1 from mailing_mailing where id = %s for no key update", (mailing.id,))
        ended = _one(
            conn,
            "update preflight_analysis set state = 'cancelled', ended_at = clock_timestamp()"
            " where mailing_id = %s and state in ('waiting', 'running') returning id",
            (mailing.id,),
        )
        if ended is not None:
            _record(conn, mailing, actor, "cancel_analysis", {})
        return require(conn, mailing.id)


def _record(
    conn: psycopg.Connection[Any], mailing: Mailing, actor: Actor, command: str, data: dict[str, Any]
) -> None:
    """Into the mailing's journal; its state, which the row's lock holds still, does not change."""
    state = _one(conn, "select state from mailing_mailing where id = %s", (mailing.id,))
    journal.append(
        conn, account=mailing.account, mailing=mailing.id, actor=actor.name, door=actor.door, command=command,
        from_state=state, to_state=state, data=data,
    )  # fmt: skip


def _one(conn: psycopg.Connection[Any], statement: str, given: tuple[Any, ...]) -> Any:
    row = conn.execute(statement, given).fetchone()
    return row[0] if row else None
