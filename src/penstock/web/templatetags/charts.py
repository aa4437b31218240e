"""Tags that draw figures: columns or a line over time, bars, the strip of packages. Each has its figures in a table beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats

from penstock.web.room.charts import columns
from penstock.web.room.charts.figures import Bar, OverTime
from penstock.web.room.charts.scale import written
from penstock.web.room.charts.strip import DrawnCell

register = template.Library()


@register.inclusion_tag("room/charts/over_time.html")
def column_chart(chart: OverTime, zone: str = "UTC") -> dict[str, Any]:
    """Draw columns over time, the series on one another."""
    boxes, high = columns.stacked(chart.series)
    return {**_around(chart, zone, high), "boxes": boxes}


@register.inclusion_tag("room/charts/over_time.html")
def line_chart(chart: OverTime, zone: str = "UTC") -> dict[str, Any]:
    """Draw the one series as a line of steps with its area."""
    drawn, area, high = columns.line(chart.series[0].values)
    return {**_around(chart, zone, high), "line": drawn, "area": area, "key": chart.series[0].key}


def _around(chart: OverTime, zone: str, high: float) -> dict[str, Any]:
    """What stands beside the picture: the axis, the legend, the table."""
    ends = (
        [chart.starts[n] for n in (0, len(chart.starts) // 2, -1)]
        if len(chart.starts) > 2
        else list(chart.starts)
    )
    rows = [
        (start, [each.values[n] for each in chart.series]) for n, start in enumerate(chart.starts)
        if any(each.values[n] for each in chart.series)
    ]  # fmt: skip
    return {
        "chart": chart, "zone": zone, "high": high, "half": high / 2, "rows": rows,
        "view": f"0 0 {written(columns.WIDTH)} {written(columns.HEIGHT)}",
        "labels": [_clock(end, zone, chart.starts) for end in ends],
    }  # fmt: skip


def _clock(at: datetime, zone: str, starts: Sequence[datetime]) -> str:
    """A label of the axis: the hour, and the day where there is more than one; days alone where they are days."""
    there = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    days = {start.astimezone(ZoneInfo(zone)).date() for start in starts}
    day, hour = (
        formats.date_format(there, "MONTH_DAY_FORMAT", use_l10n=True),
        formats.time_format(there.time(), "H:i"),
    )
    if len(days) == len(starts) > 1:
        return day
    return hour if len(days) == 1 else f"{day} {hour}"


@register.inclusion_tag("room/charts/bars.html")
def bars(rows: Sequence[Bar], title: str, of: str = "", figure: str = "") -> dict[str, Any]:
    """Show figures as bars in a table; `of` heads what they are of, `figure` the numbers."""
    return {"rows": rows, "title": title, "of": of, "figure": figure}


@register.inclusion_tag("room/charts/strip.html")
def strip(cells: Sequence[DrawnCell], about: str, name: str = "strip") -> dict[str, Any]:
    """Draw the strip of packages; `about` says in a sentence what is seen."""
    return {
        "cells": cells, "about": about, "name": name,
        "view": f"0 0 {written(columns.WIDTH)} {written(columns.HEIGHT)}",
    }  # fmt: skip


@register.filter
def coordinate(value: float) -> str:
    """Write a number as SVG takes it, whatever the language."""
    return written(value)
