"""Requests to erase many people, and how far they are. personal.many works them off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.mailing.actor import Actor
from penstock.platform.database import sql


class UnknownErasure(LookupError):
    """There is no such erasure in this account."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no erasure {number}.")


@dataclass(frozen=True, slots=True)
class Erasure:
    """How far a request is. `left`: addresses still to be done; `erased`: contacts; `traces`: addresses that were no contact's, of which
    something was found; `unknown`: addresses of which nothing is known."""

    id: int
    state: str
    total: int
    left: int
    erased: int
    traces: int
    unknown: int
    keep_out: bool
    error: str | None
    asked_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of the addresses (normalised) of a request, and who asked for it."""

    account: int
    addresses: list[str]
    keep_out: bool
    actor: str
    door: str


def keep(
    conn: psycopg.Connection[Any], account: int, normals: Sequence[str], actor: Actor, keep_out: bool
) -> int:
    """Write a request down; return its number."""
    row = conn.execute(
        "insert into audience_erasure (account_id, addresses, keep_out, total, actor, door)"
        " values (%s, %s, %s, %s, %s, %s) returning id",
        (account, list(normals), keep_out, len(normals), actor.name, actor.door),
    ).fetchone()
    assert row is not None
    return int(row[0])


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, before: int | None = None
) -> list[Erasure]:
    """Return requests, newest first, those before the number `before`."""
    given = {"account": account, "limit": limit, "before": before}
    with conn.cursor(row_factory=class_row(Erasure)) as cursor:
        return cursor.execute(sql("penstock.audience", "page_of_erasures"), given).fetchall()


def require(conn: psycopg.Connection[Any], account: int, number: int) -> Erasure:
    """Return one request. Raises UnknownErasure."""
    found = page(conn, account, limit=1, before=number + 1)
    if not found or found[0].id != number:
        raise UnknownErasure(number)
    return found[0]


def portion(conn: psycopg.Connection[Any], number: int, most: int) -> Portion | None:
    """Take the next addresses of a request in hand, in the caller's transaction; None where it is done, or somebody else has it in hand."""
    given = {"number": number, "portion": most}
    with conn.cursor(row_factory=class_row(Portion)) as cursor:
        return cursor.execute(sql("penstock.audience", "next_to_erase"), given).fetchone()


def done(
    conn: psycopg.Connection[Any], number: int, addresses: Sequence[str], *, erased: int, traces: int
) -> bool:
    """Note that those are done, and take them off the list; True while some are left."""
    given = {
        "number": number, "addresses": list(addresses), "erased": erased, "traces": traces,
        "unknown": len(addresses) - erased - traces,
    }  # fmt: skip
    row = conn.execute(sql("penstock.audience", "erased_portion"), given).fetchone()
    return bool(row and row[0])
