"""What a template was: its versions, newest first; one of them is taken again, which makes it the newest."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.content import templates
from penstock.web.room.content.templates import found
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50


@room("templates:read")
def listed(visit: Visit, number: int) -> HttpResponse:
    """The versions of a template; a form takes one again."""
    there = found(visit, number)
    if visit.posted:
        return _taken(visit, number)
    before = number_of(visit.request.GET.get("before"))
    rows = templates.versions(visit.conn, visit.account, number, limit=PAGE + 1, before=before)
    further = rows[PAGE - 1].version if len(rows) > PAGE else None
    seen = number_of(visit.request.GET.get("see"))
    return visit.page("content/versions.html", there=there, rows=rows[:PAGE], further=further, seen=seen)


def _taken(visit: Visit, number: int) -> HttpResponse:
    visit.require("templates:write")
    wanted = number_of(visit.request.POST.get("number"))
    try:
        message = templates.message_of(visit.conn, visit.account, number, wanted)
    except templates.UnknownTemplate as unknown:
        raise NotThere(str(unknown)) from None
    now = templates.change(visit.conn, visit.account, number, actor=visit.actor, message=message)
    said = _("Version %(then)s is taken again, as version %(now)s.") % {"then": wanted, "now": now.version}
    return visit.go("template", number, said=said)
