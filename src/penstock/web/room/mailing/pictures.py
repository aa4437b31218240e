"""The pictures of a mailing on its way: its speed over time, and its packages as a strip of cells."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from penstock.mailing.mailings import Mailing
from penstock.report import packages, speed
from penstock.web.room.charts.columns import Series
from penstock.web.room.charts.figures import OverTime
from penstock.web.room.charts.scale import step
from penstock.web.room.charts.strip import Cell, DrawnCell, strip, together
from penstock.web.room.words import Text
from penstock.web.templatetags.room import duration, number

COLUMNS = 60
"""Stretches of time in the chart of the speed, at most."""

_UNITS: tuple[tuple[int, Text, Text], ...] = (
    (1, gettext_lazy("a second"), gettext_lazy("Messages a second")),
    (60, gettext_lazy("a minute"), gettext_lazy("Messages a minute")),
    (3600, gettext_lazy("an hour"), gettext_lazy("Messages an hour")),
)


def over_time(conn: psycopg.Connection, mailing: Mailing) -> OverTime | None:
    """Return the chart of the speed; None where nothing was handed off yet."""
    sent = speed.packages(conn, mailing.id)
    if not sent:
        return None
    still = speed.standstills(conn, mailing.id)
    told = speed.over_time(sent, still, step(speed.span(sent, still), COLUMNS))
    assert told is not None
    per, unit, words = next(each for each in _UNITS if max(told.rates) * each[0] >= 1 or each is _UNITS[-1])
    rates = [round(rate * per, 1) for rate in told.rates]
    about = _("%(unit)s in stretches of %(step)s; at most %(most)s, %(all)s attempts in all.") % {
        "unit": words, "step": duration(told.step), "most": number(max(rates)), "all": number(round(sum(told.attempts))),
    }  # fmt: skip
    starts: list[datetime] = [told.begins(place) for place in range(len(rates))]
    return OverTime(
        "speed", _("Speed over time"), about, starts, [Series("speed", str(words), rates)],
        unit=str(unit), csv=reverse("room:mailing-speed-csv", args=[mailing.id]),
    )  # fmt: skip


@dataclass(frozen=True)
class Strip:
    """The packages, drawn, and what is seen in a sentence."""

    cells: list[DrawnCell]
    about: str


def packages_of(conn: psycopg.Connection, mailing: Mailing) -> Strip | None:
    """Return the strip of the mailing's packages; None where it has none."""
    there = packages.filled(conn, mailing.id)
    if not there:
        return None
    cells = [
        Cell(each.no, each.no, each.size, each.state, (each.reached, each.lost, each.again, each.going))
        for each in there
    ]
    counts = {
        state: sum(cell.state == state for cell in cells) for state in ("done", "active", "open", "ended")
    }
    about = ngettext(
        "%(all)s package: %(done)s done, %(active)s being sent, %(open)s not begun, %(ended)s ended unsent.",
        "%(all)s packages: %(done)s done, %(active)s being sent, %(open)s not begun, %(ended)s ended unsent.",
        len(cells),
    ) % {"all": number(len(cells)), **{state: number(count) for state, count in counts.items()}}
    return Strip(strip(together(cells)), about)
