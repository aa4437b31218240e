"""Imports, as they stand: those that wait, run, are done or failed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.audience.problems import Problem
from penstock.platform.database import sql


class UnknownImport(LookupError):
    """There is no such import in this account."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no import {number}.")


@dataclass(frozen=True, slots=True)
class Import:
    """One import: rows = created + updated + unchanged + duplicates + rejected, once it is done; `numbers` of those that were
    taken had a telephone number, `numbers_refused` one that was no good, and was left out.

    `progress` (phase, read and total in bytes, rows) is how far an upload is that runs.
    """

    id: int
    name: str
    state: str
    columns: list[str]
    list: int | None
    error: str | None
    error_code: str | None
    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    numbers: int
    numbers_refused: int
    progress: dict[str, Any] | None
    started_at: datetime
    finished_at: datetime | None


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, before: int | None = None
) -> list[Import]:
    """Return imports, newest first, those before the number `before`."""
    with conn.cursor(row_factory=class_row(Import)) as cursor:
        given = {"account": account, "limit": limit, "before": before}
        return cursor.execute(sql("penstock.audience", "page_of_imports"), given).fetchall()


def require(conn: psycopg.Connection[Any], account: int, number: int) -> Import:
    """Return one import. Raises UnknownImport."""
    found = page(conn, account, limit=1, before=number + 1)
    if not found or found[0].id != number:
        raise UnknownImport(number)
    return found[0]


def problems(
    conn: psycopg.Connection[Any], account: int, number: int, *, limit: int, after: int = 0
) -> list[Problem]:
    """Return the lines of an import that became no contact of their own, those behind line `after`. Raises UnknownImport."""
    require(conn, account, number)
    rows = conn.execute(
        "select line, kind, value, reason from audience_import_problem where import_id = %s and line > %s order by line limit %s",
        (number, after, limit),
    )
    return [Problem(*row) for row in rows]
