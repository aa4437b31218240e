"""`/events`: what contacts did, told by others, and listed with what Penstock saw itself."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.contacts import Address
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Body, Cursor, Limit, Shown
from penstock.feedback import listing, telling

router = Router()

Contact = Annotated[int, Field(ge=1, le=2**62)]


class NewEvent(Body):
    """What a contact did. Who it is, is said by `contact` or by `address`."""

    name: Annotated[str, Field(min_length=1, max_length=telling.LONGEST_NAME, examples=["purchase"])]
    contact: Contact | None = None
    address: Address | None = None
    at: Annotated[datetime | None, Field(strict=False, description="When it happened; without it, now.")] = (
        None
    )
    data: Annotated[
        dict[str, str | int | float | bool | None],
        Field(max_length=telling.MOST_PROPERTIES, description="Properties that segments can ask for."),
    ] = {}
    key: Annotated[
        str | None,
        Field(
            max_length=telling.LONGEST_KEY,
            description="Yours for this event: it is noted once, however often it is told.",
        ),
    ] = None


class NewEvents(Body):
    """Events, many at once."""

    events: Annotated[list[NewEvent], Field(min_length=1, max_length=telling.MOST)]


class Noted(Shown):
    """How many were noted, how many had come before, and which ones (from 0) are about somebody who is no contact."""

    noted: int
    repeated: int
    unknown: list[int]


class Event(Shown):
    """One event. `kind` is `custom` where others told it, by its `name`; else what Penstock saw of the recipient of a mailing."""

    id: int
    contact: int
    kind: str
    name: str | None
    at: datetime
    told_at: datetime
    mailing: int | None
    data: dict[str, Any] | None
    key: str | None


class EventPage(Shown):
    """A page of events."""

    items: list[Event]
    next_cursor: str | None


_NEW = {
    "name": "purchase", "address": "anna@example.org", "at": "2026-01-22T08:00:00Z",
    "data": {"amount": 20.5, "category": "shoes"}, "key": "order 4711",
}  # fmt: skip
_SHOWN = {
    "id": 9, "contact": 12, "kind": "custom", "name": "purchase", "at": "2026-01-22T08:00:00Z", "told_at": "2026-01-22T08:00:01Z",
    "mailing": None, "data": {"amount": 20.5, "category": "shoes"}, "key": "order 4711",
}  # fmt: skip


@router.post(
    "",
    response=Noted,
    openapi_extra=documented({"noted": 1, "repeated": 0, "unknown": []}, body={"events": [_NEW]}),
)
def tell_events(request: HttpRequest, given: NewEvents, account: Account = None) -> Any:
    """Tell what contacts did. One with a `key` is noted once; either all that are possible are noted, or, for a fault, none."""
    with asked(request, "events:write") as ask:
        return telling.tell(*ask.given, [telling.Event(**each.model_dump()) for each in given.events])


@router.get("", response=EventPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_events(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    contact: Annotated[int | None, Query(ge=1, le=2**62, description="Only those of this contact.")] = None,
) -> Any:  # fmt: skip
    """What contacts did, the newest first."""
    with asked(request, "contacts:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return listing.page(*ask.given, limit=most, before=before, contact=contact)

        return paged(request, response, f"events {ask.account} {contact}", cursor, limit, rows)
