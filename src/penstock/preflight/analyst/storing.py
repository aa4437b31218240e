"""What the analysing process writes: how far it is, what it found, or why it failed; nothing once it is called off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.preflight.analyst.findings import Finding, ranked


class NotWanted(Exception):
    """The analysis was called off, or somebody asked for another."""


def beat(conn: psycopg.Connection[Any], analysis: int, done: int, total: int) -> None:
    """Note how many recipients were looked at. Raises NotWanted."""
    noted = conn.execute(
        "update preflight_analysis set done = %s, total = %s, beat_at = clock_timestamp()"
        " where id = %s and state = 'running'",
        (done, total, analysis),
    )
    if not noted.rowcount:
        raise NotWanted


def finish(
    conn: psycopg.Connection[Any], analysis: int, findings: Iterable[Finding], figures: dict[str, Any]
) -> None:
    """Store what was found, the worst first, and that it is over: all or nothing. Raises NotWanted."""
    with conn.transaction():
        ended = conn.execute(
            "update preflight_analysis set state = 'done', ended_at = clock_timestamp(), figures = %s"
            " where id = %s and state = 'running'",
            (Jsonb(figures), analysis),
        )
        if not ended.rowcount:
            raise NotWanted
        for rank, finding in enumerate(ranked(findings)):
            _store(conn, analysis, rank, finding)


def fail(conn: psycopg.Connection[Any], analysis: int, error: str) -> None:
    """Note that it failed, and why."""
    conn.execute(
        "update preflight_analysis set state = 'failed', ended_at = clock_timestamp(), error = %s"
        " where id = %s and state in ('waiting', 'running')",
        (_stored(error[:1000]), analysis),
    )


def _store(conn: psycopg.Connection[Any], analysis: int, rank: int, finding: Finding) -> None:
    row = conn.execute(
        "insert into preflight_finding (analysis_id, severity, code, place, text, cure, count, rank)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s) returning id",
        (analysis, finding.severity, finding.code, *map(_stored, (finding.place, finding.text, finding.cure)),
         finding.count, rank),
    ).fetchone()  # fmt: skip
    assert row is not None
    with conn.cursor() as cursor, cursor.copy(
        "copy preflight_case (finding_id, contact, weight, detail) from stdin"
    ) as copy:  # fmt: skip
        for case in finding.cases:
            copy.write_row((row[0], case.contact, case.weight, _stored(case.detail)))


def _stored(text: str) -> str:
    """As PostgreSQL takes it: a template may hold what no column can."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
