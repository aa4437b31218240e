"""`/orders`: what contacts bought, told by a shop, and the mailing that each order is counted for."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BeforeValidator, Field

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.contacts import Address
from penstock.api.resources.events import Contact
from penstock.api.resources.paging import paged
from penstock.api.shapes import LARGEST_NUMBER, Account, Body, Cursor, Limit, Shown
from penstock.feedback import telling
from penstock.feedback.orders import cancelling, currency, listing, taking

router = Router()

Key = Annotated[str, Field(min_length=1, max_length=telling.LONGEST_KEY, examples=["4711"])]


def _plain(amount: Any) -> Any:
    return currency.read(amount) if isinstance(amount, str) else amount


class NewOrder(Body):
    """An order. Who bought, is said by `contact` or by `address`."""

    key: Annotated[Key, Field(description="The shop's own number: an order is noted once under it.")]
    amount: Annotated[
        Decimal,
        Field(
            strict=False,
            ge=0,
            max_digits=16,
            decimal_places=4,
            description='What is paid, as a decimal: `"20.50"`; exact, where it is a string.',
        ),
        BeforeValidator(_plain),  # behind the bounds: before them the schema would not say them
    ]
    currency: Annotated[
        str, Field(min_length=3, max_length=3, description="Three letters of ISO 4217: `EUR`.")
    ]
    contact: Contact | None = None
    address: Address | None = None
    at: Annotated[
        datetime | None, Field(strict=False, description="When it was placed; without it, now.")
    ] = None
    data: Annotated[
        dict[str, str | int | float | bool | None],
        Field(max_length=telling.MOST_PROPERTIES, description="What else is to be kept of it."),
    ] = {}


class NewOrders(Body):
    """Orders, many at once."""

    orders: Annotated[list[NewOrder], Field(min_length=1, max_length=taking.MOST)]


class TakenOrders(Shown):
    """How many were noted, how many of them count for a mailing, and how many had come before.

    `unknown`: which ones (from 0) are of somebody who is no contact. `differing`: which ones are noted under their key with another
    amount, currency or buyer, and were left so.
    """

    noted: int
    attributed: int
    repeated: int
    unknown: list[int]
    differing: list[int]


class Order(Shown):
    """One order. `mailing`: the one whose link its buyer clicked last before it, within the policy `attribution_days`; none, if so."""

    id: int
    key: str
    contact: int
    at: datetime
    told_at: datetime
    amount: Annotated[str, Field(validation_alias="money", description="A decimal.")]
    currency: str
    mailing: int | None
    clicked_at: datetime | None
    cancelled_at: datetime | None
    data: dict[str, Any] | None


class OrderPage(Shown):
    """A page of orders."""

    items: list[Order]
    next_cursor: str | None


class OrdersToCancel(Body):
    """Orders, by the shop's numbers."""

    keys: Annotated[list[Key], Field(min_length=1, max_length=taking.MOST)]


class CancelledOrders(Shown):
    """How many were cancelled, how many had been before, and the keys under which there is none."""

    cancelled: int
    repeated: int
    unknown: list[str]


_NEW = {
    "key": "4711", "address": "anna@example.org", "amount": "20.50", "currency": "EUR", "at": "2026-01-22T08:00:00Z",
    "data": {"coupon": "SPRING"},
}  # fmt: skip
_TAKEN = {"noted": 1, "attributed": 1, "repeated": 0, "unknown": [], "differing": []}
_SHOWN = {
    "id": 3, "key": "4711", "contact": 12, "at": "2026-01-22T08:00:00Z", "told_at": "2026-01-22T08:00:01Z", "amount": "20.50",
    "currency": "EUR", "mailing": 7, "clicked_at": "2026-01-22T07:51:12Z", "cancelled_at": None, "data": {"coupon": "SPRING"},
}  # fmt: skip


@router.post("", response=TakenOrders, openapi_extra=documented(_TAKEN, body={"orders": [_NEW]}))
def tell_orders(request: HttpRequest, given: NewOrders, account: Account = None) -> Any:
    """Tell orders. Each is noted once by its `key`; either all that are possible are noted, or, for a fault, none."""
    with asked(request, "events:write") as ask:
        return taking.take(*ask.given, [taking.Order(**each.model_dump()) for each in given.orders])


@router.post(
    "/cancellations",
    response=CancelledOrders,
    openapi_extra=documented({"cancelled": 1, "repeated": 0, "unknown": []}, body={"keys": ["4711"]}),
)
def cancel_orders(request: HttpRequest, given: OrdersToCancel, account: Account = None) -> Any:
    """Cancel orders by their keys: they stay, and count for no mailing any more. A key that was cancelled is not told again."""
    with asked(request, "events:write") as ask:
        return cancelling.cancel(*ask.given, given.keys)


@router.get("", response=OrderPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_orders(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    mailing: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER, description="Only those counted for this mailing.")] = None,
    contact: Annotated[int | None, Query(ge=1, le=2**62, description="Only those of this contact.")] = None,
    key: Annotated[str | None, Query(max_length=telling.LONGEST_KEY, description="Only the one with this key.")] = None,
) -> Any:  # fmt: skip
    """Orders, the newest first."""
    with asked(request, "contacts:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return listing.page(
                *ask.given, limit=most, before=before, mailing=mailing, contact=contact, key=key
            )

        return paged(
            request, response, f"orders {ask.account} {mailing} {contact} {key}", cursor, limit, rows
        )
