"""`/webhooks`: addresses of programs that are told what happens, and the log of what they were sent."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from penstock.api.document import documented
from penstock.api.problems import Problem
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.contacts import BigId
from penstock.api.resources.paging import paged, whole
from penstock.api.shapes import Account, Body, Cursor, Id, Limit, Shown
from penstock.notices import deliveries, webhooks
from penstock.notices.deliveries import NotNow, UnknownDelivery
from penstock.notices.webhooks import EVENTS, LONGEST_DESCRIPTION

router = Router()

Url = Annotated[str, Field(min_length=1, max_length=2000)]
Events = Annotated[
    list[Annotated[str, Field(max_length=50)]],
    Field(max_length=20, description=f"Of {', '.join(EVENTS)}; none: all of them."),
]
Description = Annotated[str, Field(max_length=LONGEST_DESCRIPTION)]
State = Annotated[
    Literal["waiting", "delivered", "failed"] | None, Query(description="Only those in this state.")
]


class NewWebhook(Body):
    """Where to, and of what."""

    url: Url
    events: Events = []
    description: Description = ""


class WebhookChange(Body):
    """What is given changes. Enabling one lets through what comes from now on."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    enabled: bool | None = None


class Webhook(Shown):
    """A webhook. `events` empty: all. After a rotation both secrets sign until `previous_until`."""

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
    """A webhook with the secret that signs what is sent there, shown this once (Standard Webhooks)."""

    secret: str


class WebhookPage(Shown):
    """All webhooks of the account."""

    items: list[Webhook]
    next_cursor: str | None


class Delivery(Shown):
    """One event for one webhook. `message` is its webhook-id; `status` and `error` are what the last attempt met."""

    id: int
    webhook: int
    message: str
    kind: str
    body: str
    at: datetime
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    due_at: datetime | None
    settled_at: datetime | None
    status: int | None
    error: str | None


class Attempt(Shown):
    """One attempt. `status` null: no answer."""

    number: int
    at: datetime
    seconds: float
    status: int | None
    error: str
    response: str


class WholeDelivery(Delivery):
    """One event for one webhook, and every attempt."""

    log: list[Attempt]


class DeliveryPage(Shown):
    """A page of deliveries."""

    items: list[Delivery]
    next_cursor: str | None


_SHOWN = {
    "id": 1, "url": "https://example.org/hook", "description": "", "events": ["mailing.finished"], "enabled": True,
    "made_at": "2030-11-22T08:00:00Z", "made_by": "Anna", "failing_since": None, "failures": 0, "disabled_at": None,
    "disabled_why": "", "previous_until": None,
}  # fmt: skip
_MADE = {**_SHOWN, "secret": "whsec_…"}
_NEW = {"url": "https://example.org/hook", "events": ["mailing.finished"]}
_DELIVERY = {
    "id": 9, "webhook": 1, "message": "msg_1b4e28ba2fa111d2883f0016d3cca427", "kind": "mailing.finished", "body": "{}",
    "at": "2030-11-22T08:00:00Z", "state": "delivered", "attempts": 1, "due_at": None, "settled_at": "2030-11-22T08:00:01Z",
    "status": 204, "error": "",
}  # fmt: skip
_ATTEMPT = {
    "number": 1, "at": "2030-11-22T08:00:00Z", "seconds": 0.2, "status": 204, "error": "", "response": "",
}  # fmt: skip
_WHOLE = {**_DELIVERY, "log": [_ATTEMPT]}


def _with_secret(made: tuple[webhooks.Webhook, str]) -> dict[str, Any]:
    webhook, secret = made
    return {**webhook.__dict__, "enabled": webhook.enabled, "secret": secret}


def _delivery(ask: Asked, webhook: int, number: int) -> deliveries.Delivery:
    found = deliveries.find(*ask.given, number)
    if found.webhook != webhook:
        raise UnknownDelivery(number)
    return found


