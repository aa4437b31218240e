"""`/credits`: what an account may still send, where its credits are counted, and what planned mailings will take."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from penstock.account.credits import ledger, reading
from penstock.api.document import documented
from penstock.api.problems import Problem
from penstock.api.resources.asking import asked
from penstock.api.resources.contacts import BigId
from penstock.api.resources.making import made
from penstock.api.resources.paging import paged, whole
from penstock.api.shapes import Account, Body, Cursor, Limit, Shown
from penstock.report import credits

router = Router()

Channel = Literal["email", "sms"]
Kind = Literal["top_up", "taken_back", "reserved", "spent", "released", "returned"]
OfChannel = Annotated[Channel | None, Query(description="Only of this channel.")]


class Balance(Shown):
    """The credits of a channel: `topped_up` is what was put in; it is `available`, `reserved` by mailings under way, or `spent`.

    `in_use`: of those reserved, what those mailings have spent by now. `counted` false: the account may send without.
    """

    channel: Channel
    counted: bool
    available: int
    reserved: int
    in_use: int
    spent: int
    topped_up: int


class BalancePage(Shown):
    """The credits of every channel."""

    items: list[Balance]
    next_cursor: str | None


class CreditEntry(Shown):
    """A line of the ledger, by how much it changed each part of the balance; `remaining`: what was available after it."""

    id: int
    channel: Channel
    at: datetime
    kind: Kind
    available: int
    reserved: int
    spent: int
    remaining: int
    mailing: int | None
    actor: str
    door: str
    note: str
    reference: str | None


class CreditEntryPage(Shown):
    """A page of the ledger."""

    items: list[CreditEntry]
    next_cursor: str | None


class TopUp(Body):
    """Credits to add; a negative `amount` takes back what was added by mistake, and wants a note.

    `reference` (of an invoice, a payment) counts once: given again it answers with the first entry.
    """

    amount: Annotated[int, Field(ge=-ledger.MOST, le=ledger.MOST)]
    channel: Channel = "email"
    note: Annotated[str, Field(max_length=ledger.LONGEST)] = ""
    reference: Annotated[str, Field(min_length=1, max_length=ledger.LONGEST // 5)] | None = None


class ToppedUp(CreditEntry):
    """The entry that was made, and the interrupted mailings that can be resumed with what is there now."""

    can_go_on: list[int]


class Holding(Shown):
    """A mailing that holds credits; `used` of those `reserved` are spent by now."""

    mailing: int
    name: str
    state: str
    reserved: int
    used: int


class HoldingPage(Shown):
    """The mailings that hold credits, newest first; a hundred at most."""

    items: list[Holding]
    next_cursor: str | None


class Demand(Shown):
    """A planned mailing. `at` null: at once, or in its turn; `needed` null: being counted; `left` below zero: so many are lacking.

    `recipients`: how many it goes to, as counted last; `basis`: what the parts of their messages were counted from, where one may take
    several: the `text`, an `analysis`, or a `sample`.
    """

    mailing: int
    name: str
    state: str
    at: datetime | None
    needed: int | None
    exact: bool
    left: int
    recipients: int | None
    basis: Literal["text", "analysis", "sample"] | None


class Stopped(Shown):
    """A mailing interrupted for too few credits; `enough`: with those there are it can be resumed."""

    mailing: int
    name: str
    needed: int | None
    enough: bool


class Outlook(Shown):
    """What planned mailings will take, in the order of their dates. `short`: the first that finds too few; `lacking`: for all of them."""

    channel: Channel
    counted: bool
    available: int
    lacking: int
    short: Demand | None
    demands: list[Demand]
    waiting: list[Stopped]


class OutlookPage(Shown):
    """The forecast of every channel."""

    items: list[Outlook]
    next_cursor: str | None


_BALANCE = {
    "channel": "email", "counted": True, "available": 9000, "reserved": 0, "in_use": 0, "spent": 0, "topped_up": 9000
}  # fmt: skip
_ENTRY = {
    "id": 1, "channel": "email", "at": "2030-11-22T08:00:00Z", "kind": "top_up", "available": 9000, "reserved": 0, "spent": 0,
    "remaining": 9000, "mailing": None, "actor": "Anna", "door": "api", "note": "Paid.", "reference": "invoice 2030-117",
}  # fmt: skip
_GIVEN = {"amount": 9000, "note": "Paid.", "reference": "invoice 2030-117"}
_DEMAND = {
    "mailing": 7, "name": "Winter sale", "state": "scheduled", "at": "2030-12-01T08:00:00Z", "needed": 12480, "exact": False,
    "left": -3480, "recipients": 12480, "basis": None,
}  # fmt: skip
_OUTLOOK = {
    "channel": "email", "counted": True, "available": 9000, "lacking": 3480, "short": _DEMAND, "demands": [_DEMAND],
    "waiting": [{"mailing": 5, "name": "Autumn sale", "needed": 10000, "enough": False}],
}  # fmt: skip
_HOLDING = {"mailing": 7, "name": "Winter sale", "state": "sending", "reserved": 12480, "used": 5000}


def _page(item: Any) -> dict[str, Any]:
    return {"items": [item], "next_cursor": None}


@router.get("", response=BalancePage, openapi_extra=documented(_page(_BALANCE)))
def list_credits(request: HttpRequest, account: Account = None) -> Any:
    """The credits of every channel."""
    with asked(request, "credits:read") as ask:
        counted = credits.counted(*ask.given)
        return whole([{**_fields(each), "counted": counted} for each in reading.balances(*ask.given)])


@router.get("/entries", response=CreditEntryPage, openapi_extra=documented(_page(_ENTRY)))
def list_credit_entries(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, channel: OfChannel = None,
    account: Account = None,
) -> Any:  # fmt: skip
    """The ledger of the credits, newest first."""
    with asked(request, "credits:read") as ask:

        def rows(before: int | None, most: int) -> list[ledger.Entry]:
            return ledger.history(*ask.given, channel=channel, before=before, limit=most)

        return paged(request, response, f"credit entries {ask.account} {channel}", cursor, limit, rows)


@router.get("/entries/{entry}", response=CreditEntry, openapi_extra=documented(_ENTRY))
def show_credit_entry(request: HttpRequest, entry: BigId, account: Account = None) -> Any:
    """One entry of the ledger."""
    with asked(request, "credits:read") as ask:
        if (found := ledger.find(*ask.given, entry)) is None:
            raise Problem(404, "not_found", f"There is no entry {entry} in the ledger of credits.")
        return found


@router.post(
    "/top-ups",
    response={201: ToppedUp},
    openapi_extra=documented({**_ENTRY, "can_go_on": [5]}, body=_GIVEN, conditions=("Idempotency-Key",)),
)
def top_up_credits(
    request: HttpRequest, response: HttpResponse, given: TopUp, account: Account = None
) -> Any:
    """Add credits. For the platform. What was interrupted for too few is not resumed by itself: `can_go_on` names it."""
    with asked(request, "credits:write") as ask:

        def add() -> dict[str, Any]:
            entry, _ = ledger.top_up(*ask.given, ask.actor, **given.model_dump())
            waiting = credits.waiting(*ask.given, given.channel)
            return {**_fields(entry), "can_go_on": [each.mailing for each in waiting if each.enough]}

        return made(request, response, ask, "credits/entries", ToppedUp, add)


@router.get("/mailings", response=HoldingPage, openapi_extra=documented(_page(_HOLDING)))
def list_credit_mailings(request: HttpRequest, channel: Channel = "email", account: Account = None) -> Any:
    """The mailings under way that hold credits."""
    with asked(request, "credits:read") as ask:
        return whole(reading.held(*ask.given, channel))


@router.get("/forecast", response=OutlookPage, openapi_extra=documented(_page(_OUTLOOK)))
def show_credit_forecast(request: HttpRequest, account: Account = None) -> Any:
    """Which date credits run short: what is there against all mailings that start by themselves."""
    with asked(request, "credits:read") as ask:
        return whole(credits.forecasts(*ask.given))


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
