"""Webhooks with their deliveries, and notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Webhook(Model):
    """An address of a program that is told what happens."""

    id: int
    url: str
    description: str
    events: list[str]
    enabled: bool
    made_at: datetime
    made_by: str
    failing_since: datetime | None
    failures: int
    disabled_at: datetime | None
    disabled_why: str
    previous_until: datetime | None


class MadeWebhook(Webhook):
    """A webhook with the secret that signs, shown this once."""

    secret: str


class Delivery(Model):
    """One event for one webhook."""

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


class Attempt(Model):
    """One attempt to deliver."""

    number: int
    at: datetime
    seconds: float
    status: int | None
    error: str
    response: str


class WholeDelivery(Delivery):
    """One event for one webhook, with every attempt."""

    log: list[Attempt]


class Notice(Model):
    """What somebody was told."""

    id: int
    uuid: UUID
    mailing: int | None
    kind: str
    at: datetime
    subject: str
    text: str
    data: dict[str, Any]
    read_at: datetime | None
    email: str | None
    reply: str | None


class NoticeSetting(Model):
    """By which transport notices leave, and from whom."""

    notice_transport: int | None
    notice_from: str | None


class Webhooks(Resource):
    """`/webhooks`."""

    path = "/webhooks"

    def all(self) -> Pages[Webhook]:
        """The webhooks of the account, oldest first."""
        return self._pages(Webhook)

    def create(self, url: str, events: Sequence[str] = (), *, description: str = "") -> MadeWebhook:
        """Make a webhook for these events; none: for all."""
        body = {"url": url, "events": [*events], "description": description}
        return self._one(MadeWebhook, "POST", body=body)

    def get(self, number: int) -> Webhook:
        """One webhook."""
        return self._one(Webhook, "GET", f"/{number}")

    def edit(
        self, number: int, *, url: str | None = None, events: Sequence[str] | None = None, description: str | None = None,
        enabled: bool | None = None,
    ) -> Webhook:  # fmt: skip
        """Change a webhook."""
        chosen = None if events is None else [*events]
        body = told(url=url, events=chosen, description=description, enabled=enabled)
        return self._one(Webhook, "PATCH", f"/{number}", body=body)

    def delete(self, number: int) -> None:
        """Delete a webhook with its log."""
        self._ask("DELETE", f"/{number}")

    def rotate_secret(self, number: int) -> MadeWebhook:
        """Give a webhook a new secret, shown this once."""
        return self._one(MadeWebhook, "POST", f"/{number}/rotate-secret")

    def test(self, number: int) -> Delivery:
        """Send a trial event."""
        return self._one(Delivery, "POST", f"/{number}/test")

    def deliveries(
        self, number: int, *, state: str | None = None, limit: int | None = None
    ) -> Pages[Delivery]:
        """What a webhook was sent, the newest first."""
        return self._pages(Delivery, f"/{number}/deliveries", state=state, limit=limit)

    def delivery(self, number: int, delivery: int) -> WholeDelivery:
        """One delivery, with every attempt."""
        return self._one(WholeDelivery, "GET", f"/{number}/deliveries/{delivery}")

    def redeliver(self, number: int, delivery: int) -> Delivery:
        """Send a delivery once more."""
        return self._one(Delivery, "POST", f"/{number}/deliveries/{delivery}/redeliver")


class Notices(Resource):
    """`/notices`."""

    path = "/notices"

    def all(
        self, *, unread: bool = False, mailing: int | None = None, limit: int | None = None
    ) -> Pages[Notice]:
        """The notices, newest first."""
        return self._pages(Notice, unread="true" if unread else None, mailing=mailing, limit=limit)

    def mark_read(self, notices: Sequence[int] | None = None) -> int:
        """Mark notices as read (None: all); return how many were unread."""
        body = told(notices=None if notices is None else [*notices])
        return int(self._ask("POST", "/read", body=body).json()["marked"])

    def settings(self) -> NoticeSetting:
        """By which transport notices leave, and from whom."""
        return self._one(NoticeSetting, "GET", "/settings")

    def put_settings(self, *, transport: int | None, sender: str | None) -> NoticeSetting:
        """Set the transport and the sender of notices; without a transport they are only listed."""
        body = {"notice_transport": transport, "notice_from": sender}
        return self._one(NoticeSetting, "PUT", "/settings", body=body)
