"""Guards of credits: a mailing starts, and goes on, with a credit for each recipient whom it may still reach. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from penstock.mailing.guards.known import Arguments, Facts, Refusal


@dataclass(frozen=True)
class Planned:
    """Another mailing that starts by itself: when (None: at once, or in its turn), and how many credits it takes then."""

    due_at: datetime | None
    needed: int


@dataclass(frozen=True)
class Credits:
    """What a mailing's credits are, where they are counted.

    `needed` beyond those it has: exact once its audience is frozen, before as it was counted last, None where nobody has counted;
    `at_most` then says how many there can be, if that is known. `planned`: those that may take credits before it does.
    `basis`: what the parts of its messages were counted from, where these are several (credits.estimates).
    """

    available: int
    needed: int | None
    exact: bool = False
    at_most: int | None = None
    planned: tuple[Planned, ...] = ()
    basis: str | None = None

    def before(self, start: datetime | None) -> int:
        """How many the others take until `start` (None: nobody knows when it is)."""
        first = (each for each in self.planned if None in (start, each.due_at) or each.due_at <= start)  # type: ignore[operator]
        return sum(each.needed for each in first)


_COUNTED: Final[dict[str | None, str]] = {
    "analysis": "by the parts that its analysis counted",
    "sample": "by the parts of a sample of its messages",
}
"""How it was counted, where that is no exact figure."""


def credits_enough(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Where credits are counted, there is one for each recipient whom it may still reach (policy credits)."""
    found = facts.credits
    if found is None or not found.needed or found.needed <= found.available:
        return None
    return Refusal("credits", lacking(found.needed, found.available, exact=found.exact, basis=found.basis))


def lacking(needed: int, available: int, *, exact: bool = True, basis: str | None = None) -> str:
    """Say that there are too few credits, and what to do."""
    counted = "" if exact else f" ({_COUNTED.get(basis, 'as its recipients were counted last')})"
    return (
        f"It needs {_some(needed)}{counted}, and {available:,} {'is' if available == 1 else 'are'} left."
        f" Top up {needed - available:,} or more (credits), then let it go on."
    )


def runs_short(found: Credits, start: datetime | None, *, now: bool) -> str | None:
    """Say that credits will be too few when it starts, those that go before it taken off; None where they last.

    `now`: it starts at once, so that only what starts at once too goes before it.
    """
    needed = found.needed if found.needed is not None else found.at_most
    before = sum(each.needed for each in found.planned if each.due_at is None) if now else found.before(start)
    if not needed or needed + before <= found.available:
        return None
    upto = "up to " if found.needed is None else ""
    others = f", of which mailings that go before it take {before:,}" if before else ""
    return (
        f"Credits run short: it needs {upto}{_some(needed)}, and {found.available:,} {'is' if found.available == 1 else 'are'} left{others}."
        f" Top up {needed + before - found.available:,} or more, else it waits for them."
    )


def _some(number: int) -> str:
    return f"{number:,} credit{'' if number == 1 else 's'}"
