"""What came back of a mailing, for its report: the shares, the hours, the links, the orders."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from penstock.mailing.mailings import Mailing
from penstock.report import links
from penstock.report.links import Link
from penstock.report.reporting import hours
from penstock.report.results import Result, results
from penstock.web.room.charts.columns import Series
from penstock.web.room.charts.figures import OverTime
from penstock.web.room.charts.scale import step
from penstock.web.room.mailing.outcome import COLUMNS, HOUR
from penstock.web.room.reports.answers import KINDS, Share, file_of, machines, money, shares
from penstock.web.room.visit import Visit
from penstock.web.room.words import Text
from penstock.web.templatetags.room import duration, number

LINKS = 15
"""Links on the page; the file has all."""
DRAWN = ("opened", "clicked")


@dataclass(frozen=True)
class CameBack:
    """All of it. `hours`: a chart for each of DRAWN that anybody did. `earned`: what came in, in words, with its orders and those cancelled."""

    result: Result
    shares: list[Share]
    machines: list[tuple[Text, int]]
    hours: list[OverTime]
    links: list[Link]
    earned: list[tuple[str, int, int]]
    together: bool

    @property
    def anything(self) -> bool:
        """Whether anybody did anything."""
        return any(each.people for each in self.result.answers.values())


def came_back(visit: Visit, mailing: Mailing) -> CameBack:
    """Return what came back of a mailing whose audience is frozen."""
    [result] = results(visit.conn, visit.account, [mailing.id])
    return CameBack(
        result, shares(result), machines(result), _hours(visit, mailing.id),
        links.most_followed(visit.conn, mailing.id, limit=LINKS),
        [(money(each.amount, each.currency), each.orders, each.cancelled) for each in result.revenue],
        bool(mailing.fixes or mailing.corrections),
    )  # fmt: skip


def _hours(visit: Visit, mailing: int) -> list[OverTime]:
    """People by the hour in which they first opened or clicked, in longer stretches where there are many hours."""
    found = [(at, did) for at, did in hours(visit.conn, mailing) if any(did.get(kind) for kind in DRAWN)]
    if not found:
        return []
    first, last = found[0][0], found[-1][0]
    width = max(HOUR, step((last - first).total_seconds() + HOUR, COLUMNS))
    starts = [
        first + timedelta(seconds=width * n) for n in range(int((last - first).total_seconds() // width) + 1)
    ]
    values = {kind: [0] * len(starts) for kind in DRAWN}
    for at, did in found:
        for kind in DRAWN:
            if kind in did:
                values[kind][int((at - first).total_seconds() // width)] += did[kind].people
    return [_chart(mailing, kind, starts, columns, width) for kind, columns in values.items() if any(columns)]


def _chart(mailing: int, kind: str, starts: list[datetime], columns: list[int], width: int) -> OverTime:
    title = _("Opened over time") if kind == "opened" else _("Clicked over time")
    about = _("%(people)s people by the time at which they first did, in stretches of %(width)s.") % {
        "people": number(sum(columns)),
        "width": duration(width),
    }
    series = [Series(kind, str(KINDS[kind]), columns)]
    return OverTime(f"when-{kind}", title, about, starts, series, csv=file_of(mailing, "answer"))
