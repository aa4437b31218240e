"""Strays: what came in and could not be placed, or was forged. Kept apart for a while, for people to look at; nothing acts on it.

Bounded, so that strangers can fill nothing: the beginning of each, the newest `MOST` of an account (and of nobody), `DAYS` days; what comes again is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.feedback.returned.uncovering import uncovered
from penstock.platform.database import sql
from penstock.transport.reply import sanitise

LARGEST: Final = 65_536
"""Octets of each that are kept; the table has a CHECK of the same."""
MOST: Final = 10_000
DAYS: Final = 30


class UnknownStray(LookupError):
    """There is no such stray, or none of this account."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no stray {number}; they are kept for {DAYS} days.")


@dataclass(frozen=True, slots=True)
class Stray:
    """One of them. `account`: whose it seems to be, None: nobody's. `raw`: its beginning; `size`: octets of the whole.

    kind: forged (bears a token that is none of ours), unknown (its recipient is not there), foreign (another account's, in a mailbox
    of this one), unrecognised (no bounce, complaint or the like), unreadable; and words of others. `times`: so often it came.
    """

    id: int
    account: int | None
    door: str
    kind: str
    why: str
    size: int
    times: int
    at: datetime
    last_at: datetime
    raw: bytes


def keep(
    conn: psycopg.Connection[Any], door: str, kind: str, why: str, raw: bytes, *, account: int | None = None
) -> bool:
    """Keep what came in by `door`; `why` says in a sentence what is wrong with it. False where it had come before, and was counted."""
    given = {
        "door": sanitise(door)[:40], "kind": sanitise(kind)[:40], "why": sanitise(why)[:500], "account": account,
        "raw": raw[:LARGEST], "uncovered": uncovered(raw[:LARGEST]), "size": len(raw), "most": MOST,
        "digest": blake2b(raw, digest_size=32, person=b"penstock stray", salt=blake2b(
            f"{door}\0{account}".encode(), digest_size=16).digest()).digest(),
    }  # fmt: skip
    row = conn.execute(sql("penstock.feedback", "keep_stray"), given).fetchone()
    assert row is not None
    return bool(row[0])


def page(
    conn: psycopg.Connection[Any], account: int | None, *, limit: int, before: int | None = None
) -> list[Stray]:
    """Return strays, the newest first, those before number `before`. account None: those of all and of nobody."""
    given = {"account": account, "limit": limit, "before": before, "number": None}
    with conn.cursor(row_factory=class_row(Stray)) as cursor:
        return cursor.execute(sql("penstock.feedback", "strays"), given).fetchall()


def find(conn: psycopg.Connection[Any], account: int | None, number: int) -> Stray:
    """Return one stray. Raises UnknownStray."""
    given = {"account": account, "limit": 1, "before": None, "number": number}
    with conn.cursor(row_factory=class_row(Stray)) as cursor:
        found = cursor.execute(sql("penstock.feedback", "strays"), given).fetchone()
    if found is None:
        raise UnknownStray(number)
    return found


def discard(conn: psycopg.Connection[Any], account: int | None, number: int) -> None:
    """Throw one away. Raises UnknownStray."""
    gone = conn.execute(
        "delete from feedback_stray where id = %(number)s and (%(account)s::integer is null or account = %(account)s)",
        {"number": number, "account": account},
    )
    if gone.rowcount != 1:
        raise UnknownStray(number)


def discard_old(conn: psycopg.Connection[Any]) -> int:
    """Throw away what has not come for DAYS days; return how many that were."""
    return conn.execute(
        "delete from feedback_stray where last_at < now() - make_interval(days => %s)", (DAYS,)
    ).rowcount
