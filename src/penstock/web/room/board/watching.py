"""What is asked of the database for those who watch: what changed, what moves, and how far it is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.platform.database import sql
from penstock.report.progress import WINDOW, Progress, of_several
from penstock.web.room.board.telling import Changed

Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Moving:
    """A mailing with its figures."""

    changed: Changed
    figures: Progress


async def changed(conn: Connection, mailings: Collection[int], accounts: Collection[int]) -> list[Changed]:
    """Return how these mailings stand, of these accounts only."""
    given = {"mailings": list(mailings), "accounts": list(accounts)}
    cursor = await conn.execute(_sql("changed"), given)
    return [Changed(*row) for row in await cursor.fetchall()]


async def lately(conn: Connection, accounts: Collection[int]) -> set[int]:
    """Return the mailings that changed within the last seconds."""
    cursor = await conn.execute(_sql("lately"), {"accounts": list(accounts)})
    return {number for (number,) in await cursor.fetchall()}


async def moving(conn: Connection, accounts: Collection[int], also: Collection[int]) -> list[Moving]:
    """Return the mailings of these accounts that move, and those of `also`, with their figures."""
    given = {"accounts": list(accounts), "lately": list(also), "window": WINDOW}
    cursor = await conn.execute(of_several(_sql("moving")), given, prepare=True)
    return [Moving(Changed(*row[:5]), Progress(*row[5:])) for row in await cursor.fetchall()]


def _sql(name: str) -> str:
    return sql("penstock.web.room.board", name)
