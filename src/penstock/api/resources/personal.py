"""`/contacts/{id}/story`, `/contacts/{id}/data` and `/erasures`: one person's story, what is given to them, and forgetting many."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from penstock.account import access
from penstock.api import cursors, streaming
from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.contacts import Address, BigId
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Body, Cursor, Id, Limit, Shown
from penstock.audience import erasures
from penstock.personal import export, many, story

of_contact = Router()
router = Router()

AT_ONCE = 10_000
"""Addresses in one request; a file of more goes by `penstock contacts erase --file`."""


class StoryEntry(Shown):
    """One thing that happened. `kind` says what `data` has: `mailed` (a mailing meant this person) the state in its ledger and what was
    answered; bounces, orders, tests, events (`opened`, `clicked` …) what was told of them."""

    at: datetime
    kind: str
    mailing: int | None
    mailing_name: str | None
    seq: int | None
    data: dict[str, Any]


class StoryPage(Shown):
    """A page of a story, newest first."""

    items: list[StoryEntry]
    next_cursor: str | None


class NewErasure(Body):
    """People to be erased, by their addresses."""

    addresses: Annotated[list[Address], Field(min_length=1, max_length=AT_ONCE)]
    keep_out: Annotated[
        bool,
        Field(description="They are not to be mailed, whoever brings their addresses: kept as keyed hashes."),
    ] = False


class Erasure(Shown):
    """How far a request is. `erased`: contacts; `traces`: addresses that were no contact's, of which something was found; `unknown`: of
    which nothing was; `left`: still to be done."""

    id: int
    state: str
    total: int
    left: int
    erased: int
    traces: int
    unknown: int
    keep_out: bool
    error: str | None
    asked_at: datetime
    finished_at: datetime | None


class ErasurePage(Shown):
    """A page of requests."""

    items: list[Erasure]
    next_cursor: str | None


_ENTRY = {
    "at": "2030-11-22T08:00:00Z", "kind": "mailed", "mailing": 7, "mailing_name": "November", "seq": 12,
    "data": {"state": "bounced", "at": "2030-11-22T08:00:03+00:00", "code": 550, "enhanced": "5.1.1", "text": "unknown", "reason": "5.1.1"},
}  # fmt: skip
_SHOWN = {
    "id": 2, "state": "waiting", "total": 1, "left": 1, "erased": 0, "traces": 0, "unknown": 0, "keep_out": False, "error": None,
    "asked_at": "2030-11-22T08:00:00Z", "finished_at": None,
}  # fmt: skip


@of_contact.get(
    "/{contact}/story",
    response=StoryPage,
    openapi_extra=documented({"items": [_ENTRY], "next_cursor": None}),
)
def show_story(
    request: HttpRequest, response: HttpResponse, contact: BigId, limit: Limit = 50, cursor: Cursor = None, account: Account = None
) -> Any:  # fmt: skip
    """What happened to one person: every mailing that meant them and what became of it, what came back, what they did, and why they were
    passed over. Newest first. Several people may have one telephone number (`sharing` of a contact): this is the story of one of them."""
    with asked(request, "contacts:read") as ask:
        access.require(ask.actor, "recipients:read")
        named = f"story {ask.account} {contact}"
        given = cursors.read(named, cursor)
        before = (datetime.fromisoformat(given[0]), given[1]) if given else story.NEWEST
        found = story.page(*ask.given, contact, limit=limit + 1, before=before)
    items, more = cursors.page(found, limit)
    following = cursors.write(named, [items[-1].place[0].isoformat(), items[-1].place[1]]) if more else None
    cursors.link_next(request, response, following)
    return {"items": items, "next_cursor": following}


@of_contact.get("/{contact}/data", openapi_extra=documented(instead={"application/zip": "PK"}))
def export_contact(request: HttpRequest, contact: BigId, account: Account = None) -> Any:
    """Everything that the account holds about one person, for them: a ZIP archive of one JSON document and CSV files."""
    with asked(request, "contacts:read") as ask:
        access.require(ask.actor, "recipients:read")
        archive = export.archive(*ask.given, contact)
    return streaming.archive(archive, f"contact-{contact}.zip")


@router.post(
    "",
    response={202: Erasure},
    openapi_extra=documented(_SHOWN, body={"addresses": ["anna@example.org"], "keep_out": False}),
)
def create_erasure(
    request: HttpRequest, response: HttpResponse, given: NewErasure, account: Account = None
) -> Any:
    """Erase everybody with one of these addresses, in the background. Asked for again it finds nobody, and does no harm."""
    with asked(request, "contacts:write") as ask:
        made = many.request(*ask.given, given.addresses, ask.actor, keep_out=given.keep_out)
    response["Location"] = f"/api/v1/erasures/{made.id}"
    return Status(202, made)


@router.get("", response=ErasurePage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_erasures(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None
) -> Any:  # fmt: skip
    """Requests to erase many, the newest first."""
    with asked(request, "contacts:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return erasures.page(*ask.given, limit=most, before=before)

        return paged(request, response, f"erasures {ask.account}", cursor, limit, rows)


@router.get("/{number}", response=Erasure, openapi_extra=documented(_SHOWN))
def show_erasure(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One request, and how far it is."""
    with asked(request, "contacts:read") as ask:
        return erasures.require(*ask.given, number)
