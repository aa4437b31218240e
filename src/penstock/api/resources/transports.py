"""`/transports`: the ways out, how their servers fare, and trying them. A password goes in and never comes out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from penstock.account import transports
from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import whole
from penstock.api.resources.transport_shapes import (
    HEALTH,
    NEW,
    SHOWN,
    TRIED,
    NewTransport,
    Transport,
    TransportChange,
    TransportHealth,
    TransportPage,
    TransportTest,
    TriedTransport,
)
from penstock.api.shapes import Account, Id
from penstock.report import transports as report

router = Router()


@router.get("", response=TransportPage, openapi_extra=documented({"items": [SHOWN], "next_cursor": None}))
def list_transports(request: HttpRequest, account: Account = None) -> Any:
    """The transports of the account, by name."""
    with asked(request, "transports:read") as ask:
        return whole(transports.listed(*ask.given))


@router.post("", response={201: Transport}, openapi_extra=documented(SHOWN, body=NEW))
def create_transport(
    request: HttpRequest, response: HttpResponse, given: NewTransport, account: Account = None
) -> Any:
    """Make a transport."""
    with asked(request, "transports:write") as ask:
        made = transports.create(
            *ask.given, name=given.name, url=given.url, given=_servers(given), actor=ask.actor
        )
        response["Location"] = f"/api/v1/transports/{made.id}"
        return Status(201, made)


@router.get("/{number}", response=Transport, openapi_extra=documented(SHOWN))
def show_transport(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One transport."""
    with asked(request, "transports:read") as ask:
        return transports.find(*ask.given, number)


@router.patch("/{number}", response=Transport, openapi_extra=documented(SHOWN, body={"name": "our relay"}))
def edit_transport(request: HttpRequest, number: Id, given: TransportChange, account: Account = None) -> Any:
    """Change a transport; a running mailing takes it up within a second or two."""
    with asked(request, "transports:write") as ask:
        return transports.update(
            *ask.given, number, actor=ask.actor, name=given.name, url=given.url, given=_servers(given)
        )


@router.delete("/{number}", response={204: None}, openapi_extra=documented(refuses=(409,)))
def delete_transport(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Delete a transport that no mailing refers to."""
    with asked(request, "transports:write") as ask:
        transports.delete(*ask.given, number, ask.actor)
        return Status(204, None)


@router.get("/{number}/health", response=TransportHealth, openapi_extra=documented(HEALTH))
def show_transport_health(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """How each server fares, by what senders say of it."""
    with asked(request, "transports:read") as ask:
        return {"items": report.health(*ask.given, number)}


@router.post("/{number}/test", response=TriedTransport, openapi_extra=documented(TRIED, body={"server": 1}))
def try_transport(request: HttpRequest, number: Id, given: TransportTest, account: Account = None) -> Any:
    """Try the servers: look up, connect, TLS, AUTH, each step in words with its time and a cure. Nothing is sent."""
    with asked(request, "transports:write") as ask:
        actor, ways = ask.actor, report.ways(*ask.given, number, ask.actor, given.server)
    return {"items": [each.document() for each in report.diagnose(ways, actor)]}


def _servers(given: NewTransport | TransportChange) -> list[dict[str, Any]] | None:
    """The servers as they were given: what was left out is left out."""
    return None if given.servers is None else [each.model_dump(exclude_unset=True) for each in given.servers]
