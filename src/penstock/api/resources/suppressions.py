"""`/suppressions`: addresses and telephone numbers that are not written to."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.contacts import Address, BigId
from penstock.api.resources.making import made
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Body, Cursor, Limit, Shown
from penstock.audience import suppression as _room

router = Router()

Reason = Literal["unsubscribed", "hard_bounce", "soft_bounces", "complaint", "manual", "invalid"]


class NewSuppression(Body):
    """An address or a telephone number that is to get nothing, contact or not."""

    address: Address
    reason: Literal["manual", "unsubscribed", "complaint", "hard_bounce"] = "manual"


class Suppression(Shown):
    """An address or a number in its normal form, why it is not written to, where that came from, and since when."""

    id: int
    address: str
    reason: Reason
    origin: str
    created_at: datetime


class SuppressionPage(Shown):
    """A page of suppressions."""

    items: list[Suppression]
    next_cursor: str | None


_SHOWN = {
    "id": 5, "address": "anna@example.org", "reason": "manual", "origin": "api anna@example.org",
    "created_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_NEW = {"address": "anna@example.org", "reason": "manual"}


@router.get("", response=SuppressionPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_suppressions(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    reason: Annotated[Reason | None, Query(description="Only those for this reason.")] = None,
    address: Annotated[str | None, Query(max_length=320, description="Only that of this address or number.")] = None,
) -> Any:  # fmt: skip
    """The addresses and numbers that are not written to, the newest first."""
    with asked(request, "suppressions:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return _room.page(*ask.given, limit=most, before=before, reason=reason, address=address)

        listing = f"suppressions {ask.account} {reason} {address}"
        return paged(request, response, listing, cursor, limit, rows)


@router.post(
    "",
    response={201: Suppression},
    openapi_extra=documented(_SHOWN, body=_NEW, conditions=("Idempotency-Key",)),
)
def create_suppression(
    request: HttpRequest, response: HttpResponse, given: NewSuppression, account: Account = None
) -> Any:
    """Suppress an address or a number; one that is so already keeps its first reason. Running mailings skip it from now on."""
    with asked(request, "suppressions:write") as ask:

        def make() -> Any:
            return _room.suppress_by_hand(*ask.given, given.address, given.reason, ask.actor)[0]

        return made(request, response, ask, "suppressions", Suppression, make)


@router.get("/{suppression}", response=Suppression, openapi_extra=documented(_SHOWN))
def show_suppression(request: HttpRequest, suppression: BigId, account: Account = None) -> Any:
    """One suppression."""
    with asked(request, "suppressions:read") as ask:
        return _room.require(*ask.given, suppression)


@router.delete("/{suppression}", response={204: None}, openapi_extra=documented())
def lift_suppression(request: HttpRequest, suppression: BigId, account: Account = None) -> Any:
    """Let the address or number be written to again; the journal keeps who decided so. Mailings that are frozen go on without it."""
    with asked(request, "suppressions:write") as ask:
        _room.lift_by_hand(*ask.given, suppression, ask.actor)
        return Status(204, None)
