"""The packages of a mailing one by one: what goes out when, and what became of it; and the speed they make, as a file."""

from django.http import HttpResponse, HttpResponseBase

from penstock.report.packages import listed
from penstock.web.room.mailing import files, pictures
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 100


@room("mailings:read", methods=("GET",))
def packages(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/packages`, in their order."""
    mailing = mailing_of(visit, number)
    after = number_of(visit.request.GET.get("after"))
    rows = listed(visit.conn, number, after=-1 if after is None else min(after, 2**31 - 1), limit=PAGE + 1)
    return visit.page(
        "mailing/packages.html", mailing=mailing, heading=heading(visit, mailing), packages=rows[:PAGE],
        further=rows[PAGE - 1].no if len(rows) > PAGE else None,
    )  # fmt: skip


@room("mailings:read", methods=("GET",))
def speed_csv(visit: Visit, number: int) -> HttpResponseBase:
    """The speed over time, as it is drawn."""
    chart = pictures.over_time(visit.conn, mailing_of(visit, number))
    if chart is None:
        raise NotThere
    rows = [
        [start.isoformat(), rate] for start, rate in zip(chart.starts, chart.series[0].values, strict=True)
    ]
    return files.written(f"mailing-{number}-speed.csv", ["from_utc", chart.series[0].name], rows)
