"""Batches: a mailing that goes out in parts, so many recipients or so many parts, one every interval. Pure.

In a plan: {"batches": {"size": 5000}, "interval": "1h"} or {"batches": {"number": 10}, "interval": "1d"}.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from penstock.mailing import duration

MOST: Final = 10_000
"""Batches that a mailing may have."""
LARGEST: Final = 100_000_000
"""Recipients of one batch at most."""
LONGEST: Final = 31 * 86_400
"""Seconds between two batches at most."""
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Batches:
    """Parts of `size` recipients each, or `number` parts; `interval` seconds between two.

    `by_day`: the interval is in whole days, and keeps the wall time over a change of the clocks.
    """

    size: int | None
    number: int | None
    interval: int
    by_day: bool = False

    @property
    def document(self) -> dict[str, int]:
        """Themselves, as a plan has them."""
        return {"size": self.size} if self.size is not None else {"number": self.number or 1}

    def size_of(self, people: int) -> int:
        """Return how many of `people` go in one batch."""
        return self.size if self.size is not None else max(1, -(-people // (self.number or 1)))

    def after(self, at: datetime, zone: ZoneInfo, steps: int = 1) -> datetime:
        """Return the time of the grid that comes `steps` after `at`, in UTC."""
        if not self.by_day:
            return at + timedelta(seconds=steps * self.interval)
        # Counted from one origin, so that a wall time that one day does not exist is kept for the others.
        wall = at.astimezone(zone) + timedelta(seconds=steps * self.interval)
        return wall.replace(fold=0).astimezone(UTC)


def too_many(people: int, size: int) -> str | None:
    """Why so many people cannot go in batches of this size; None where they can."""
    if people <= MOST * size:
        return None
    return f"{people:,} recipients in batches of {size:,} are more than {MOST:,} batches: make the batches larger."


def read(batches: Any, interval: Any) -> Batches:
    """Understand what a plan says. Raises ValueError in words."""
    said = {name: n for name, n in batches.items() if n is not None} if isinstance(batches, Mapping) else {}
    if len(said) != 1 or not said.keys() <= {"size", "number"}:
        raise ValueError(
            f'{batches!r} are no batches; write {{"size": 5000}}, recipients of each, or {{"number": 10}}.'
        )
    ((name, count),) = said.items()
    most = LARGEST if name == "size" else MOST
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= most:
        raise ValueError(f"The {name} of batches is {count!r}; it must be a whole number from 1 to {most:,}.")
    if interval is None:
        raise ValueError('Batches need an interval between two of them, as "interval": "1h".')
    try:
        seconds = duration.seconds(interval, least=1, most=LONGEST)
    except ValueError as error:
        raise ValueError(f"The interval between batches: {error}.") from None
    by_day = isinstance(interval, str) and interval.strip()[-1:] in "dw" and seconds % _DAY == 0
    return Batches(count if name == "size" else None, count if name == "number" else None, seconds, by_day)
