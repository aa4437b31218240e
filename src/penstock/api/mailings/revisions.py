"""The messages that a mailing has had: every edit and every revision, each whole."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from penstock.account import access
from penstock.api import cursors, messages
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings.showing import found
from penstock.api.problems import Problem
from penstock.api.shapes import Cursor, Document, Id, Limit, Shown
from penstock.content.messages import load_message
from penstock.mailing import saved
from penstock.platform.connections import connection

router = Router()


class Revision(Shown):
    """One message that the mailing has had, as it was saved."""

    number: Annotated[int, Field(description="From 1, in their order; what `message_from` takes.")]
    revision: Annotated[int, Field(description="The revision of the mailing then.")]
    who: str
    at: datetime
    submitted_at: Annotated[
        datetime | None, Field(description="When it was submitted so, the last time; null: it never was.")
    ]
    current: Annotated[bool, Field(description="It is what the mailing has now.")]
    sender: str
    subject: str


class WholeRevision(Revision):
    """One of them with its content."""

    message: Document


class Revisions(Shown):
    """A page of them, newest first."""

    items: list[Revision]
    next_cursor: str | None


REVISION: dict[str, Any] = {
    "number": 3,
    "revision": 1,
    "who": "anna@example.org",
    "at": "2030-11-22T08:02:00Z",
    "submitted_at": "2030-11-22T08:04:00Z",
    "current": True,
    "sender": messages.EXAMPLE["sender"],
    "subject": messages.EXAMPLE["subject"],
}
PAGE: dict[str, Any] = {"items": [REVISION], "next_cursor": None}
WHOLE: dict[str, Any] = {**REVISION, "message": messages.EXAMPLE}


@router.get("/{mailing}/revisions", response=Revisions, openapi_extra=documented(PAGE))
def list_revisions(
    request: HttpRequest, response: HttpResponse, mailing: Id, limit: Limit = 50, cursor: Cursor = None
) -> Any:
    """Every message that the mailing has had, newest first: nothing that was saved is lost."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    listing = f"revisions {mailing}"
    before = cursors.read(listing, cursor)
    with connection() as conn:
        found(conn, actor, mailing)
        rows = saved.listed(conn, mailing, before=before, limit=limit + 1)
    items, more = cursors.page(rows, limit)
    following = cursors.write(listing, items[-1].number) if more else None
    cursors.link_next(request, response, following)
    return {"items": [each.__dict__ for each in items], "next_cursor": following}


@router.get("/{mailing}/revisions/{revision}", response=WholeRevision, openapi_extra=documented(WHOLE))
def show_revision(request: HttpRequest, mailing: Id, revision: Id) -> Any:
    """One of them with its content. `PATCH` with `message_from` takes it again."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        found(conn, actor, mailing)
        try:
            one = saved.find(conn, mailing, revision)
        except saved.UnknownSaved as unknown:
            raise Problem(404, "not_found", str(unknown)) from None
        message = load_message(conn, one.message)
        return {**one.__dict__, "message": message.__dict__ if message else {}}
