"""Orders that a shop tells."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource


class NewOrder(TypedDict):
    """An order by the shop's own number (`key`); who bought, is said by `contact` or `address`. `amount`: a decimal as text."""

    key: str
    amount: str
    currency: str
    contact: NotRequired[int]
    address: NotRequired[str]
    at: NotRequired[str]
    data: NotRequired[dict[str, Any]]


class TakenOrders(Model):
    """How many were noted, how many of them count for a mailing, how many had come before; places of unknown buyers, and of those
    that are noted under their key as something else."""

    noted: int
    attributed: int
    repeated: int
    unknown: tuple[int, ...]
    differing: tuple[int, ...]


class CancelledOrders(Model):
    """How many were cancelled, how many had been before, and the keys that are unknown."""

    cancelled: int
    repeated: int
    unknown: tuple[str, ...]


class Order(Model):
    """One order, and the mailing that it is counted for."""

    id: int
    key: str
    contact: int
    at: datetime
    told_at: datetime
    amount: Decimal
    currency: str
    mailing: int | None
    clicked_at: datetime | None
    cancelled_at: datetime | None
    data: dict[str, Any] | None


class Orders(Resource):
    """`/orders`."""

    path = "/orders"

    def all(
        self, *, mailing: int | None = None, contact: int | None = None, key: str | None = None, limit: int | None = None
    ) -> Pages[Order]:  # fmt: skip
        """Orders, the newest first: all, those counted for a mailing, those of a contact, or the one with this key."""
        return self._pages(Order, mailing=mailing, contact=contact, key=key, limit=limit)

    def tell(self, orders: Sequence[NewOrder]) -> TakenOrders:
        """Tell orders, up to 1,000 at once; each is noted once by its key."""
        return self._one(TakenOrders, "POST", body={"orders": [*orders]})

    def cancel(self, keys: Sequence[str]) -> CancelledOrders:
        """Cancel orders by their keys: they count for no mailing any more."""
        return self._one(CancelledOrders, "POST", "/cancellations", body={"keys": [*keys]})
