"""Notices: what people were told, and by which transport it leaves."""

from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import transports
from penstock.notices import listing
from penstock.notices import settings as there
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

PAGE = 50


@room("notices:read")
def notices(visit: Visit) -> HttpResponse:
    """What was told to who is here, newest first; one button marks all as read."""
    reader = visit.actor.who if listing.knows(visit.conn, visit.account, visit.actor.who) else None
    if visit.posted:
        listing.mark_read(visit.conn, visit.account, None, identity=reader)
        return visit.go("notices")
    before = number_of(visit.request.GET.get("after"))
    rows = listing.listed(visit.conn, visit.account, identity=reader, limit=PAGE + 1, before=before)
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    return visit.page("settings/notices.html", notices=rows[:PAGE], further=further)


@room("notices:read")
def settings(visit: Visit) -> HttpResponse:
    """By which transport notices leave, and from whom."""
    post, wrong, status = visit.request.POST, "", HTTPStatus.OK
    now = there.get(visit.conn, visit.account)
    number, sender = now.notice_transport, now.notice_from or ""
    if visit.posted:
        visit.require("policies:write")
        number, sender = number_of(post.get("transport")), post.get("sender", "").replace("\0", "").strip()
        try:
            there.put(visit.conn, visit.account, transport=number, sender=sender or None, actor=visit.actor)
            return visit.go("notice-settings", said=_("Saved."))
        except there.SettingError as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "settings/notice_settings.html", status, transports=transports.listed(visit.conn, visit.account), number=number,
        sender=sender, wrong=wrong, may_write=visit.may("policies:write"),
    )  # fmt: skip
