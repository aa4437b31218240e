"""`/lists`: made, changed, deleted; contacts join and leave them."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.contacts import BigId
from penstock.api.resources.making import made
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Body, Cursor, Id, Limit, Shown
from penstock.audience import lists
from penstock.audience.lists import LONGEST_DESCRIPTION, LONGEST_NAME, LONGEST_TITLE

router = Router()

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, description="One printable line.")]


Public = Annotated[
    bool,
    Field(
        description="People may leave and join it themselves, on the page that the link to unsubscribe leads to."
    ),
]
Title = Annotated[
    str, Field(max_length=LONGEST_TITLE, description="What they read there; a public list needs one.")
]
Description = Annotated[str, Field(max_length=LONGEST_DESCRIPTION, description="What they read below it.")]


class NewList(Body):
    """A list: no two of an account are called the same."""

    name: Name
    public: Public = False
    title: Title = ""
    description: Description = ""


class ListChange(Body):
    """What is to change of a list; what is left out stays."""

    name: Name | None = None
    public: Public | None = None
    title: Title | None = None
    description: Description | None = None


class ContactList(Shown):
    """A named set of contacts. `contacts` is how many; null on pages, where nobody counted.

    A `public` one is offered to people, under its `title`, where they choose what they get.
    """

    id: int
    name: str
    public: bool
    title: str
    description: str
    contacts: int | None
    created_at: datetime


class ListPage(Shown):
    """A page of lists."""

    items: list[ContactList]
    next_cursor: str | None


_FACING = {"public": True, "title": "Monthly news", "description": "What is new, on the first of each month."}
_SHOWN = {"id": 3, "name": "readers", **_FACING, "contacts": 0, "created_at": "2030-11-22T08:00:00Z"}
_PAGE = {"items": [{**_SHOWN, "contacts": None}], "next_cursor": None}
_NEW = {"name": "readers", **_FACING}


@router.get("", response=ListPage, openapi_extra=documented(_PAGE))
def list_lists(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    name: Annotated[str | None, Query(max_length=LONGEST_NAME, description="Only the one of this name.")] = None,
) -> Any:  # fmt: skip
    """The lists of the account, by number."""
    with asked(request, "contacts:read") as ask:

        def rows(after: int | None, most: int) -> Any:
            return lists.page(*ask.given, limit=most, after=after or 0, name=name)

        return paged(request, response, f"lists {ask.account} {name}", cursor, limit, rows)


@router.post(
    "",
    response={201: ContactList},
    openapi_extra=documented(_SHOWN, body=_NEW, conditions=("Idempotency-Key",), refuses=(409,)),
)
def create_list(request: HttpRequest, response: HttpResponse, given: NewList, account: Account = None) -> Any:
    """Make an empty list."""
    with asked(request, "contacts:write") as ask:
        return made(
            request,
            response,
            ask,
            "lists",
            ContactList,
            lambda: lists.create(*ask.given, **given.model_dump()),
        )


@router.get("/{list}", response=ContactList, openapi_extra=documented(_SHOWN))
def show_list(request: HttpRequest, list: Id, account: Account = None) -> Any:
    """One list, and how many contacts are on it."""
    with asked(request, "contacts:read") as ask:
        return lists.require(*ask.given, list)


@router.patch("/{list}", response=ContactList, openapi_extra=documented(_SHOWN, body=_NEW, refuses=(409,)))
def edit_list(request: HttpRequest, list: Id, given: ListChange, account: Account = None) -> Any:
    """Change a list: its name, and whether and as what people see it."""
    with asked(request, "contacts:write") as ask:
        return lists.change(*ask.given, list, **given.model_dump())


@router.delete("/{list}", response={204: None}, openapi_extra=documented(refuses=(409,)))
def delete_list(request: HttpRequest, list: Id, account: Account = None) -> Any:
    """Delete a list; its contacts stay. Refused while a mailing that has not ended is to go to it."""
    with asked(request, "contacts:write") as ask:
        lists.delete(*ask.given, list, ask.actor)
        return Status(204, None)


@router.put("/{list}/contacts/{contact}", response={204: None}, openapi_extra=documented())
def join_list(request: HttpRequest, list: Id, contact: BigId, account: Account = None) -> Any:
    """Put a contact on a list; nothing changes when it is on it."""
    with asked(request, "contacts:write") as ask:
        lists.join(*ask.given, list, contact)
        return Status(204, None)


@router.delete("/{list}/contacts/{contact}", response={204: None}, openapi_extra=documented())
def leave_list(request: HttpRequest, list: Id, contact: BigId, account: Account = None) -> Any:
    """Take a contact off a list; nothing changes when it is not on it."""
    with asked(request, "contacts:write") as ask:
        lists.leave(*ask.given, list, contact)
        return Status(204, None)
