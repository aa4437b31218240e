"""The journal of the account: everything that was done, to mailings and otherwise."""

from django.http import HttpResponse

from penstock.mailing import history
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

PAGE = 100


@room("mailings:read", methods=("GET",))
def journal(visit: Visit) -> HttpResponse:
    """The entries, newest first."""
    before = number_of(visit.request.GET.get("after"))
    rows = history.of_account(visit.conn, visit.account, before=before, limit=PAGE + 1)
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    return visit.page("settings/journal.html", lines=rows[:PAGE], further=further)
