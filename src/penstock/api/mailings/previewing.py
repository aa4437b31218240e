"""To whom a mailing goes before it goes, and the message as each of them gets it."""

from typing import Annotated, Any

import psycopg
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from penstock.account import access
from penstock.api import cursors
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings import examples
from penstock.api.mailings.showing import found
from penstock.api.problems import Problem
from penstock.api.shapes import Cursor, Id, Limit, Shown
from penstock.api.short import Short
from penstock.content.checking import judged
from penstock.content.messages import load_message
from penstock.mailing.mailings import Mailing
from penstock.platform.connections import connection
from penstock.platform.environment import base_url
from penstock.preflight import isolating, looking, preview, searching

router = Router()

Wanted = Annotated[str, Query(max_length=200, description="Only those whose address begins so, or the value of a variable.")]  # fmt: skip
Finding = Annotated[
    int | None,
    Query(ge=1, le=2**63 - 1, alias="case", description="Walk the cases of this finding of an analysis."),
]
Worst = Annotated[bool, Query(description="Walk everybody whom the analysis found something about, the worst first.")]  # fmt: skip
Pictures = Annotated[bool, Query(description="In text/html: load pictures from outside too, which tells them that it was opened.")]  # fmt: skip

FORMS = ("application/json", "message/rfc822", "text/html")


class Listed(Shown):
    """One of the To list; `attributes` are those that the message uses."""

    contact: int
    address: str
    attributes: dict[str, str]


class ToList(Shown):
    """A page of recipients. Of a search it may be short although there is a next one."""

    items: list[Listed]
    next_cursor: str | None


class Header(Shown):
    """A header field as mail programs show it."""

    name: str
    value: str


class Concern(Shown):
    """What the analysis found about this recipient; `id` is the finding's."""

    id: int
    severity: str
    code: str
    place: str
    text: str
    cure: str
    detail: str


class CasePlace(Shown):
    """The place in a walk through cases, from 1."""

    place: int
    total: int


class Preview(Shown):
    """The message as one contact gets it, made by what senders use."""

    mailing: int
    contact: int
    address: str
    subject: str
    headers: list[Header]
    html: str | None
    text: str | None
    source: Annotated[str, Field(description="All of it (RFC 5322); by the byte as message/rfc822.")]
    size: Annotated[int, Field(description="Bytes.")]
    variables: Annotated[dict[str, str | None], Field(description="What it used; null where there is no such attribute.")]  # fmt: skip
    warnings: list[str]
    concerns: list[Concern]
    previous: Annotated[int | None, Field(description="The contact before this one in the walk.")]
    next: int | None
    case: CasePlace | None
    short: Annotated[Short | None, Field(description="Of an SMS; null of an e-mail.")]


TO_LIST = {
    "items": [{"contact": 12, "address": "ann@example.org", "attributes": {"first_name": "Ann"}}],
    "next_cursor": None,
}
PREVIEW = {
    "mailing": 7,
    "contact": 12,
    "address": "ann@example.org",
    "subject": "News for Ann",
    "headers": [{"name": "From", "value": "News <news@example.org>"}, {"name": "To", "value": "ann@example.org"}],
    "html": None,
    "text": "Dear Ann, …\n",
    "source": examples.PREVIEW,
    "size": 1034,
    "variables": {"email": "ann@example.org", "first_name": "Ann"},
    "warnings": [],
    "concerns": [],
    "previous": 11,
    "next": 13,
    "case": None,
    "short": None,
}  # fmt: skip
_ALSO = {"message/rfc822": examples.PREVIEW, "text/html": "<p>Dear Ann, …</p>"}


