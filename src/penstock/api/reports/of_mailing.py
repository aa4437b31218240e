"""`/mailings/{id}/report`, `/links`, `/events`, `/export`: what became of one mailing, and what came back."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from penstock.account import access
from penstock.api import cursors, streaming
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings.showing import found
from penstock.api.reports import shapes
from penstock.api.resources.paging import paged
from penstock.api.shapes import Cursor, Id, Limit
from penstock.feedback import listing
from penstock.feedback.events import OF_MESSAGES
from penstock.platform.connections import connection
from penstock.report import export, links, reporting

router = Router()

Kind = Annotated[
    Literal[OF_MESSAGES] | None,  # type: ignore[valid-type]
    Query(description="Only those of this kind."),
]
Form = Annotated[Literal[export.FORMS], Query(alias="format", description="Of the files in it.")]  # type: ignore[valid-type]


@router.get("/{mailing}/report", response=shapes.Report, openapi_extra=documented(shapes.REPORT))
def show_report(request: HttpRequest, mailing: Id) -> Any:
    """Whom it reached, whom not and why, what they did, and what it brought in. The breaker's figures are the ones it judges."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        there = found(conn, actor, mailing)
        return reporting.report(conn, there.account, mailing).figures()


@router.get(
    "/{mailing}/links",
    response=shapes.TrackedLinkPage,
    openapi_extra=documented({"items": [shapes.LINK], "next_cursor": None}),
)
def list_links(
    request: HttpRequest, response: HttpResponse, mailing: Id, limit: Limit = 100, cursor: Cursor = None
) -> Any:
    """The links in it, and how often each was followed. There are none where clicks are not tracked."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        found(conn, actor, mailing)

        def rows(after: int | None, most: int) -> Any:
            return links.page(conn, mailing, limit=most, after=after or 0)

        return paged(request, response, f"links {mailing}", cursor, limit, rows, place=lambda link: link.no)


@router.get(
    "/{mailing}/events",
    response=shapes.MailingEventPage,
    openapi_extra=documented({"items": [shapes.EVENT], "next_cursor": None}),
)
def list_mailing_events(
    request: HttpRequest, response: HttpResponse, mailing: Id, limit: Limit = 100, cursor: Cursor = None, kind: Kind = None
) -> Any:  # fmt: skip
    """What its recipients did, by kind and then by person; whoever did something more than once stands together."""
    actor = actor_of(request)
    access.require(actor, "recipients:read")
    named = f"events of {mailing} {kind}"
    after = cursors.read(named, cursor)
    with connection() as conn:
        found(conn, actor, mailing)
        there = listing.of_mailing(
            conn, mailing, limit=limit + 1, after=tuple(after) if after else listing.FIRST, kind=kind
        )
    items, more = cursors.page(there, limit)
    following = cursors.write(named, [items[-1].kind, items[-1].contact, items[-1].id]) if more else None
    cursors.link_next(request, response, following)
    return {"items": items, "next_cursor": following}


@router.get(
    "/{mailing}/export",
    openapi_extra=documented(instead={"application/zip": "PK"}),
)
def export_mailing(request: HttpRequest, mailing: Id, form: Form = "csv") -> Any:
    """Everything of it as one ZIP archive: report.json, and ledger, events, links, orders, bounces and journal as files."""
    actor = actor_of(request)
    access.require(actor, "recipients:read")
    with connection() as conn:
        there = found(conn, actor, mailing)
        archive = export.of_mailing(conn, there.account, mailing, form)
    return streaming.archive(archive, f"mailing-{mailing}.zip")
