"""Columns over time, one on another for each kind; and the line over them when there is one kind. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass

from penstock.web.room.charts.scale import top, written

WIDTH, HEIGHT = 1000.0, 100.0
"""The box that is drawn in; it is stretched to the room there is."""

_GAP = 0.12  # of a column's width


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of figures over all columns: `key` says how it looks (a class), `name` what it is called."""

    key: str
    name: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle as SVG takes it."""

    key: str
    x: str
    y: str
    width: str
    height: str


def stacked(series: Sequence[Series]) -> tuple[list[Box], float]:
    """Return the rectangles of columns that stand beside each other, kinds upon each other; and the end of the axis."""
    count = len(series[0].values) if series else 0
    if not count:
        return [], 1.0
    high = top(max(sum(each.values[n] for each in series) for n in range(count)))
    broad = WIDTH / count
    boxes = []
    for n in range(count):
        foot = HEIGHT
        for each in series:
            if each.values[n] <= 0:
                continue
            tall = each.values[n] / high * HEIGHT
            foot -= tall
            left = n * broad + broad * _GAP / 2
            boxes.append(Box(each.key, *map(written, (left, foot, broad * (1 - _GAP), tall))))
    return boxes, high


def line(values: Sequence[float]) -> tuple[str, str, float]:
    """Return a line of steps as an SVG path, the area under it as another, and the end of the axis."""
    if not values:
        return "", "", 1.0
    high, broad = top(max(values)), WIDTH / len(values)
    parts = []
    for n, value in enumerate(values):
        y = written(HEIGHT - value / high * HEIGHT)
        parts.append(
            f"{written(n * broad)} {y}H{written((n + 1) * broad)}"
            if not n
            else f"V{y}H{written((n + 1) * broad)}"
        )
    drawn = "M" + "".join(parts)
    return drawn, f"{drawn}V{written(HEIGHT)}H0Z", high
