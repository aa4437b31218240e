"""`/bounces`: who bounced, what was said, and what that means for the address."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Cursor, Limit, Shown
from penstock.feedback import bounced

router = Router()


class Bounce(Shown):
    """A recipient who bounced. `kind`: hard (the address is at fault), soft (it may mend itself) or blocked (the sender is at fault).

    `code` 0 and `enhanced` "": the other side gave none. `origin`: smtp (the dialogue itself), dsn, text (a message that came back, of no
    standard) or webhook. `suppressed`: whether the address was suppressed because of it.
    """

    id: int
    mailing: int
    seq: Annotated[int, Field(description="The recipient's number in the mailing's ledger.")]
    contact: int
    address: str
    at: datetime
    kind: Literal["hard", "soft", "blocked"]
    code: int
    enhanced: str
    text: str
    origin: str
    suppressed: bool


class BouncePage(Shown):
    """A page of bounces."""

    items: list[Bounce]
    next_cursor: str | None


_SHOWN = {
    "id": 5, "mailing": 7, "seq": 3, "contact": 12, "address": "anna@example.org", "at": "2030-11-22T08:00:00Z", "kind": "hard",
    "code": 550, "enhanced": "5.1.1", "text": "No such user here (reported by mx.example.org)", "origin": "dsn", "suppressed": True,
}  # fmt: skip


@router.get("", response=BouncePage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_bounces(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    mailing: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only those of this mailing.")] = None,
    address: Annotated[str | None, Query(max_length=320, description="Only those of this address.")] = None,
) -> Any:  # fmt: skip
    """Who bounced, the newest first, at once or later, whoever told it."""
    with asked(request, "suppressions:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return bounced.page(*ask.given, limit=most, before=before, mailing=mailing, address=address)

        listing = f"bounces {ask.account} {mailing} {address}"
        return paged(request, response, listing, cursor, limit, rows)
