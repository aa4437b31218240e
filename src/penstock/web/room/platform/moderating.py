"""The desk of moderation: what waits for the platform in every account, one version of each."""

from datetime import datetime

from django.http import HttpResponse

from penstock.preflight import moderation
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

ON_A_PAGE = 50


@room("platform:moderate", methods=("GET",))
def desk(visit: Visit) -> HttpResponse:
    """`/platform`: those who have waited longest first. Decisions are commands; they reach into every account for staff."""
    rows = moderation.waiting(
        visit.conn, after=_place(visit.request.GET.get("after", "")), limit=ON_A_PAGE + 1
    )
    there = rows[:ON_A_PAGE]
    last = there[-1] if len(rows) > ON_A_PAGE else None
    following = f"{last.submitted_at.isoformat()}~{last.id}" if last else None
    return visit.page("platform/desk.html", waiting=there, following=following)


def _place(text: str) -> moderation.Place | None:
    since, _sep, number = text.partition("~")
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        return None
    found = number_of(number)
    return (moment, found) if found is not None and moment.tzinfo else None
