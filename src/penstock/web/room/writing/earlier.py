"""Every message that a draft has had: nothing that was typed is lost, and each can be taken again."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.content.message import Message
from penstock.content.messages import load_message
from penstock.mailing import control, saved, writing
from penstock.web.room.deciding import refusing
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room
from penstock.web.room.writing import fields, looking

PAGE = 50


@room("mailings:read")
def listed(visit: Visit, number: int) -> HttpResponse:
    """The earlier versions of a mailing's message; one is taken again, which makes it the newest."""
    mailing = mailing_of(visit, number)
    if visit.posted:
        visit.require("mailings:write")
        return _taken(visit, mailing.id)
    before = number_of(visit.request.GET.get("before"))
    rows = saved.listed(visit.conn, mailing.id, before=before, limit=PAGE + 1)
    further = rows[PAGE - 1].number if len(rows) > PAGE else None
    return visit.page("writing/earlier.html", mailing=mailing, rows=rows[:PAGE], further=further)


@room("mailings:read")
def one(visit: Visit, number: int, version: int) -> HttpResponse:
    """What stood in one of them."""
    mailing = mailing_of(visit, number)
    found, message = _message(visit, mailing.id, version)
    form = fields.form_of(message)
    return visit.page(
        "writing/version.html", mailing=mailing, saved=found, message=message, form=form, source=fields.source_of(message, form),
        texts=[message.text or ""],
    )  # fmt: skip


@room("mailings:read")
def look(visit: Visit, number: int, version: int) -> HttpResponse:
    """How it looked: the document for the frame."""
    mailing = mailing_of(visit, number)
    _found, message = _message(visit, mailing.id, version)
    return looking.shown(visit, message, mailing.audience.get("list"), mailing.options)


def _message(visit: Visit, mailing: int, version: int) -> tuple[saved.Saved, Message]:
    try:
        found = saved.find(visit.conn, mailing, version)
    except saved.UnknownSaved as unknown:
        raise NotThere(str(unknown)) from None
    if (message := load_message(visit.conn, found.message)) is None:
        raise NotThere
    return found, message


def _taken(visit: Visit, number: int) -> HttpResponse:
    mailing = mailing_of(visit, number)
    wanted = number_of(visit.request.POST.get("number"))
    try:
        stored = saved.message_of(visit.conn, visit.account, number, wanted)
        changes = writing.Changes(stored=stored)
        version = number_of(visit.request.POST.get("version"))
        writing.edit(visit.conn, mailing, visit.actor, changes, version=version)
    except saved.UnknownSaved as unknown:
        raise NotThere(str(unknown)) from None
    except control.Refused as refused:
        words = " ".join(refusing.text(reason) for reason in refused.reasons)
        return visit.go("edit-earlier", number, said=words, level=messages.ERROR)
    return visit.go(
        "edit", number, said=_("Version %(number)s is what the mailing has now.") % {"number": wanted}
    )
