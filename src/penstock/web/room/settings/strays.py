"""Strays: what came back and could not be placed. It is shown as text, and nothing in it is obeyed."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.feedback import strays as there
from penstock.feedback.strays import Stray
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50


@room("strays:read", methods=("GET",))
def strays(visit: Visit) -> HttpResponse:
    """What could not be placed, the newest first; staff of the platform sees what is nobody's, too."""
    before = number_of(visit.request.GET.get("after"))
    rows = there.page(visit.conn, _whose(visit), limit=PAGE + 1, before=before)
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    return visit.page("settings/strays.html", strays=rows[:PAGE], further=further, days=there.DAYS)


@room("strays:read", methods=("GET",))
def one(visit: Visit, number: int) -> HttpResponse:
    """One of them with its beginning."""
    stray = _found(visit, number)
    return visit.page(
        "settings/stray.html", stray=stray, text=stray.raw.decode("utf-8", "replace"), cut=stray.size > len(stray.raw),
        may_write=visit.may("strays:write"),
    )  # fmt: skip


@room("strays:write", methods=("POST",))
def discard(visit: Visit, number: int) -> HttpResponse:
    """Throw one away."""
    _found(visit, number)
    there.discard(visit.conn, _whose(visit), number)
    return visit.go("strays", said=_("It is thrown away."))


def _whose(visit: Visit) -> int | None:
    return None if visit.person.is_platform else visit.account


def _found(visit: Visit, number: int) -> Stray:
    try:
        return there.find(visit.conn, _whose(visit), number)
    except there.UnknownStray as error:
        raise NotThere(str(error)) from None
