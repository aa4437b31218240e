"""`/limits`: how fast, and over how many connections at most, an account, a transport or a destination domain is sent to."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from penstock.account import limits
from penstock.api.document import documented
from penstock.api.resources.asking import asked, asked_of_all
from penstock.api.resources.paging import whole
from penstock.api.shapes import Account, Body, Id, Shown
from penstock.delivery.limits import spared

router = Router()

Scope = Literal["all", "account", "transport", "domain"]
Rate = Annotated[
    str,
    Field(max_length=40, description="Messages per time, evenly: `100/s`, `5000/min`, `1000/h`, `20000/d`."),
]
Connections = Annotated[
    int, Field(ge=1, le=limits.MOST_CONNECTIONS, description="To a domain: messages on the wire at a time.")
]


class NewLimit(Body):
    """What is limited, in place of the limit there was. `value`: the number of the transport, or the domain.

    `all`, and an account by its number as `value`, are the platform's to limit.
    """

    scope: Scope
    value: Annotated[str, Field(max_length=320)] = ""
    rate: Rate | None = None
    connections: Connections | None = None


class Limit(Shown):
    """One limit, over all senders and mailings; `account` null: put by the platform, over all accounts. `per_second`: the rate as a number."""

    id: int
    scope: Scope
    account: int | None
    value: str
    rate: str | None
    per_second: float | None
    connections: int | None
    made_by: str
    made_at: datetime


class LimitPage(Shown):
    """All limits that concern the account."""

    items: list[Limit]
    next_cursor: str | None


class Spared(Shown):
    """A destination domain that refuses for now what comes over a transport: it is asked `rate` messages a second until `until`, then twice
    as many, until it has its `usual` pace again. `refused`: refusals that made it so; `reply`: the last of them."""

    transport: int
    domain: str
    rate: float
    usual: float
    since: datetime
    until: datetime
    refused: int
    reply: str


class SparedPage(Shown):
    """All domains that are spared now."""

    items: list[Spared]
    next_cursor: str | None


_SHOWN = {
    "id": 1, "scope": "domain", "account": 1, "value": "example.net", "rate": "1000/h", "per_second": 0.2777777777777778,
    "connections": 5, "made_by": "Anna", "made_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_NEW = {"scope": "domain", "value": "example.net", "rate": "1000/h", "connections": 5}
_SPARED = {
    "transport": 1, "domain": "example.net", "rate": 12.5, "usual": 100.0, "since": "2030-11-22T08:00:00Z",
    "until": "2030-11-22T08:00:30Z", "refused": 63, "reply": "451 4.7.0 Too many messages from you",
}  # fmt: skip


@router.get("", response=LimitPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_limits(request: HttpRequest, account: Account = None) -> Any:
    """The limits that concern the account, those of the platform first. What a mailing may at most: `/mailings/{id}/rate`."""
    with asked_of_all(request, "limits:read") as (ask, about):
        return whole(limits.listed(ask.conn, about))


@router.post("", response={201: Limit}, openapi_extra=documented(_SHOWN, body=_NEW))
def put_limit(request: HttpRequest, response: HttpResponse, given: NewLimit, account: Account = None) -> Any:
    """Set a limit from now on, in place of the one of the same scope and value. What is under way takes it up within a second."""
    with asked_of_all(request, "limits:write") as (ask, about):
        made = limits.put(ask.conn, ask.actor, account=about, **given.model_dump())
        response["Location"] = f"/api/v1/limits/{made.id}"
        return Status(201, made)


@router.get(
    "/spared", response=SparedPage, openapi_extra=documented({"items": [_SPARED], "next_cursor": None})
)
def list_spared(request: HttpRequest, account: Account = None) -> Any:
    """The destination domains that are asked less for now, because they refuse much."""
    with asked(request, "limits:read") as ask:
        return whole(spared(*ask.given))


@router.get("/{number}", response=Limit, openapi_extra=documented(_SHOWN))
def show_limit(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One limit."""
    with asked_of_all(request, "limits:read") as (ask, about):
        return limits.find(ask.conn, about, number)


@router.delete("/{number}", response={204: None}, openapi_extra=documented())
def remove_limit(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Take a limit away, from now on."""
    with asked_of_all(request, "limits:write") as (ask, about):
        limits.remove(ask.conn, ask.actor, number, about)
        return Status(204, None)
