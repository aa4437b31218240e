"""What the product decides in SQL, once more in Python; tests/integration/delivery/test_simulated.py holds both together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from penstock.delivery.outcome import Schedule


class Served(Protocol):
    """A mailing that may be sent."""

    @property
    def number(self) -> int: ...
    @property
    def served_at(self) -> float | None: ...


Mailing = TypeVar("Mailing", bound=Served)


def by_turn(mailings: Iterable[Mailing]) -> list[Mailing]:
    """look.sql: whoever was never served first, then whoever was served longest ago."""
    return sorted(mailings, key=lambda each: (each.served_at is not None, each.served_at or 0.0, each.number))


def opens(kind: str, release_at: float, no: int) -> tuple[float, int]:
    """delivery_open: the key by which the released packages of a mailing are opened."""
    return (release_at, no)


def is_again(kind: str) -> bool:
    """delivery_open: whether a package is of those who were tried before, or given back."""
    return kind in ("retry", "again")


def prefers_again(last_was: bool) -> bool:
    """delivery_open: whether these go first now, since the last package was of them, or not."""
    return not last_was


def gathers(schedule: Schedule, attempt: int) -> float:
    """pack_due.sql: seconds for which the deferred, after so many attempts, gather before a retry package is made of them."""
    return 0.1 * min(schedule.longest, schedule.first * schedule.factor ** min(attempt - 1, 30))


def promotes(states: Iterable[str]) -> bool:
    """clock.sql: whether the head of a sequence may start, beside other sequential mailings of the account in these states."""
    return not any(state in ("starting", "sending", "cancelling") for state in states)