@router.get("/{mailing}/recipients", response=ToList, openapi_extra=documented(TO_LIST))
def list_recipients(
    request: HttpRequest, response: HttpResponse, mailing: Id, q: Wanted = "", limit: Limit = 50, cursor: Cursor = None
) -> Any:  # fmt: skip
    """To whom it goes: whom the audience means now, or, once it is frozen, who stands in the ledger. In the order of previews."""
    access.require(actor_of(request), "recipients:read")
    listing = f"recipients {mailing} {q}"
    place = cursors.read(listing, cursor)
    with connection() as conn:
        there = found(conn, actor_of(request), mailing)
        message = load_message(conn, there.message)
        variables = sorted(judged(message, None).variables - {"email"}) if message else []
        items, further = searching.page(conn, there, variables, q=q, place=place, limit=limit)
    following = None if further is None else cursors.write(listing, further)
    cursors.link_next(request, response, following)
    return {"items": items, "next_cursor": following}


@router.get(
    "/{mailing}/preview", response=Preview, openapi_extra=documented(PREVIEW, refuses=(406, 409), also=_ALSO)
)
def show_first_preview(
    request: HttpRequest,
    mailing: Id,
    finding: Finding = None,
    worst: Worst = False,
    pictures: Pictures = False,
) -> Any:
    """The message as the first of them gets it: of all recipients, or of those whom an analysis found something about."""
    access.require(actor_of(request), "recipients:read")
    walk = preview.Walk(finding, worst)
    with connection() as conn:
        there = found(conn, actor_of(request), mailing)
        return _answer(request, conn, there, preview.begin(conn, there, walk), walk, pictures)


@router.get(
    "/{mailing}/preview/{contact}",
    response=Preview,
    openapi_extra=documented(PREVIEW, refuses=(406, 409), also=_ALSO),
)
def show_preview(
    request: HttpRequest, mailing: Id, contact: Id, finding: Finding = None, worst: Worst = False, pictures: Pictures = False
) -> Any:  # fmt: skip
    """The message as this contact would get it, and who comes before and after. `Accept: message/rfc822` gives the very bytes."""
    access.require(actor_of(request), "recipients:read")
    with connection() as conn:
        there = found(conn, actor_of(request), mailing)
        return _answer(request, conn, there, contact, preview.Walk(finding, worst), pictures)


def _answer(
    request: HttpRequest, conn: psycopg.Connection[Any], there: Mailing, contact: int, walk: preview.Walk, pictures: bool
) -> Any:  # fmt: skip
    """Make the preview and answer it in the form that is wanted. One that cannot be made says who comes next all the same."""
    form = request.get_preferred_type(FORMS)
    if form is None:
        raise Problem(406, "not_acceptable", f"A preview is available as {', '.join(FORMS)}.")
    found = looking.look(conn, there, contact, walk)
    known: dict[str, Any] = {
        "contact": contact, "address": found.seen.address, "previous": found.steps.previous, "next": found.steps.next,
        "concerns": [each.__dict__ for each in found.concerns],
    }  # fmt: skip
    made, parts = found.made, found.parts
    if made is None or parts is None:
        raise Problem(409, "cannot_be_made", f"The message cannot be made: {found.fault}", **known)
    if made.short is not None and form != "application/json":
        raise Problem(406, "not_acceptable", "A short message is a text: ask for application/json.")
    if form == "message/rfc822":
        return HttpResponse(made.data, content_type=form)
    if form == "text/html":
        return _shown(parts.html, pictures)
    return {
        **known, **parts.__dict__, "mailing": there.id, "case": found.steps.case, "variables": made.variables,
        "headers": [{"name": name, "value": value} for name, value in parts.headers],
        "source": made.data.decode("utf-8", "replace"), "size": len(made.data), "warnings": made.warnings,
        "short": made.short.document if made.short else None,
    }  # fmt: skip


def _shown(html: str | None, pictures: bool) -> HttpResponse:
    if html is None:
        raise Problem(406, "not_acceptable", "The message has no HTML part: ask for application/json.")
    return HttpResponse(isolating.harmless(html), headers=isolating.headers(base_url(), pictures=pictures))
