"""What a chart is given: its words, its figures, and where they can be had as a file. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from penstock.web.room.charts.columns import Series
from penstock.web.room.charts.scale import written


@dataclass(frozen=True)
class OverTime:
    """Figures of equal stretches of time: `starts` says when each begins; every series has one value for each.

    `about` says in a sentence what is seen: it stands for the picture where that is not seen. `unit` stands at the axis. `name`
    is that of the chart in the page. `csv`: the address of the figures as a file. `table`: whether the figures stand under it; else the page has them.
    """

    name: str
    title: str
    about: str
    starts: Sequence[datetime]
    series: Sequence[Series]
    unit: str = ""
    csv: str = ""
    table: bool = True

    @property
    def has_figures(self) -> bool:
        """Whether there is anything to be drawn."""
        return any(value > 0 for each in self.series for value in each.values)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar that is 100 wide, as SVG takes it."""

    key: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, how many, and which share of the whole (percent); `parts`: what it is made of, filling it.

    `url`: where those are listed. `note`: what else there is to say.
    """

    label: str
    value: int
    share: float
    key: str = ""
    url: str = ""
    note: str = ""
    parts: Sequence[Part] = field(default_factory=tuple)


def share(part: float, whole: float) -> float:
    """Return a part in percent of the whole with one decimal, rounded down; 0 of nothing."""
    return int(part * 1000 // whole) / 10 if whole > 0 else 0.0


def parts(figures: Sequence[tuple[str, int]], whole: int) -> list[Part]:
    """Return the pieces of a bar beside each other: for each key its share of the whole."""
    made, at = [], 0.0
    for key, number in figures:
        if number > 0 and whole > 0:
            width = number / whole * 100
            made.append(Part(key, written(at), written(width)))
            at += width
    return made
