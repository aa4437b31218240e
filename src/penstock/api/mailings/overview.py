"""All mailings of an account at a glance: the board, the sequence, the journal."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from penstock.account import access
from penstock.api import cursors
from penstock.api.authentication import account_of, actor_of
from penstock.api.document import documented
from penstock.api.mailings import examples
from penstock.api.mailings.shapes import AccountJournal, Board, Queue
from penstock.api.mailings.showing import shown
from penstock.api.shapes import Account, Cursor, Limit
from penstock.mailing import history, mailings, queue
from penstock.platform.connections import connection
from penstock.report.board import board
from penstock.report.sequence import expected_starts

router = Router()


@router.get("/board", response=Board, openapi_extra=documented(examples.BOARD))
def show_board(request: HttpRequest, account: Account = None) -> Any:
    """Every mailing under what it needs or does, area by area."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        return {
            "areas": [
                {"area": part.area, "more": part.more, "items": [shown(conn, each, actor.roles) for each in part.mailings]}
                for part in board(conn, account_of(request))
            ]
        }  # fmt: skip


@router.get("/queue", response=Queue, openapi_extra=documented(examples.QUEUE))
def show_queue(request: HttpRequest, response: HttpResponse, account: Account = None) -> Any:
    """The sequence: what goes out one after the other, in order. Its ETag is its version."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        number, order = queue.listed(conn, account_of(request))
        there = [mailing for each in order if (mailing := mailings.find(conn, account_of(request), each))]
        starts = expected_starts(conn, account_of(request))
        items = [
            {**shown(conn, mailing, actor.roles), "position": place, "expected_start": starts.get(mailing.id)}
            for place, mailing in enumerate(there, start=1)
        ]
    response["ETag"] = f'"{number}"'
    return {"version": number, "items": items}


@router.get("/journal", response=AccountJournal, openapi_extra=documented(examples.ACCOUNT_JOURNAL))
def list_journal(
    request: HttpRequest,
    response: HttpResponse,
    limit: Limit = 100,
    cursor: Cursor = None,
    account: Account = None,
) -> Any:
    """Everything that was done in the account, to mailings and otherwise, newest first."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    listing = f"journal of {account_of(request)}"
    before = cursors.read(listing, cursor)
    with connection() as conn:
        there = history.of_account(conn, account_of(request), before=before, limit=limit + 1)
    lines, more = cursors.page(there, limit)
    following = cursors.write(listing, lines[-1].id) if more else None
    cursors.link_next(request, response, following)
    return {"items": lines, "next_cursor": following}
