"""`/strays`: what came back and could not be placed, or was forged. Nothing acts on it; it is thrown away after a month."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from penstock.api.document import documented
from penstock.api.resources.asking import asked_of_all
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Cursor, Id, Limit, Shown
from penstock.feedback import strays

router = Router()


class Stray(Shown):
    """One of them. `kind`: forged, unknown, foreign, unrecognised, unreadable …, and `why` in a sentence; `door`: by which it came;
    `size`: octets of the whole; `times`: so often it came. `account` null: nobody's, which the platform alone sees."""

    id: int
    account: int | None
    door: str
    kind: str
    why: str
    size: int
    times: int
    at: datetime
    last_at: datetime


class WholeStray(Stray):
    """One with its beginning, as text: what is no UTF-8 stands there as �."""

    beginning: str


class StrayPage(Shown):
    """A page of strays."""

    items: list[Stray]
    next_cursor: str | None


_SHOWN = {
    "id": 5, "account": 1, "door": "imap", "kind": "unrecognised", "why": "It is neither a bounce nor a complaint.", "size": 1042,
    "times": 1, "at": "2030-11-22T08:00:00Z", "last_at": "2030-11-22T08:00:00Z",
}  # fmt: skip


@router.get("", response=StrayPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_strays(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None
) -> Any:  # fmt: skip
    """What could not be placed, the newest first. A token of the platform that names no account sees all."""
    with asked_of_all(request, "strays:read") as (ask, about):

        def rows(before: int | None, most: int) -> Any:
            return strays.page(ask.conn, about, limit=most, before=before)

        return paged(request, response, f"strays {about}", cursor, limit, rows)


@router.get(
    "/{number}",
    response=WholeStray,
    openapi_extra=documented({**_SHOWN, "beginning": "Subject: Hello\r\n\r\nWho are you?\r\n"}),
)
def show_stray(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One stray with its beginning."""
    with asked_of_all(request, "strays:read") as (ask, about):
        found = strays.find(ask.conn, about, number)
        shown = {name: getattr(found, name) for name in Stray.model_fields}
        return shown | {"beginning": found.raw.decode("utf-8", "replace")}


@router.delete("/{number}", response={204: None}, openapi_extra=documented())
def discard_stray(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Throw a stray away."""
    with asked_of_all(request, "strays:write") as (ask, about):
        strays.discard(ask.conn, about, number)
        return Status(204, None)
