"""Messages that people sent by SMS, as an account sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account.policy import tolerant
from penstock.audience.number import parse
from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `number`: who sent it, `addressee`: to which of our numbers or short codes ("" where that is not told).

    `at`: when it came, `sent_at`: as the network says. `word`: stop, start or help where it is one of those keywords; `done`:
    unsubscribed, resubscribed, nothing, None where nobody has looked at it yet (a second). `contact`: whose number it is; `mailing`,
    `seq`: the newest that had gone to it. `transport`: by which it came.
    """

    id: int
    at: datetime
    sent_at: datetime | None
    number: str
    addressee: str
    text: str
    word: str | None
    done: str | None
    contact: int | None
    mailing: int | None
    seq: int | None
    transport: int


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, before: int | None = None, number: str | None = None
) -> list[Message]:  # fmt: skip
    """Return messages, the newest first, those before the one of that number of its own (`before`); only of one sender, if given.

    number: as people write it; one without a country code is read by the account's policy `country`. Raises AddressError.
    """
    given: dict[str, Any] = {"account": account, "limit": limit, "before": before, "number": None}
    if number is not None:
        given["number"] = parse(number, _country(conn, account)).number
    with conn.cursor(row_factory=class_row(Message)) as cursor:
        return cursor.execute(sql("penstock.feedback", "inbox"), given, prepare=False).fetchall()


def _country(conn: psycopg.Connection[Any], account: int) -> str | None:
    row = conn.execute("select policy from account_account where id = %s", (account,)).fetchone()
    return (tolerant(row[0]).country or None) if row else None
