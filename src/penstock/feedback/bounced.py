"""Bounces of an account as they were noted: who, of which mailing, what was said, and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.audience import identity, pseudonym
from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Bounce:
    """One bounce. `kind`: hard, soft or blocked; `code` 0 and `enhanced` "": none was given; `origin`: smtp, dsn, text, webhook.

    `suppressed`: whether the address was suppressed because of it. `address` in its normal form.
    """

    id: int
    mailing: int
    seq: int
    contact: int
    address: str
    at: datetime
    kind: str
    code: int
    enhanced: str
    text: str
    origin: str
    suppressed: bool

    @property
    def said(self) -> str:
        """The reply as one line."""
        return " ".join(
            word for word in (str(self.code) if self.code else "", self.enhanced, self.text) if word
        )


def page(
    conn: psycopg.Connection[Any],
    account: int,
    *,
    limit: int,
    before: int | None = None,
    mailing: int | None = None,
    address: str | None = None,
) -> list[Bounce]:
    """Return bounces, the newest first, those before number `before`; only of a mailing or an address. Raises AddressError."""
    statement = "bounces_of_account" if mailing is None else "bounces_of_mailing"
    given = {
        "account": account, "limit": limit, "before": before, "mailing": mailing,
        "normals": None if address is None else _known_as(account, address),
    }  # fmt: skip
    if mailing is None and address is not None:
        statement = "bounces_of_address"
    with conn.cursor(row_factory=class_row(Bounce)) as cursor:
        return cursor.execute(sql("penstock.feedback", statement), given).fetchall()


def striking(conn: psycopg.Connection[Any], account: int, normals: Iterable[str]) -> dict[str, Bounce]:
    """Return the newest bounce of each of these addresses that got it suppressed."""
    given = {"account": account, "normals": list(normals)}
    with conn.cursor(row_factory=class_row(Bounce)) as cursor:
        found = cursor.execute(sql("penstock.feedback", "bounces_that_struck"), given).fetchall()
    return {each.address: each for each in found}


def _known_as(account: int, address: str) -> list[str]:
    """How an address may stand there: in its normal form, and as a pseudonym."""
    if pseudonym.is_pseudonym(address):
        return [address]
    normal = identity.normal(address)
    return [normal, pseudonym.of(account, normal)]
