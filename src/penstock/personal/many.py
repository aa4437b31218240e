"""Many people erased at one request: written down, and worked off by a job in portions. What stops is gone on with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.audience.address import AddressError, parse
from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.personal.erasure import erase_addresses
from penstock.platform import jobs
from penstock.platform.database import sql

JOB: Final = "erase_many"
MOST: Final = 100_000  # addresses at one request
PORTION: Final = 50
"""People that are erased in one transaction: a second, in an account of ten thousand mailings; no freeze waits longer for it."""
_SHOWN: Final = 5
_CELL: Final = re.compile(r"""[^\s,;"'<>|]+@[^\s,;"'<>|]+""")


class ErasureProblem(ValueError):
    """A request that cannot be carried out; nothing was erased."""


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


def read(text: str) -> list[str]:
    """Return the addresses in a text, whatever stands between them: one on each line, or a CSV file with a column of them."""
    return list(dict.fromkeys(_CELL.findall(text)))


def request(
    conn: psycopg.Connection[Any], account: int, addresses: Iterable[str], actor: Actor, *, keep_out: bool = False
) -> Erasure:  # fmt: skip
    """Have everybody with one of these addresses erased in the background. Raises ErasureProblem."""
    normals = _normals(addresses)
    with conn.transaction():
        row = conn.execute(
            "insert into audience_erasure (account_id, addresses, keep_out, total, actor, door)"
            " values (%s, %s, %s, %s, %s, %s) returning id",
            (account, normals, keep_out, len(normals), actor.name, actor.door),
        ).fetchone()
        assert row is not None
        number = int(row[0])
        jobs.defer(conn, JOB, once=f"{JOB} {number}", queue=jobs.LONG, number=number)
        journal.append(
            conn, account=account, mailing=None, actor=actor.name, door=actor.door, command="erase_contacts",
            data={"erasure": number, "addresses": len(normals)},
        )  # fmt: skip
        return require(conn, account, number)


def _normals(addresses: Iterable[str]) -> list[str]:
    normals, wrong = set(), []
    for address in addresses:
        try:
            normals.add(parse(address).normal)
        except AddressError as error:
            wrong.append(f"{address!r} {error}")
    if wrong:
        more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ErasureProblem(f"Nobody was erased: {'; '.join(wrong[:_SHOWN])}{more}.")
    if not normals:
        raise ErasureProblem(
            "There is no address in it. Give one on each line, or a CSV file with a column of them."
        )
    if len(normals) > MOST:
        raise ErasureProblem(f"There are {len(normals):,} addresses; {MOST:,} at most go at once.")
    return sorted(normals)


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, before: int | None = None
) -> list[Erasure]:
    """Return requests, newest first, those before the number `before`."""
    given = {"account": account, "limit": limit, "before": before}
    with conn.cursor(row_factory=class_row(Erasure)) as cursor:
        return cursor.execute(sql("penstock.personal", "erasures"), given).fetchall()


def require(conn: psycopg.Connection[Any], account: int, number: int) -> Erasure:
    """Return one request. Raises UnknownErasure."""
    found = page(conn, account, limit=1, before=number + 1)
    if not found or found[0].id != number:
        raise UnknownErasure(number)
    return found[0]


def work_off(conn: psycopg.Connection[Any], number: int) -> bool:
    """Erase one portion of a request; True while there is more of it. Can be repeated: what was done is not there any more."""
    with conn.transaction():
        row = conn.execute(
            sql("penstock.personal", "portion"), {"number": number, "portion": PORTION}
        ).fetchone()
        if row is None:
            return False
        account, addresses, keep_out, actor, door = row
        return _done(
            conn,
            number,
            addresses,
            _portion(conn, account, addresses, Actor(actor, frozenset(), door), keep_out),
        )


def _portion(
    conn: psycopg.Connection[Any], account: int, addresses: Sequence[str], actor: Actor, keep_out: bool
) -> tuple[int, int]:
    done = erase_addresses(conn, account, addresses, actor, keep_out=keep_out)
    return done.contacts, done.traces


def _done(
    conn: psycopg.Connection[Any], number: int, addresses: Sequence[str], found: tuple[int, int]
) -> bool:
    """Note it, and take the addresses off the list; True while some are left."""
    erased, traces = found
    row = conn.execute(
        sql("penstock.personal", "portion_done"),
        {
            "number": number, "addresses": list(addresses), "erased": erased, "traces": traces,
            "unknown": len(addresses) - erased - traces,
        },
    ).fetchone()  # fmt: skip
    return bool(row and row[0])
