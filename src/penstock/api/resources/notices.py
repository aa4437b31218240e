"""`/notices`: what people and programs were told, and by which way notices leave by e-mail."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.paging import paged
from penstock.api.shapes import LARGEST_NUMBER, Account, Body, Cursor, Document, Limit, Number, Shown
from penstock.notices import listing, settings

router = Router()

Unread = Annotated[bool, Query(description="Only those that were not read.")]
Mailing = Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER, description="Only those about this mailing.")]


class Notice(Shown):
    """One notice. `email` is what became of the reader's own copy by e-mail; null for a reader who is no person."""

    id: int
    uuid: UUID
    mailing: int | None
    kind: str
    at: datetime
    subject: str
    text: str
    data: Document
    read_at: datetime | None
    email: str | None
    reply: str | None


class NoticePage(Shown):
    """A page of notices."""

    items: list[Notice]
    next_cursor: str | None


class ReadNotices(Body):
    """Which were read; without `notices` all of them."""

    notices: Annotated[list[Number], Field(max_length=1000)] | None = None


class MarkedNotices(Shown):
    """How many had not been read before."""

    marked: int


class NoticeSetting(Body):
    """The transport that notices leave by, and their sender. Without a transport they are only listed."""

    notice_transport: Number | None
    notice_from: Annotated[str, Field(max_length=998)] | None


_SHOWN = {
    "id": 3, "uuid": "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "mailing": 7, "kind": "mailing.finished",
    "at": "2030-11-22T08:00:00Z", "subject": "Sent: December news", "text": "…", "data": {}, "read_at": None, "email": None,
    "reply": None,
}  # fmt: skip
_SETTING = {"notice_transport": None, "notice_from": None}


def _reader(ask: Asked) -> str | None:
    """Return the person who reads; None for a program, which reads everything of the account."""
    return ask.actor.who if listing.knows(*ask.given, ask.actor.who) else None


@router.get("", response=NoticePage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_notices(
    request: HttpRequest, response: HttpResponse, unread: Unread = False, mailing: Mailing = None,
    limit: Limit = 50, cursor: Cursor = None, account: Account = None,
) -> Any:  # fmt: skip
    """The notices of the person whose token this is, newest first; all of the account's for a program's token."""
    with asked(request, "notices:read") as ask:
        about: dict[str, Any] = {"identity": _reader(ask), "unread": unread, "mailing": mailing}

        def rows(before: int | None, most: int) -> Any:
            return listing.listed(*ask.given, limit=most, before=before, **about)

        return paged(request, response, f"notices {ask.account} {about}", cursor, limit, rows)


@router.post("/read", response=MarkedNotices, openapi_extra=documented({"marked": 1}, body={"notices": [3]}))
def mark_notices_read(request: HttpRequest, given: ReadNotices, account: Account = None) -> Any:
    """Mark notices as read."""
    with asked(request, "notices:read") as ask:
        return {"marked": listing.mark_read(*ask.given, given.notices, identity=_reader(ask))}


@router.get("/settings", response=NoticeSetting, openapi_extra=documented(_SETTING))
def show_notice_settings(request: HttpRequest, account: Account = None) -> Any:
    """By which transport notices leave, and from whom."""
    with asked(request, "notices:read") as ask:
        return settings.get(*ask.given).__dict__


@router.put("/settings", response=NoticeSetting, openapi_extra=documented(_SETTING, body=_SETTING))
def put_notice_settings(request: HttpRequest, given: NoticeSetting, account: Account = None) -> Any:
    """Set the transport and the sender of notices."""
    with asked(request, "policies:write") as ask:
        put = settings.put(
            *ask.given, transport=given.notice_transport, sender=given.notice_from, actor=ask.actor
        )
        return put.__dict__
