"""What the account sent over time: settled by state, day by day, as a chart, a table and a file."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from penstock.report.days import STATES, Day, over
from penstock.web.room.charts.columns import Series
from penstock.web.room.charts.figures import Bar, OverTime, share
from penstock.web.room.mailing import files
from penstock.web.room.mailing.recipients import STATE_WORDS
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import Text
from penstock.web.templatetags.room import number

SPANS: dict[int, Text] = {
    7: gettext_lazy("7 days"), 30: gettext_lazy("30 days"), 90: gettext_lazy("90 days"), 365: gettext_lazy("A year"),
}  # fmt: skip
USUAL = 30


@room("mailings:read", methods=("GET",))
def reports(visit: Visit) -> HttpResponse:
    """`/reports?days=30`."""
    days = _asked(visit)
    told = over(visit.conn, visit.account, days, visit.place.zone, timezone.now())
    sums = {state: sum(getattr(day, state) for day in told) for state in STATES}
    whole = sum(sums.values())
    return visit.page(
        "reports/over_time.html", chart=_chart(told, visit.place.zone, days), days=days, spans=SPANS, whole=whole,
        states=[Bar(str(STATE_WORDS[s]), sums[s], share(sums[s], whole), s) for s in STATES if sums[s]],
    )  # fmt: skip


@room("mailings:read", methods=("GET",))
def csv(visit: Visit) -> HttpResponseBase:
    """The days as a file."""
    told = over(visit.conn, visit.account, _asked(visit), visit.place.zone, timezone.now())
    rows = [[day.day.isoformat(), day.mailings, *(getattr(day, state) for state in STATES)] for day in told]
    return files.written("penstock-days.csv", ["day", "mailings", *STATES], rows)


def _asked(visit: Visit) -> int:
    days = number_of(visit.request.GET.get("days"))
    return days if days in SPANS else USUAL


def _chart(told: list[Day], zone: str, days: int) -> OverTime:
    series = [
        Series(state, str(STATE_WORDS[state]), values)
        for state in STATES
        if any(values := [getattr(day, state) for day in told])
    ]
    about = _("%(people)s recipients settled in %(days)s days, by the day on which they were sent to.") % {
        "people": number(sum(sum(each.values) for each in series)), "days": number(days),
    }  # fmt: skip
    starts = [day.begins(zone) for day in told]
    return OverTime(
        "days", _("Settled by day"), about, starts, series, csv=f"{reverse('room:reports-csv')}?days={days}",
    )  # fmt: skip
