"""What is known of one mailing beside itself: its journal, its packages, and what a command would do."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from penstock.account import access
from penstock.api import cursors
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings import examples
from penstock.api.mailings.shapes import Journal, Packages
from penstock.api.mailings.showing import found, known
from penstock.api.shapes import Cursor, Document, Id, Limit
from penstock.mailing import history
from penstock.platform.connections import connection
from penstock.report import packages
from penstock.report.forecast import forecast

router = Router()

Foreseen = Annotated[
    Literal["pause", "cancel", "resume"], Query(description="The command that is thought of.")
]

Prepared = Annotated[
    Literal["drop", "deliver"] | None,
    Query(description="What a cancellation does with packages already begun."),
]


@router.get("/{mailing}/journal", response=Journal, openapi_extra=documented(examples.JOURNAL))
def show_journal(
    request: HttpRequest, response: HttpResponse, mailing: Id, limit: Limit = 100, cursor: Cursor = None
) -> Any:
    """Who did what to it, when and why, oldest first."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    after = cursors.read(f"journal {mailing}", cursor) or 0
    with connection() as conn:
        known(conn, actor, mailing)
        lines, more = cursors.page(history.of_mailing(conn, mailing, after=after, limit=limit + 1), limit)
    following = cursors.write(f"journal {mailing}", lines[-1].place) if more else None
    cursors.link_next(request, response, following)
    return {"items": lines, "next_cursor": following}


@router.get("/{mailing}/packages", response=Packages, openapi_extra=documented(examples.PACKAGES))
def list_packages(
    request: HttpRequest, response: HttpResponse, mailing: Id, limit: Limit = 100, cursor: Cursor = None
) -> Any:
    """Its packages, in their order: what goes out when, and what became of it."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    after = cursors.read(f"packages {mailing}", cursor)
    with connection() as conn:
        known(conn, actor, mailing)
        there = packages.listed(conn, mailing, after=-1 if after is None else after, limit=limit + 1)
    items, more = cursors.page(there, limit)
    following = cursors.write(f"packages {mailing}", items[-1].no) if more else None
    cursors.link_next(request, response, following)
    return {"items": items, "next_cursor": following}


@router.get("/{mailing}/forecast", response=Document, openapi_extra=documented(examples.FORECAST))
def show_forecast(
    request: HttpRequest, mailing: Id, command: Foreseen = "pause", prepared: Prepared = None
) -> Any:
    """What a command would do now: the figures of one instant, while the mailing goes on."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        there = found(conn, actor, mailing)
        return {
            "mailing": mailing,
            "command": command,
            "state": there.state,
            **forecast(conn, mailing, command, prepared=prepared).figures(),
        }
