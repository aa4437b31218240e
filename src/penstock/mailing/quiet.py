"""Quiet hours: a part of the day in which nothing begins to go to a recipient, by the clock of the recipient's zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

OFF: Final = "off"
WRITTEN: Final = r"off|([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]"
"""How the policy is written: off, or from when until when."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` until `end`, which may be on the next day; nobody is quiet from a time until the same."""

    start: time
    end: time

    def covers(self, wall: time) -> bool:
        """Say whether the clock showing `wall` means quiet."""
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def over(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Return `at` where it is not quiet in `zone` then, else the end of the quiet hours, in UTC."""
        there = at.astimezone(zone)
        if not self.covers(there.time()):
            return at
        days = 1 if there.time() >= self.end else 0
        wall = datetime.combine(there.date() + timedelta(days=days), self.end)
        # An hour that the clocks skip ends with them; of one that occurs twice the later is meant, when both are over.
        return max(at, wall.replace(tzinfo=zone, fold=1 if _twice(wall, zone) else 0).astimezone(UTC))


def _twice(wall: datetime, zone: ZoneInfo) -> bool:
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def is_meant(written: str) -> bool:
    """Whether it says something: from 08:00 until 08:00 could be always, or never."""
    return written == OFF or read(written) is not None


def read(written: str) -> Quiet | None:
    """Understand the policy, "22:00-08:00"; None for "off"."""
    if written == OFF:
        return None
    start, _, end = written.partition("-")
    quiet = Quiet(time.fromisoformat(start), time.fromisoformat(end))
    return quiet if quiet.start != quiet.end else None
