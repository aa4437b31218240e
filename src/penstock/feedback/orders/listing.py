"""The orders of an account, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.feedback.orders.currency import written
from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Noted:
    """One order. `mailing` None: nobody clicked in a mailing in the days before it; `clicked_at`: the click that it is counted for."""

    id: int
    key: str
    contact: int
    at: datetime
    told_at: datetime
    amount: Decimal
    currency: str
    mailing: int | None
    seq: int | None
    clicked_at: datetime | None
    cancelled_at: datetime | None
    data: dict[str, Any] | None

    @property
    def money(self) -> str:
        """The amount with the decimals of its currency, for programs."""
        return written(self.amount, self.currency)


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, before: int | None = None,
    mailing: int | None = None, contact: int | None = None, key: str | None = None,
) -> list[Noted]:  # fmt: skip
    """Return orders before number `before`; only those counted for `mailing`, of `contact`, or the one with `key`."""
    chosen = {"mailing": mailing, "contact": contact, "key": key}
    where = "".join(f" and {name} = %({name})s" for name, value in chosen.items() if value is not None)
    statement = sql("penstock.feedback", "page_of_orders").replace("/* chosen */", where)
    given = {"account": account, "limit": limit, "before": before, **chosen}
    with conn.cursor(row_factory=class_row(Noted)) as cursor:
        return cursor.execute(statement, given).fetchall()
