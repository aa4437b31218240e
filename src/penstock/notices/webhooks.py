"""The webhooks of an account: addresses of programs that are told, each with a secret of its own that signs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account.journalling import record
from penstock.account.secrets import encrypt
from penstock.mailing.actor import Actor
from penstock.notices.address import AddressRefused, check
from penstock.notices.calling import private_allowed
from penstock.notices.kinds import Kind
from penstock.notices.signing import new_secret
from penstock.platform.database import sql

EVENTS = tuple(kind.value for kind in Kind if kind is not Kind.WEBHOOK_DISABLED)
"""The event types that a webhook can listen to."""
MOST = 20
"""Webhooks of one account."""
LONGEST_DESCRIPTION = 500
OVERLAP = "24 hours"
"""After a rotation the secret before goes on signing for so long."""


class WebhookError(ValueError):
    """What was asked for cannot be; says what was given and what is possible. `field` is the one that is wrong."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class UnknownWebhook(LookupError):
    """The account has no webhook of this number."""

    def __init__(self, webhook: int) -> None:
        super().__init__(f"There is no webhook {webhook}.")


@dataclass(frozen=True)
class Webhook:
    """A webhook as it stands. `events` empty: all. Its secret is never here: it was shown when it was made."""

    id: int
    account: int
    url: str
    description: str
    events: list[str]
    made_at: datetime
    made_by: str
    failing_since: datetime | None
    failures: int
    disabled_at: datetime | None
    disabled_why: str
    previous_until: datetime | None
    """Until then the secret before the last rotation signs too."""

    @property
    def enabled(self) -> bool:
        """Whether anything is sent there."""
        return self.disabled_at is None


def create(
    conn: psycopg.Connection[Any], account: int, *, url: str, events: Iterable[str] = (), description: str = "", actor: Actor
) -> tuple[Webhook, str]:  # fmt: skip
    """Make a webhook; return it with its secret, which is shown this once. Raises WebhookError."""
    given = {"account": account, **_checked(url, events, description), "made_by": actor.name}
    secret = new_secret()
    with conn.transaction():
        conn.execute("select from account_account where id = %s for update", (account,))  # so that MOST holds
        if len(listed(conn, account)) >= MOST:
            raise WebhookError(
                f"The account has {MOST} webhooks, which is the most; delete one that is not used."
            )
        made = conn.execute(
            sql("penstock.notices", "insert_webhook"), {**given, "secret": encrypt(secret)}
        ).fetchone()
        assert made is not None
        record(conn, account, actor, "create_webhook", webhook=made[0], url=url, events=given["events"])
    return find(conn, account, made[0]), secret


def listed(conn: psycopg.Connection[Any], account: int) -> list[Webhook]:
    """Return the account's webhooks, oldest first."""
    return _rows(conn, {"account": account, "webhook": None})


def find(conn: psycopg.Connection[Any], account: int, webhook: int) -> Webhook:
    """Return one webhook of the account. Raises UnknownWebhook."""
    found = _rows(conn, {"account": account, "webhook": webhook})
    if not found:
        raise UnknownWebhook(webhook)
    return found[0]


def _rows(conn: psycopg.Connection[Any], which: dict[str, Any]) -> list[Webhook]:
    with conn.cursor(row_factory=class_row(Webhook)) as cursor:
        return cursor.execute(sql("penstock.notices", "webhooks"), which).fetchall()


def change(
    conn: psycopg.Connection[Any], account: int, webhook: int, *, url: str | None = None, events: Iterable[str] | None = None,
    description: str | None = None, enabled: bool | None = None, actor: Actor,
) -> Webhook:  # fmt: skip
    """Change what is given. Enabling one that was disabled lets what comes from now on through, and forgets its failures.

    Raises UnknownWebhook, WebhookError.
    """
    with conn.transaction():
        conn.execute("select from notices_webhook where id = %s for update", (webhook,))
        before = find(conn, account, webhook)
        new = _checked(
            before.url if url is None else url,
            before.events if events is None else events,
            before.description if description is None else description,
        )
        on = before.enabled if enabled is None else enabled
        why = before.disabled_why if not before.enabled else f"by {actor.name}"
        conn.execute(
            sql("penstock.notices", "change_webhook"), {**new, "webhook": webhook, "enabled": on, "why": why}
        )
        changed = {k: v for k, v in {**new, "enabled": on}.items() if v != getattr(before, k)}
        if changed:
            record(conn, account, actor, "change_webhook", webhook=webhook, **changed)
    return find(conn, account, webhook)


def delete(conn: psycopg.Connection[Any], account: int, webhook: int, *, actor: Actor) -> None:
    """Delete a webhook with its delivery log; the journal says that it was there. Raises UnknownWebhook."""
    with conn.transaction():
        conn.execute("select from notices_webhook where id = %s for update", (webhook,))
        gone = find(conn, account, webhook)
        conn.execute(
            "delete from notices_attempt where delivery_id in (select id from notices_delivery where webhook_id = %s)",
            (webhook,),
        )
        conn.execute("delete from notices_delivery where webhook_id = %s", (webhook,))
        conn.execute("delete from notices_webhook where id = %s", (webhook,))
        record(conn, account, actor, "delete_webhook", webhook=webhook, url=gone.url)


def rotate_secret(
    conn: psycopg.Connection[Any], account: int, webhook: int, *, actor: Actor
) -> tuple[Webhook, str]:
    """Give the webhook a new secret, shown this once; the one before signs beside it for OVERLAP. Raises UnknownWebhook."""
    secret = new_secret()
    with conn.transaction():
        find(conn, account, webhook)
        conn.execute(
            "update notices_webhook set previous_secret = secret, previous_until = now() + %s::interval, secret = %s"
            " where id = %s",
            (OVERLAP, encrypt(secret), webhook),
        )
        record(conn, account, actor, "rotate_webhook_secret", webhook=webhook)
    return find(conn, account, webhook), secret


def _checked(url: str, events: Iterable[str], description: str) -> dict[str, Any]:
    try:
        check(url, private=private_allowed())
    except AddressRefused as error:
        raise WebhookError(str(error), "url") from None
    wanted = sorted(set(events))
    if unknown := [name for name in wanted if name not in EVENTS]:
        raise WebhookError(
            f"There is no event {', '.join(unknown)}; there are {', '.join(EVENTS)}.", "events"
        )
    if len(description) > LONGEST_DESCRIPTION or "\0" in description:
        raise WebhookError(f"The description may have {LONGEST_DESCRIPTION} characters.", "description")
    return {"url": url, "events": wanted, "description": description}
