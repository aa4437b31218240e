"""The desk of unlocks: what too many bounces or complaints stopped, in every account."""

from datetime import datetime

from django.http import HttpResponse

from penstock.delivery.locked import Place, locked
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

ON_A_PAGE = 50


@room("platform:moderate", methods=("GET",))
def unlocks(visit: Visit) -> HttpResponse:
    """`/platform/unlocks`: those that have been locked longest first. Unlocking is a command; it reaches into every account for staff."""
    rows = locked(visit.conn, after=_place(visit.request.GET.get("after", "")), limit=ON_A_PAGE + 1)
    there = rows[:ON_A_PAGE]
    last = there[-1] if len(rows) > ON_A_PAGE else None
    following = f"{last.since.isoformat()}~{last.id}" if last else None
    return visit.page("platform/unlocks.html", locked=there, following=following)


def _place(text: str) -> Place | None:
    since, _sep, number = text.partition("~")
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        return None
    found = number_of(number)
    return (moment, found) if found is not None and moment.tzinfo else None
