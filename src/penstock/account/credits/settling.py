"""What a mailing does to credits: reserve, spend, release, return, by one function that can be repeated."""

from dataclasses import dataclass
from typing import Any

import psycopg


class Lacking(Exception):
    """Too few credits; nothing was changed. `needed` is how many it needs beyond those it has, `available` how many there are."""

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(f"It needs {needed:,} credits, and {available:,} are left.")
        self.needed, self.available = needed, available


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settlement moved: `reserved` for a mailing, `spent` of that, `released` of that, `returned` of what was spent."""

    reserved: int
    spent: int
    released: int
    returned: int

    @property
    def told(self) -> dict[str, int]:
        """What the journal says of it: what was moved."""
        names = ("reserved", "spent", "released", "returned")
        return {name: n for name in names if (n := getattr(self, name))}


def settle(
    conn: psycopg.Connection[Any], mailing: int, actor: str, door: str, *, reserve: bool = False
) -> Settled:
    """Bring a mailing's credits into line with its ledger, inside the transaction that changed that, as its last lock.

    `reserve`: for everybody whom it may still reach, as far as that was not done (it begins, goes on, or recipients were added).
    Repeated it does nothing. Nothing where the account has unlimited credits and nothing was ever reserved. Raises Lacking.
    """
    row = conn.execute(
        "select lacking, left_over, reserved, spent, released, returned from account_credits_settle(%s, %s, %s, %s)",
        (mailing, actor, door, reserve),
    ).fetchone()
    assert row is not None
    short, left, *moved = row
    if short:
        raise Lacking(int(short), int(left))
    return Settled(*map(int, moved))
