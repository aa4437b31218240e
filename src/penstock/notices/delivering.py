"""Delivers what waits for one webhook, one after the other; notes each attempt; gives a dead one up."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from penstock.account.journalling import record
from penstock.account.secrets import SecretError, decrypt
from penstock.mailing.actor import SYSTEM
from penstock.notices import calling, schedule
from penstock.notices.calling import Answered
from penstock.notices.kinds import DISABLE
from penstock.notices.signing import headers
from penstock.platform.database import sql

BUDGET = 30.0
"""Seconds after which a job leaves the rest to the next, so that one slow receiver does not keep the others waiting."""
GONE = 410


@dataclass(frozen=True)
class Due:
    """A delivery that is to be tried now."""

    id: int
    webhook: int
    account: int
    uuid: UUID
    body: str
    attempts: int
    url: str
    secret: bytes
    previous: bytes | None


def deliver(conn: psycopg.Connection[Any], webhook: int) -> int:
    """Try what is due for `webhook`, oldest first, until one fails or BUDGET is used up; return how many were tried.

    `conn` is in autocommit mode; nothing is locked while a receiver is waited for. A process that dies meanwhile leaves the
    delivery waiting: it is sent again under the same webhook-id, by which receivers know it.
    """
    until, tried = time.monotonic() + BUDGET, 0
    try:
        while time.monotonic() < until and (due := _next(conn, webhook)):
            answered = _send(due)
            tried += 1
            _note(conn, due, answered)
            if not answered.success:
                break
    finally:
        conn.execute("update notices_webhook set queued_until = null where id = %s", (webhook,))
    return tried


def _next(conn: psycopg.Connection[Any], webhook: int) -> Due | None:
    with conn.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(sql("penstock.notices", "next_delivery"), {"webhook": webhook}).fetchone()


def _send(due: Due) -> Answered:
    try:
        keys = [decrypt(secret) for secret in (due.secret, due.previous) if secret]
    except SecretError as error:
        return Answered(None, 0.0, str(error))
    body = due.body.encode()
    return calling.post(due.url, body, headers(keys, f"msg_{due.uuid.hex}", int(time.time()), body))


def _note(conn: psycopg.Connection[Any], due: Due, answered: Answered) -> None:
    """Write the attempt into the log, and what follows from it, in one transaction."""
    number = due.attempts + 1
    wait = None
    if not answered.success and answered.status != GONE:
        wait = schedule.wait(schedule.WEBHOOK, number, wish=answered.retry_after)
    given = {
        "delivery": due.id, "webhook": due.webhook, "number": number, "seconds": answered.seconds, "status": answered.status,
        "error": answered.error, "response": answered.response, "wait": wait,
        "state": "delivered" if answered.success else "failed" if wait is None else "waiting",
    }  # fmt: skip
    with conn.transaction():
        # The webhook first: its deletion takes the same order. One that is gone by now has no log.
        health = conn.execute(
            "select failures, failing_since from notices_webhook where id = %s for update", (due.webhook,)
        ).fetchone()
        if health is None:
            return
        conn.execute(sql("penstock.notices", "insert_attempt"), given)
        conn.execute(sql("penstock.notices", "note_attempt"), given)
        _note_health(conn, due, answered, failures=health[0] + 1, over=wait is None)


def _note_health(
    conn: psycopg.Connection[Any], due: Due, answered: Answered, *, failures: int, over: bool
) -> None:
    if answered.success:
        conn.execute(
            "update notices_webhook set failures = 0, failing_since = null, rest_until = null where id = %s",
            (due.webhook,),
        )
        return
    conn.execute(
        "update notices_webhook set failures = %s, failing_since = coalesce(failing_since, now()),"
        " rest_until = now() + make_interval(secs => %s) where id = %s",
        (failures, schedule.rest(failures), due.webhook),
    )
    if answered.status == GONE:
        _disable(conn, due, "It answered 410 Gone: it wants no more.")
    elif over and _failed_throughout(conn, due):
        _disable(conn, due, f"Every attempt failed for more than a day; the last one: {answered.error}.")


def _failed_throughout(conn: psycopg.Connection[Any], due: Due) -> bool:
    """Whether nothing at all has reached the webhook since the delivery that has just run out was first tried."""
    row = conn.execute(
        "select w.failing_since <= a.at from notices_webhook w, notices_attempt a"
        " where w.id = %s and a.delivery_id = %s and a.number = 1 order by a.id desc limit 1",
        (due.webhook, due.id),
    ).fetchone()
    return bool(row and row[0])


def _disable(conn: psycopg.Connection[Any], due: Due, why: str) -> None:
    """Send nothing there any more. The journal's line becomes the notice to the administrators."""
    conn.execute(
        "update notices_webhook set disabled_at = now(), disabled_why = %s where id = %s", (why, due.webhook)
    )
    conn.execute(
        "update notices_delivery set state = 'failed', due_at = null, settled_at = now()"
        " where webhook_id = %s and state = 'waiting'",
        (due.webhook,),
    )
    record(conn, due.account, SYSTEM, DISABLE, webhook=due.webhook, url=due.url, why=why)
