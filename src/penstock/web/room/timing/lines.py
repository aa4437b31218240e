"""The lines of a timeline: a batch or a zone each, with its time and how many; and the picture of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from penstock.mailing.timeline import Release, zone_in
from penstock.report.timeline import Part
from penstock.web.room.charts.columns import Series
from penstock.web.room.charts.scale import step
from penstock.web.room.words import Text

COLUMNS = 48
"""Stretches of time in the picture, at most."""


@dataclass(frozen=True, slots=True)
class Line:
    """Recipients who go together. `at`: when they may go, None while they are held (`held`: why); `planned`: when the plan wants them.

    `zones`: whose wall time it is. `begun`, `skipped`, `ended` are those of a running mailing.
    """

    slot: int | None
    at: datetime | None
    planned: datetime | None
    zones: list[str] = field(default_factory=list)
    count: int = 0
    begun: int = 0
    skipped: int = 0
    ended: int = 0
    held: Text = ""
    missed: bool = False

    @property
    def is_later(self) -> bool:
        """Whether it goes later than the plan wants: quiet hours, or a pause."""
        return bool(self.at and self.planned and self.at > self.planned + timedelta(seconds=1))

    @property
    def left(self) -> int:
        """How many are still to go."""
        return self.count - self.begun - self.ended

    @property
    def is_done(self) -> bool:
        """Whether everybody of it was handed over."""
        return self.count > 0 and self.begun >= self.count

    @property
    def zone(self) -> str | None:
        """The zone by whose clock its time is told, where it is of one zone."""
        return zone_in(self.zones[0]) if len(self.zones) == 1 else None

    @property
    def time(self) -> datetime | None:
        """When it goes, or was to go."""
        return self.at or self.planned


def foreseen(releases: Iterable[Release]) -> list[Line]:
    """Return a line for each batch, and for each zone where there are no batches."""
    lines = []
    for (slot, at, missed), each in groupby(releases, lambda one: (one.slot, one.at, one.missed)):
        together = list(each)
        if slot is not None:
            zones = [one.zone for one in together if one.zone]
            lines.append(Line(slot, at, None, zones, sum(one.count for one in together)))
        else:
            lines += [
                Line(None, at, one.planned, [one.zone] if one.zone else [], one.count, missed=missed)
                for one in together
            ]
    return lines


def running(parts: Iterable[Part]) -> list[Line]:
    """Return a line for each batch of a running mailing, and for each zone where there are no batches."""
    lines = []
    for (slot, at, held), each in groupby(parts, lambda one: (one.slot, one.at, one.held)):
        together = list(each)
        if slot is None:
            lines += [_line([one], at, held) for one in together]
        else:
            lines.append(_line(together, at, held))
    return lines


def _line(parts: Sequence[Part], at: datetime | None, held: str | None) -> Line:
    planned = [one.planned for one in parts if one.planned]
    return Line(
        parts[0].slot, at, min(planned, default=None), [one.zone for one in parts if one.zone],
        sum(one.count for one in parts), sum(one.begun for one in parts), sum(one.skipped for one in parts),
        sum(one.ended for one in parts), held or "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Equal stretches of time: when each begins, and how many are begun, still to go and over in each."""

    starts: list[datetime]
    begun: list[float]
    left: list[float]
    ended: list[float]

    def series(self, names: Sequence[str]) -> list[Series]:
        """Return them as series with these names; those of which there is nothing are left out."""
        keys = ("reached", "planned", "ended")
        told = zip(keys, names, (self.begun, self.left, self.ended), strict=True)
        return [Series(key, name, values) for key, name, values in told if any(values)]


def columns(lines: Sequence[Line]) -> Columns | None:
    """Return the stretches; None where all go at one time, of which there is nothing to be drawn."""
    times = [line.time for line in lines if line.time and not line.missed]
    if not times or min(times) == max(times):
        return None
    first = min(times)
    wide = step((max(times) - first).total_seconds() + 1, COLUMNS)
    number = int((max(times) - first).total_seconds() // wide) + 1
    made = Columns(
        [first + timedelta(seconds=wide * n) for n in range(number)],
        [0.0] * number,
        [0.0] * number,
        [0.0] * number,
    )
    for line in lines:
        if line.time and not line.missed:
            place = int((line.time - first).total_seconds() // wide)
            made.begun[place] += line.begun
            made.left[place] += line.left
            made.ended[place] += line.ended
    return made
