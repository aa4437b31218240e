"""Public lists: what a person may choose to get. They say so on a page of theirs, or a face says it for them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Offer:
    """A public list as one person sees it, and whether they are on it."""

    list: int
    title: str
    description: str
    on: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The lists that a person left and joined by a choice."""

    left: list[int]
    joined: list[int]


def offers(conn: psycopg.Connection[Any], account: int, contact: int) -> list[Offer]:
    """Return the account's public lists by title, with whether the contact is on each; none for a contact that is gone."""
    with conn.cursor(row_factory=class_row(Offer)) as cursor:
        return cursor.execute(
            sql("penstock.audience", "offers"), {"account": account, "contact": contact}
        ).fetchall()


def choose(
    conn: psycopg.Connection[Any], account: int, contact: int, *, shown: Collection[int], wanted: Collection[int]
) -> Change:  # fmt: skip
    """Put a contact on the `wanted` of the public lists that were `shown` to them, and take them off the others. Idempotent.

    Lists that are not public (any more), or not this account's, are left as they are; so is everything for a contact that is gone.
    """
    row = conn.execute(
        sql("penstock.audience", "choose_lists"),
        {"account": account, "contact": contact, "shown": list(shown), "wanted": list(wanted)},
    ).fetchone()
    assert row is not None
    return Change(*row)
