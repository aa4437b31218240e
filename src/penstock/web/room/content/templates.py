"""Templates: listed, begun, written with the editor of mailings, renamed, deleted. A change of the message makes another version."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from penstock.content import accepting, checking, templates
from penstock.content.message import Message, MessageError
from penstock.content.messages import store_message
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room
from penstock.web.room.writing import counter, fields, knowing, looking, problems, short, starting
from penstock.web.room.writing.message import editor, stored

PAGE = 50
NAMES = (templates.TemplateNameProblem, templates.TemplateNameTaken)


@room("templates:read")
def listed(visit: Visit) -> HttpResponse:
    """The templates of the account, by number."""
    after = number_of(visit.request.GET.get("after")) or 0
    rows = templates.page(visit.conn, visit.account, limit=PAGE + 1, after=after)
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    return visit.page("content/templates.html", rows=rows[:PAGE], further=further)


@room("templates:write")
def new(visit: Visit) -> HttpResponse:
    """Ask what the template is to be called and how it is written; make it."""
    posted, wrong = visit.request.POST, ""
    name = fields.text(posted, "name")
    if visit.posted:
        try:
            with visit.conn.transaction():
                form = posted.get("begin", "")
                channel = accepting.SMS if form == "text" else accepting.EMAIL
                begun = starting.message(form, _sender(visit, channel), name)
                number = store_message(visit.conn, visit.account, begun)
                made = templates.create(
                    visit.conn, visit.account, name=name, message=number, actor=visit.actor
                )
            return visit.go("template", made.id)
        except NAMES as error:
            wrong = str(error)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return visit.page("content/new.html", status, name=name, wrong=wrong, begin=posted.get("begin", "design"))


@room("templates:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One template: written by who may, seen by all."""
    there = found(visit, number)
    before = stored(visit, there.message)
    if not visit.posted:
        return _show(visit, there, before)
    visit.require("templates:write")
    wanted = number_of(visit.request.POST.get("version"))
    if wanted is not None and wanted != there.version:
        words = _("Somebody else changed this template: it is at version %(now)s, you began with %(then)s. Save once more and"
                  " yours is the next one; theirs stays among the versions.") % {"now": there.version, "then": wanted}  # fmt: skip
        return _show(visit, there, before, HTTPStatus.CONFLICT, [words])
    try:
        changed = _saved(visit, there, before)
    except fields.Unreadable as error:
        return _show(
            visit, there, before, HTTPStatus.UNPROCESSABLE_ENTITY, [fault.text for fault in error.faults]
        )
    except MessageError as error:
        return _show(visit, there, before, HTTPStatus.UNPROCESSABLE_ENTITY, list(map(str, error.problems)))
    except NAMES as error:
        return _show(visit, there, before, HTTPStatus.UNPROCESSABLE_ENTITY, [str(error)])
    return visit.go("template", number, said=_("Saved as version %(number)s.") % {"number": changed.version})


@room("templates:read")
def look(visit: Visit, number: int) -> HttpResponse:
    """The letter of a template with what was typed, else as it is (or was, in a version): the document for the frame."""
    there = found(visit, number)
    version = number_of(visit.request.GET.get("version"))
    try:
        message = templates.message_of(visit.conn, visit.account, there.id, version)
    except templates.UnknownTemplate as unknown:
        raise NotThere(str(unknown)) from None
    before = stored(visit, message)
    if before.channel == accepting.SMS:
        return counter.shown(visit, before, None, {})
    return looking.shown(visit, before, None, {})


@room("templates:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a template is to be deleted, and do it; mailings made from it stay."""
    there = found(visit, number)
    if visit.posted:
        templates.delete(visit.conn, visit.account, number, visit.actor)
        return visit.go("templates", said=_("The template “%(name)s” is deleted.") % {"name": there.name})
    return visit.either("content/delete.html", there=there)


def found(visit: Visit, number: int) -> templates.Template:
    """Return a template of the account. Raises NotThere."""
    try:
        return templates.require(visit.conn, visit.account, number)
    except templates.UnknownTemplate as unknown:
        raise NotThere(str(unknown)) from None


def _show(
    visit: Visit, there: templates.Template, before: Message, status: int = HTTPStatus.OK, faults: list[str] | None = None
) -> HttpResponse:  # fmt: skip
    told: dict[str, Any] = {
        **_editor(visit, before),
        "there": there, "name": visit.request.POST.get("name", there.name), "faults": faults or [],
        "variables": knowing.variables(visit, None, there.channel) if visit.may("contacts:read") else [],
        "senders": knowing.senders(visit, there.channel), "problems": problems.told(checking.faults(before)),
        "look": reverse("room:template-look", args=[there.id]), "message": before,
    }  # fmt: skip
    return visit.page("content/template.html", status, **told)


def _saved(visit: Visit, there: templates.Template, before: Message) -> templates.Template:
    """Keep what was typed, as another version where the message differs. Raises Unreadable, MessageError, NAMES."""
    read = short.message if before.channel == accepting.SMS else fields.message
    message = read(visit.request.POST, before)
    name = fields.text(visit.request.POST, "name", there.name)
    with visit.conn.transaction():
        number = None
        if message != before:
            accepting.check(message)
            number = store_message(visit.conn, visit.account, message)
        return templates.change(
            visit.conn, visit.account, there.id, actor=visit.actor, name=name, message=number
        )


def _editor(visit: Visit, before: Message) -> dict[str, Any]:
    if before.channel == accepting.SMS:
        now = short.typed(visit, before)
        return short.editor(visit, before) | counter.counted(visit, now, None, {})
    return editor(visit, before)


def _sender(visit: Visit, channel: str) -> str:
    senders = knowing.senders(visit, channel)
    return senders[0] if senders else ""
