"""The deliveries of an account's webhooks: the log, trying one again, and a trial."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import class_row

from penstock.account.journalling import record
from penstock.mailing.actor import Actor
from penstock.notices import webhooks
from penstock.notices.kinds import TEST
from penstock.notices.payload import body
from penstock.platform.database import sql

STATES = ("waiting", "delivered", "failed")


class UnknownDelivery(LookupError):
    """The account has no delivery of this number."""

    def __init__(self, delivery: int) -> None:
        super().__init__(f"There is no delivery {delivery}; those settled long ago are deleted.")


class NotNow(Exception):
    """The delivery cannot be tried again; `code` is the machine's word for why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Delivery:
    """One notice for one webhook. `message` is its webhook-id. `status`, `error`: what its last attempt met."""

    id: int
    webhook: int
    message: str
    kind: str
    body: str
    at: datetime
    state: str
    attempts: int
    due_at: datetime | None
    settled_at: datetime | None
    status: int | None
    error: str | None


@dataclass(frozen=True)
class Attempt:
    """One line of the log. `status` None: no answer."""

    number: int
    at: datetime
    seconds: float
    status: int | None
    error: str
    response: str


def listed(
    conn: psycopg.Connection[Any], account: int, *, webhook: int | None = None, state: str | None = None,
    limit: int = 50, before: int | None = None,
) -> list[Delivery]:  # fmt: skip
    """Return deliveries, newest first; `before` is the last number of the page before this one."""
    return _rows(
        conn,
        {
            "account": account,
            "webhook": webhook,
            "state": state,
            "limit": limit,
            "before": before,
            "delivery": None,
        },
    )


def find(conn: psycopg.Connection[Any], account: int, delivery: int) -> Delivery:
    """Return one delivery of the account. Raises UnknownDelivery."""
    which = {
        "account": account,
        "webhook": None,
        "state": None,
        "limit": 1,
        "before": None,
        "delivery": delivery,
    }
    found = _rows(conn, which)
    if not found:
        raise UnknownDelivery(delivery)
    return found[0]


def _rows(conn: psycopg.Connection[Any], which: dict[str, Any]) -> list[Delivery]:
    with conn.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(sql("penstock.notices", "deliveries"), which).fetchall()


def attempts(conn: psycopg.Connection[Any], account: int, delivery: int) -> list[Attempt]:
    """Return what was tried for one delivery, oldest first. Raises UnknownDelivery."""
    find(conn, account, delivery)
    with conn.cursor(row_factory=class_row(Attempt)) as cursor:
        return cursor.execute(
            "select number, at, seconds, status, error, response from notices_attempt where delivery_id = %s order by id",
            (delivery,),
        ).fetchall()


def redeliver(conn: psycopg.Connection[Any], account: int, delivery: int, *, actor: Actor) -> Delivery:
    """Send a delivery once more, now, with the same webhook-id and all its attempts before it again.

    Raises UnknownDelivery, and NotNow while it waits for an attempt anyway and while its webhook is disabled.
    """
    with conn.transaction():
        found = find(conn, account, delivery)
        if not webhooks.find(conn, account, found.webhook).enabled:
            raise NotNow("webhook_disabled", f"Webhook {found.webhook} is disabled; enable it first.")
        reopened = conn.execute(
            "update notices_delivery set state = 'waiting', due_at = now(), settled_at = null, attempts = 0"
            " where id = %s and state <> 'waiting'",
            (delivery,),
        )
        if not reopened.rowcount:
            raise NotNow("already_waiting", f"Delivery {delivery} waits for an attempt already.")
        conn.execute("update notices_webhook set rest_until = null where id = %s", (found.webhook,))
        record(conn, account, actor, "redeliver", webhook=found.webhook, delivery=delivery)
    return find(conn, account, delivery)


def test(conn: psycopg.Connection[Any], account: int, webhook: int, *, actor: Actor) -> Delivery:
    """Send a trial: an event `webhook.test` that says who asked for it. Raises UnknownWebhook, NotNow when it is disabled."""
    with conn.transaction():
        if not webhooks.find(conn, account, webhook).enabled:
            raise NotNow("webhook_disabled", f"Webhook {webhook} is disabled; enable it first.")
        now, data = datetime.now(UTC), {"account": account, "webhook": webhook, "actor": actor.name}
        made = conn.execute(
            "insert into notices_delivery (webhook_id, uuid, kind, body, at, state, attempts, due_at)"
            " values (%s, %s, %s, %s, %s, 'waiting', 0, now()) returning id",
            (webhook, uuid4(), TEST, body(TEST, now, data), now),
        ).fetchone()
        conn.execute("update notices_webhook set rest_until = null where id = %s", (webhook,))
        record(conn, account, actor, "test_webhook", webhook=webhook)
    assert made is not None
    return find(conn, account, made[0])
