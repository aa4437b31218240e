"""`/transports`: the ways out. A password goes in and never comes out."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from penstock.account import transports
from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import whole
from penstock.api.shapes import Account, Body, Id, Shown

router = Router()

Name = Annotated[str, Field(min_length=1, max_length=100, description="One printable line.")]
Url = Annotated[
    str, Field(min_length=1, max_length=2000, description="`smtp://user:password@host:587?tls=starttls`")
]


class NewTransport(Body):
    """A way out. Its address says everything about it, the password included."""

    name: Name
    url: Url


class TransportChange(Body):
    """What is given changes. An address without a password keeps the one there is, for the same user of the same server."""

    name: Name | None = None
    url: Url | None = None


class Transport(Shown):
    """A way out. `url` is without the password; `connections` are those of one sender."""

    id: int
    name: str
    url: str
    has_password: bool
    connections: int
    created_at: datetime


class TransportPage(Shown):
    """All transports of the account."""

    items: list[Transport]
    next_cursor: str | None


_SHOWN = {
    "id": 1, "name": "our relay", "url": "smtp://news@mail.example.org:587?tls=starttls", "has_password": True,
    "connections": 10, "created_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_NEW = {"name": "our relay", "url": "smtp://news:secret@mail.example.org:587?tls=starttls"}


@router.get("", response=TransportPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_transports(request: HttpRequest, account: Account = None) -> Any:
    """The transports of the account, by name."""
    with asked(request, "transports:read") as ask:
        return whole(transports.listed(*ask.given))


@router.post("", response={201: Transport}, openapi_extra=documented(_SHOWN, body=_NEW))
def create_transport(
    request: HttpRequest, response: HttpResponse, given: NewTransport, account: Account = None
) -> Any:
    """Make a transport."""
    with asked(request, "transports:write") as ask:
        made = transports.create(*ask.given, name=given.name, url=given.url, actor=ask.actor)
        response["Location"] = f"/api/v1/transports/{made.id}"
        return Status(201, made)


@router.get("/{number}", response=Transport, openapi_extra=documented(_SHOWN))
def show_transport(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One transport."""
    with asked(request, "transports:read") as ask:
        return transports.find(*ask.given, number)


@router.patch("/{number}", response=Transport, openapi_extra=documented(_SHOWN, body={"name": "our relay"}))
def edit_transport(request: HttpRequest, number: Id, given: TransportChange, account: Account = None) -> Any:
    """Change a transport; a running mailing takes it up after a pause."""
    with asked(request, "transports:write") as ask:
        return transports.update(*ask.given, number, actor=ask.actor, name=given.name, url=given.url)


@router.delete("/{number}", response={204: None}, openapi_extra=documented(refuses=(409,)))
def delete_transport(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Delete a transport that no mailing refers to."""
    with asked(request, "transports:write") as ask:
        transports.delete(*ask.given, number, ask.actor)
        return Status(204, None)