@router.get("", response=WebhookPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_webhooks(request: HttpRequest, account: Account = None) -> Any:
    """The webhooks of the account, oldest first."""
    with asked(request, "webhooks:read") as ask:
        return whole(webhooks.listed(*ask.given))


@router.post("", response={201: MadeWebhook}, openapi_extra=documented(_MADE, body=_NEW))
def create_webhook(
    request: HttpRequest, response: HttpResponse, given: NewWebhook, account: Account = None
) -> Any:
    """Make a webhook. Its secret is in this answer, and nowhere else."""
    with asked(request, "webhooks:write") as ask:
        made = webhooks.create(*ask.given, **given.model_dump(), actor=ask.actor)
        response["Location"] = f"/api/v1/webhooks/{made[0].id}"
        return Status(201, _with_secret(made))


@router.get("/{number}", response=Webhook, openapi_extra=documented(_SHOWN))
def show_webhook(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One webhook."""
    with asked(request, "webhooks:read") as ask:
        return webhooks.find(*ask.given, number)


@router.patch("/{number}", response=Webhook, openapi_extra=documented(_SHOWN, body={"enabled": True}))
def edit_webhook(request: HttpRequest, number: Id, given: WebhookChange, account: Account = None) -> Any:
    """Change a webhook."""
    with asked(request, "webhooks:write") as ask:
        return webhooks.change(*ask.given, number, **given.model_dump(), actor=ask.actor)


@router.delete("/{number}", response={204: None}, openapi_extra=documented())
def delete_webhook(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Delete a webhook with its log."""
    with asked(request, "webhooks:write") as ask:
        webhooks.delete(*ask.given, number, actor=ask.actor)
        return Status(204, None)


@router.post("/{number}/rotate-secret", response=MadeWebhook, openapi_extra=documented(_MADE))
def rotate_webhook_secret(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Give a webhook a new secret, shown this once; the one before signs beside it for a day."""
    with asked(request, "webhooks:write") as ask:
        return _with_secret(webhooks.rotate_secret(*ask.given, number, actor=ask.actor))


@router.post("/{number}/test", response={202: Delivery}, openapi_extra=documented(_DELIVERY, refuses=(409,)))
def try_webhook(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Send a trial event, `webhook.test`."""
    with asked(request, "webhooks:write") as ask:
        return Status(202, _now(lambda: deliveries.test(*ask.given, number, actor=ask.actor)))


@router.get(
    "/{number}/deliveries",
    response=DeliveryPage,
    openapi_extra=documented({"items": [_DELIVERY], "next_cursor": None}),
)
def list_deliveries(
    request: HttpRequest, response: HttpResponse, number: Id, state: State = None,
    limit: Limit = 50, cursor: Cursor = None, account: Account = None,
) -> Any:  # fmt: skip
    """What a webhook was sent, the newest first."""
    with asked(request, "webhooks:read") as ask:
        webhooks.find(*ask.given, number)

        def rows(before: int | None, most: int) -> Any:
            return deliveries.listed(*ask.given, webhook=number, state=state, limit=most, before=before)

        return paged(request, response, f"deliveries {ask.account} {number} {state}", cursor, limit, rows)


@router.get("/{number}/deliveries/{delivery}", response=WholeDelivery, openapi_extra=documented(_WHOLE))
def show_delivery(request: HttpRequest, number: Id, delivery: BigId, account: Account = None) -> Any:
    """One delivery, with every attempt."""
    with asked(request, "webhooks:read") as ask:
        found = _delivery(ask, number, delivery)
        return {**found.__dict__, "log": deliveries.attempts(*ask.given, delivery)}


@router.post(
    "/{number}/deliveries/{delivery}/redeliver",
    response={202: Delivery},
    openapi_extra=documented(_DELIVERY, refuses=(409,)),
)
def redeliver(request: HttpRequest, number: Id, delivery: BigId, account: Account = None) -> Any:
    """Send a delivery once more, under the same webhook-id."""
    with asked(request, "webhooks:write") as ask:
        _delivery(ask, number, delivery)
        return Status(202, _now(lambda: deliveries.redeliver(*ask.given, delivery, actor=ask.actor)))


def _now(act: Any) -> Any:
    try:
        return act()
    except NotNow as error:
        raise Problem(409, error.code, str(error)) from None
