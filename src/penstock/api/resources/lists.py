"""`/lists`: made, renamed, deleted; contacts join and leave them."""

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
from penstock.audience.lists import LONGEST_NAME

router = Router()

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, description="One printable line.")]


class ListName(Body):
    """What a list is called; no two of an account are called the same."""

    name: Name


class ContactList(Shown):
    """A named set of contacts. `contacts` is how many; null on pages, where nobody counted."""

    id: int
    name: str
    contacts: int | None
    created_at: datetime


class ListPage(Shown):
    """A page of lists."""

    items: list[ContactList]
    next_cursor: str | None


_SHOWN = {"id": 3, "name": "readers", "contacts": 0, "created_at": "2030-11-22T08:00:00Z"}
_PAGE = {"items": [{**_SHOWN, "contacts": None}], "next_cursor": None}
_NAME = {"name": "readers"}


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
    openapi_extra=documented(_SHOWN, body=_NAME, conditions=("Idempotency-Key",), refuses=(409,)),
)
def create_list(
    request: HttpRequest, response: HttpResponse, given: ListName, account: Account = None
) -> Any:
    """Make an empty list."""
    with asked(request, "contacts:write") as ask:
        return made(
            request, response, ask, "lists", ContactList, lambda: lists.create(*ask.given, given.name)
        )


@router.get("/{list}", response=ContactList, openapi_extra=documented(_SHOWN))
def show_list(request: HttpRequest, list: Id, account: Account = None) -> Any:
    """One list, and how many contacts are on it."""
    with asked(request, "contacts:read") as ask:
        return lists.require(*ask.given, list)


@router.patch("/{list}", response=ContactList, openapi_extra=documented(_SHOWN, body=_NAME, refuses=(409,)))
def rename_list(request: HttpRequest, list: Id, given: ListName, account: Account = None) -> Any:
    """Give a list another name."""
    with asked(request, "contacts:write") as ask:
        return lists.rename(*ask.given, list, given.name)


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
