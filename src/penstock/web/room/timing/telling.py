"""A timeline in words: first and last message, each batch and zone with its time, what to be warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from penstock.delivery import canary
from penstock.mailing.holidays import ENGLISH, Holiday, country_name
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import ENDS, State
from penstock.report import shut
from penstock.report import timeline as report
from penstock.report.held import in_messages
from penstock.report.progress import progress
from penstock.report.sequence import measured
from penstock.report.timeline import Timeline
from penstock.web.room.charts.figures import OverTime
from penstock.web.room.deciding import zones
from penstock.web.room.timing import lines as listed
from penstock.web.room.timing.lines import Line
from penstock.web.room.visit import Visit
from penstock.web.room.words import Text
from penstock.web.templatetags.room import number

SHOWN = 100
"""Lines that a page has."""
HOLIDAYS = 12
"""Public holidays that it names."""
HELD: dict[str, Text] = {
    "canary": gettext_lazy("held until the first recipients are judged"),
    "sending_hours": gettext_lazy("given back: their country was shut, or it was quiet"),
}
"""Why packages may not go although their time is known."""


@dataclass(frozen=True)
class Told:
    """What a page shows. `lines` are those that fit on it, `more` how many follow; `zone` is that in which times are told.

    `picture`: None where there is nothing to be drawn. `runs`: it is the timeline of a running mailing.
    """

    when: Timeline
    lines: list[Line]
    more: int
    picture: OverTime | None
    zone: str
    runs: bool = False
    name: str = "timeline"

    @property
    def by_zone(self) -> bool:
        """Whether some line belongs to a zone."""
        return any(line.zones for line in self.lines)

    @property
    def missed(self) -> int:
        """Recipients whose time is past and who would get nothing."""
        return sum(each.count for each in self.when.missed)

    @property
    def holidays(self) -> list[str]:
        """The public holidays for which somebody waits, in words: as many as fit on a page."""
        return [_holiday(each) for each in self.when.holidays[:HOLIDAYS]]

    @property
    def gone(self) -> int:
        """Lines of which everybody was handed over."""
        return sum(line.is_done for line in self.lines)


def _holiday(each: Holiday) -> str:
    """Whoever reads English is told the country by its name; there are no others in Penstock."""
    language = (get_language() or "en").partition("-")[0]
    english = language == "en"
    told = {
        "day": date_format(each.on, "DATE_FORMAT"), "name": each.name(ENGLISH if english else language),
        "country": country_name(each.country) if english else each.country,
    }  # fmt: skip
    if each.is_national:
        return _("%(day)s is a public holiday in %(country)s (%(name)s).") % told
    return _("%(day)s is a public holiday in a part of %(country)s (%(name)s).") % told


def foreseen(when: Timeline, zone: str, name: str = "timeline") -> Told:
    """Show what is expected. `name` is that of the picture in the page."""
    there = listed.foreseen(when.releases)
    return Told(when, there[:SHOWN], max(0, len(there) - SHOWN), _picture(there, name), zone, name=name)


def running(visit: Visit, mailing: Mailing) -> Told | None:
    """Show the packages of a mailing whose ledger is written; None of one that goes all at once."""
    parts = report.running(visit.conn, mailing.id)
    there = [replace(line, held=HELD.get(str(line.held), line.held)) for line in listed.running(parts)]
    if len(there) < 2 and not any(line.slot or line.zones or line.held for line in there):
        return None
    now = datetime.now(UTC)
    judged = canary.over_at(visit.conn, mailing.id)
    going = report.going_on(parts, now, judged) if State(mailing.state) not in ENDS else []
    rate = progress(visit.conn, mailing.id).rate or measured(visit.conn, visit.account)
    held_to = in_messages(visit.conn, mailing, mailing.options.get("rate"))
    rate = min((each for each in (rate, held_to) if each), default=None)
    last = report.expected_end(going, rate) or max((each.at for each in going), default=None)
    late = report.left_at(going, rate, mailing.ends_at)
    kind = (mailing.plan or {}).get("kind", "")
    when = Timeline(
        kind, _first(there), last, rate, late > 0, (), late, mailing.ends_at, holidays=shut.running(visit.conn, mailing, parts, now)
    )  # fmt: skip
    more = max(0, len(there) - SHOWN)
    return Told(
        when, _around(there), more, _picture(there, "timeline"), zone_of(visit, mailing.plan), runs=True
    )


def _around(there: list[Line]) -> list[Line]:
    """Of many lines those that come next, with a few that went before."""
    if len(there) <= SHOWN:
        return there
    first = next((place for place, line in enumerate(there) if line.left), len(there))
    begin = max(0, min(first - 5, len(there) - SHOWN))
    return there[begin : begin + SHOWN]


def _first(there: Sequence[Line]) -> datetime | None:
    return min((line.time for line in there if line.time), default=None)


def zone_of(visit: Visit, plan: Mapping[str, Any] | None) -> str:
    """Return the zone in which times of this plan are told: its own where there is such a one, else the account's."""
    return zones.known((plan or {}).get("zone"), visit.place.zone)


def _picture(there: Sequence[Line], name: str) -> OverTime | None:
    drawn = listed.columns(there)
    if drawn is None:
        return None
    names = [_("Begun"), _("Still to go"), _("Ended unsent")]
    told: dict[str, Any] = {
        "parts": number(len(there)), "people": number(sum(line.count for line in there if line.held is not HELD["sending_hours"])),
    }  # fmt: skip
    about = _("%(parts)s batches or zones, %(people)s recipients in all; each stands at its time.") % told
    return OverTime(name, _("Recipients over time"), about, drawn.starts, drawn.series(names), table=False)
