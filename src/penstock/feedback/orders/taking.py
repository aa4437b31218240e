"""Taking orders: each once by the shop's own number, counted for the mailing that its buyer clicked in last before it.

The window is the policy `attribution_days`. An order counts for one mailing, which is one step of a chain, and once: the click
that came last before it decides, those that machines made (`scanned`) never do. Told late it is counted as if it had been told
when it was placed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.account.policy import tolerant
from penstock.audience import identity
from penstock.audience.address import AddressError
from penstock.feedback.orders import currency as money
from penstock.feedback.telling import AHEAD, EARLIEST, LONGEST_KEY, printable, wrong_data
from penstock.platform.database import sql

MOST: Final = 1_000  # orders at once


@dataclass(frozen=True)
class Order:
    """What somebody bought, named by the shop's number (`key`); who it was by their number or their address. `at`: now, without it."""

    key: str
    amount: Decimal
    currency: str
    contact: int | None = None
    address: str | None = None
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """How many were noted, and how many of these are counted for a mailing; how many had come before, by their keys.

    Places (from 0) of those whose buyer is no contact, and of those that had come before with another amount, currency or buyer: what
    was noted first stays.
    """

    noted: int
    attributed: int
    repeated: int
    unknown: list[int]
    differing: list[int]


class OrderProblem(ValueError):
    """An order that cannot be; nothing was noted. `place`: its place among those given, from 0."""

    def __init__(self, text: str, place: int) -> None:
        super().__init__(f"Order {place}: {text}")
        self.place = place
        self.more = {"errors": [{"pointer": f"#/orders/{place}", "detail": text}]}


def take(conn: psycopg.Connection[Any], account: int, orders: Sequence[Order]) -> Answer:
    """Note orders of the account's contacts, and count them for their mailings. All or, for a fault, none. Raises OrderProblem."""
    now = datetime.now(UTC)
    rows = [_row(order, place, now) for place, order in enumerate(orders)]
    given = {"account": account, "orders": Jsonb(rows)}
    with conn.transaction():
        days = _days(conn, account)
        noted = conn.execute(sql("penstock.feedback", "take_orders"), {**given, "days": days}).fetchall()
        counted = [each for each in noted if each[1] is not None]
        _count(conn, account, counted)
        found = conn.execute(sql("penstock.feedback", "compare_orders"), given).fetchone()
    assert found is not None
    unknown, differing = (places or [] for places in found)
    return Answer(len(noted), len(counted), len(rows) - len(noted) - len(unknown), unknown, differing)


def _days(conn: psycopg.Connection[Any], account: int) -> int:
    row = conn.execute("select policy from account_account where id = %s", (account,)).fetchone()
    return tolerant(row[0] if row else {}).attribution_days


def _count(conn: psycopg.Connection[Any], account: int, orders: Sequence[tuple[Any, ...]]) -> None:
    """Count orders (number, mailing, recipient, amount, currency, time, key) for their mailings, and tell each as an event.

    In the order of mailings and recipients, so that two batches never wait for each other in a circle.
    """
    if not orders:
        return
    ranked = sorted(orders, key=lambda each: (each[1], each[2], each[0]))
    given = {"account": account, "orders": [each[0] for each in ranked], "by": 1}
    conn.execute(sql("penstock.feedback", "count_orders"), given)
    conn.execute(sql("penstock.feedback", "count_buyers"), given)
    numbers, mailings, seqs, amounts, currencies, times, keys = (
        list(column) for column in zip(*ranked, strict=True)
    )
    bought = zip(keys, amounts, currencies, strict=True)
    conn.execute(
        "select feedback_note(%s::integer[], %s::integer[], %s::text[], null, %s::timestamptz[], %s::jsonb[], %s::text[])",
        (mailings, seqs, ["converted"] * len(ranked), times, [Jsonb(_told(*each)) for each in bought],
         [f"order\t{number}" for number in numbers]),  # a tab stands in no key that others give: this is nobody else's
    )  # fmt: skip


def _told(key: str, amount: Decimal, currency: str) -> dict[str, str]:
    return {"order": key, "amount": money.written(amount, currency), "currency": currency}


def _row(order: Order, place: int, now: datetime) -> dict[str, Any]:
    if wrong := _wrong(order, now):
        raise OrderProblem(wrong, place)
    try:
        normal = None if order.address is None else identity.normal(order.address)
    except AddressError as error:
        raise OrderProblem(f"The address {order.address!r} {error}.", place) from None
    return {
        "place": place, "key": order.key, "contact": order.contact, "normal": normal, "at": (order.at or now).isoformat(),
        "amount": money.written(order.amount, order.currency), "currency": order.currency, "data": dict(order.data) or None,
    }  # fmt: skip


def _wrong(order: Order, now: datetime) -> str | None:
    if not printable(order.key, LONGEST_KEY):
        return f"Its key, the shop's number of it, is a printable text of 1 to {LONGEST_KEY} characters."
    if (order.contact is None) == (order.address is None):
        return "Name the contact either by `contact` or by `address`."
    if order.at is not None and order.at.utcoffset() is None:
        return "Its time has no zone; write it like 2026-12-31T12:00:00Z."
    if order.at is not None and not EARLIEST <= order.at <= now + AHEAD:
        return f"Its time {order.at.isoformat()} is in the future, or before {EARLIEST.year}."
    return money.wrong(order.amount, order.currency) or wrong_data(order.data)
