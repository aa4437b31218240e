"""Cancelling orders: they stay, and count no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.platform.database import sql


@dataclass(frozen=True)
class Cancelled:
    """How many were cancelled, how many had been before, and the keys under which there is no order."""

    cancelled: int
    repeated: int
    unknown: list[str]


def cancel(conn: psycopg.Connection[Any], account: int, keys: Sequence[str]) -> Cancelled:
    """Cancel the account's orders with these keys: none of them counts for its mailing any more. Idempotent.

    The event `converted` stays: it happened. An order that was cancelled cannot be told again under its key.
    """
    wanted = list(dict.fromkeys(keys))
    given = {"account": account, "keys": wanted}
    with conn.transaction():
        there = {
            row[0] for row in conn.execute(
                "select key from feedback_order where account = %(account)s and key = any(%(keys)s)", given
            )
        }  # fmt: skip
        done = conn.execute(sql("penstock.feedback", "cancel_orders"), given).fetchall()
        if counted := [number for number, mailing in done if mailing is not None]:
            less = {"account": account, "orders": counted, "by": -1}
            conn.execute(sql("penstock.feedback", "count_orders"), less)
            conn.execute(sql("penstock.feedback", "count_buyers"), less)
    return Cancelled(len(done), len(there) - len(done), [key for key in wanted if key not in there])
