"""The loop beside the background jobs: reads the journal and queues a job for whatever is due, once a second or when woken.

Every worker runs it; a row's lock decides who does it. Nothing is kept in memory.
"""

import logging
import threading
import time
from typing import Any

import psycopg

from penstock.mailing.control import CHANNEL
from penstock.notices import outbox
from penstock.platform import database, jobs

log = logging.getLogger(__name__)

TICK = 1.0
HOLD = 300.0
"""Seconds after which a job that was queued counts as lost, and another is queued; the tables then say whether it is needed."""
REST = 5.0
"""Seconds before the database is tried again."""


def run(stop: threading.Event) -> None:
    """Turn until `stop` is set."""
    while not stop.is_set():
        try:
            with database.connect(name="penstock notices") as conn:
                conn.execute(f"listen {CHANNEL}")
                while not stop.is_set():
                    turn(conn)
                    _wait(conn, stop)
        except (
            Exception
        ) as error:  # the database is away, or a line cannot be told: tried again, nothing is lost
            log.warning("notices wait: %s", error, exc_info=not isinstance(error, psycopg.OperationalError))
            stop.wait(REST)


def turn(conn: psycopg.Connection[Any]) -> None:
    """Read what is new in the journal to its end, then queue what is due."""
    while outbox.turn(conn) >= outbox.MOST:
        pass
    with conn.transaction():
        for account in {number for (number,) in conn.execute(*_due("queue_copies")).fetchall()}:
            name = f"notices of {account}"
            jobs.defer(conn, "send_notices", once=name, lock=name, account=account)
        for (webhook,) in conn.execute(*_due("queue_webhooks")).fetchall():
            name = f"webhook {webhook}"
            jobs.defer(conn, "deliver_webhook", once=name, lock=name, webhook=webhook)


def _due(statement: str) -> tuple[str, dict[str, float]]:
    return database.sql("penstock.notices", statement), {"hold": HOLD}


def _wait(conn: psycopg.Connection[Any], stop: threading.Event) -> None:
    """Wait for news of a mailing, at most a tick; news come in swarms, so a moment more."""
    until = time.monotonic() + TICK
    while not stop.is_set() and (left := until - time.monotonic()) > 0:
        for _ in conn.notifies(timeout=min(left, 0.2), stop_after=1):
            stop.wait(0.05)
            return
