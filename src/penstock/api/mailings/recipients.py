"""To whom a mailing went: the ledger."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from penstock.account import access
from penstock.api import cursors, streaming
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings import examples
from penstock.api.mailings.shapes import Ledger
from penstock.api.mailings.showing import known
from penstock.api.problems import Problem
from penstock.api.shapes import Cursor, Id, Limit
from penstock.platform.connections import connection
from penstock.report import ledger, paging
from penstock.report.progress import STATES

router = Router()

StateOfRecipient = Annotated[
    Literal[STATES] | None,  # type: ignore[valid-type]
    Query(description="Only those in this state."),
]
Why = Annotated[str | None, Query(max_length=100, description="Only those with this reason.")]


@router.get(
    "/{mailing}/ledger",
    response=Ledger,
    openapi_extra=documented(examples.LEDGER, refuses=(406,), also={"text/csv": examples.LEDGER_CSV}),
)
def show_ledger(
    request: HttpRequest, response: HttpResponse, mailing: Id, limit: Limit = 100, cursor: Cursor = None,
    state: StateOfRecipient = None, reason: Why = None,
) -> Any:  # fmt: skip
    """Everybody exactly once, with state and reason. With `Accept: text/csv` all at once, as a file; else page by page."""
    actor = actor_of(request)
    access.require(actor, "recipients:read")
    wanted = request.get_preferred_type(["application/json", "text/csv"])
    if wanted is None:
        raise Problem(406, "not_acceptable", "The ledger is available as application/json and text/csv.")
    listing = f"ledger {mailing} {state} {reason}"
    after = cursors.read(listing, cursor) or 0
    with connection() as conn:
        known(conn, actor, mailing)
        if wanted == "text/csv":
            return streaming.csv(*ledger.csv_of(mailing, state, reason), name=f"mailing-{mailing}.csv")
        rows, last = paging.page(conn, paging.Wanted(mailing, state, reason), after, limit)
    following = None if last is None else cursors.write(listing, last)
    cursors.link_next(request, response, following)
    return {"items": [row._asdict() for row in rows], "next_cursor": following}
