"""Where one is signed in: listed, and ended."""

from allauth.usersessions.models import UserSession
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.web.room.visit import NotThere, Visit, room


@room(None)
def listed(visit: Visit) -> HttpResponse:
    """`/me/sessions`: each with when and from where; a form ends one of them, or all others."""
    there = UserSession.objects.purge_and_list(visit.person)
    own = visit.request.session.session_key
    others = [each for each in there if each.session_key != own]
    if not visit.posted:
        there.sort(key=lambda each: (each.session_key != own, -each.created_at.timestamp()))
        return visit.page("me/sessions.html", sessions=there, own=own, others=len(others))
    wanted = visit.request.POST.get("session", "")
    ended = [each for each in others if wanted in (str(each.pk), "others")]
    if not ended and wanted != "others":
        raise NotThere
    for each in ended:
        each.end()
    return visit.go("me-sessions", said=_("Ended."))
