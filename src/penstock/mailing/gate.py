"""The gate of a mailing: claims pass it together, a command that changes the state has it for itself.

An advisory transaction lock, because a row lock shared by several senders starves the one who wants to pause: measured, the gate
gives 1.5 to 3 ms where `FOR SHARE` on the row took seconds. Taken before every other lock but the account's.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors, pq

from penstock.platform.database import sql

GATE = 7001
"""First key of the advisory lock; the second is the mailing. The functions in delivery/sql take it in shared mode."""

LOOK = "100ms"
"""How long a command waits before it looks who holds the gate: a claim takes milliseconds."""

PATIENCE = {"ShareLock": 0.09, "ExclusiveLock": 5.0}
"""Seconds for which one and the same transaction may be seen to hold the gate before it is ended: a claim's is ended at the second
look, 200 ms after the wait began. Another command's is left alone unless its process stands still: it may only be one of many."""

Holder = tuple[int, Any, str]  # process, start of its transaction, mode


@contextmanager
def shut(conn: psycopg.Connection[Any], mailing: int) -> Iterator[None]:
    """Run a transaction that holds the gate of `mailing` alone; on leaving it commits, on an error it rolls back.

    `conn` is in autocommit mode. Inside a transaction of the caller's (an edit that stores a message with it, a dry run) the gate
    is waited for like any other lock and kept until that one ends: only a draft is changed so, which nobody sends.
    """
    if conn.info.transaction_status is not pq.TransactionStatus.IDLE:
        with conn.transaction():
            conn.execute("select pg_advisory_xact_lock(%s, %s)", (GATE, mailing))
            yield
        return
    seen: dict[Holder, float] = {}
    while not _take(conn, mailing):
        seen = _end_what_stands_still(conn, mailing, seen)
    try:
        yield
    except BaseException:
        with suppress(psycopg.Error):  # it may be the connection that failed
            conn.rollback()
        raise
    conn.commit()


def _take(conn: psycopg.Connection[Any], mailing: int) -> bool:
    """Begin a transaction and take the gate; False, and no transaction, when somebody else holds it for too long.

    All in one message: on a busy machine each way to the database and back takes milliseconds, and a pause is waited for.
    """
    try:
        conn.execute(
            f"begin; set local lock_timeout = '{LOOK}'; select pg_advisory_xact_lock({GATE}, {mailing:d});"
            " set local lock_timeout = 0"
        )
    except errors.LockNotAvailable:
        conn.rollback()
        return False
    except BaseException:
        with suppress(psycopg.Error):
            conn.rollback()
        raise
    return True


def _end_what_stands_still(
    conn: psycopg.Connection[Any], mailing: int, seen: dict[Holder, float]
) -> dict[Holder, float]:
    """End those who held the gate at an earlier look already, and for too long; return who holds it, and since when."""
    now = time.monotonic()
    holders = conn.execute(
        sql("penstock.mailing", "gate_holders"), {"gate": GATE, "mailing": mailing}
    ).fetchall()
    since = {holder: seen.get(holder, now) for holder in holders}
    for holder, first in since.items():
        process, _, mode = holder
        if now - first >= PATIENCE[mode]:
            conn.execute("select pg_terminate_backend(%s, 1000)", (process,))
    return since
