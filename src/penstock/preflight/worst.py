"""Walking the cases that an analysis found: the worst first, of one finding or of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.mailing.mailings import Mailing
from penstock.platform.database import sql


class NoAnalysis(LookupError):
    """There is no analysis to walk, or no such finding; the text says which, and what to do."""


@dataclass(frozen=True)
class Case:
    """A contact in that order: the `place`-th of `total`, with its neighbours."""

    contact: int
    place: int
    total: int
    previous: int | None
    next: int | None


@dataclass(frozen=True)
class Concern:
    """Something that an analysis found about one contact."""

    id: int
    severity: str
    code: str
    place: str
    text: str
    cure: str
    detail: str


def case(
    conn: psycopg.Connection[Any], mailing: Mailing, *, finding: int | None = None, contact: int | None = None
) -> Case | None:
    """Return the case of this contact; the worst one where it is none, or none is named. None: there are no cases.

    `finding`: only among its cases; else among all of the newest analysis of what the mailing is now. Raises NoAnalysis.
    """
    analysis = newest(conn, mailing.id) if finding is None else _analysis_of(conn, mailing.id, finding)
    if analysis is None:
        raise NoAnalysis(
            f"No analysis of mailing {mailing.id} as it is now is over: there are no cases to walk. Have it analysed first."
        )
    given = {"analysis": analysis, "finding": finding, "contact": contact, "account": mailing.account}
    with conn.cursor(row_factory=class_row(Case)) as cursor:
        return cursor.execute(sql("penstock.preflight", "case"), given).fetchone()


def concerns(conn: psycopg.Connection[Any], mailing: int, contact: int) -> list[Concern]:
    """Return what the newest analysis of what the mailing is now found about a contact; nothing where there was none."""
    analysis = newest(conn, mailing)
    with conn.cursor(row_factory=class_row(Concern)) as cursor:
        given = {"analysis": analysis, "contact": contact}
        return cursor.execute(sql("penstock.preflight", "case_findings"), given).fetchall()


def newest(conn: psycopg.Connection[Any], mailing: int) -> int | None:
    """Return the number of the newest analysis of exactly what the mailing is now that is over."""
    row = conn.execute(sql("penstock.preflight", "walked_analysis"), {"mailing": mailing}).fetchone()
    return int(row[0]) if row else None


def _analysis_of(conn: psycopg.Connection[Any], mailing: int, finding: int) -> int:
    row = conn.execute(
        "select a.id from preflight_finding f join preflight_analysis a on a.id = f.analysis_id"
        " where f.id = %s and a.mailing_id = %s",
        (finding, mailing),
    ).fetchone()
    if row is None:
        raise NoAnalysis(f"No analysis of mailing {mailing} has a finding {finding}.")
    return int(row[0])
