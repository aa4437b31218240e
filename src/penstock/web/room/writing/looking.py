"""The letter as it would look now, while it is being written: in a frame that runs nothing and loads nothing from outside."""

from html import escape

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.content.message import Message, MessageError, RenderError
from penstock.platform.environment import base_url
from penstock.preflight import isolating, trying
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import fields, knowing, message, problems


@room("mailings:read")
def look(visit: Visit, number: int) -> HttpResponse:
    """Show the letter of a mailing with what was typed, else as it is stored, as somebody of its audience would get it."""
    mailing = mailing_of(visit, number)
    before = message.stored(visit, mailing.message)
    return shown(visit, before, mailing.audience.get("list"), mailing.options)


def shown(visit: Visit, before: Message, list_id: int | None, options: dict[str, object]) -> HttpResponse:
    """Return the document for the frame; faults of the letter stand in its place."""
    posted = visit.request.POST
    who = knowing.sample(visit, list_id)
    try:
        now = fields.message(posted, before) if visit.posted else before
        html = trying.html(now, options, *(who or (None, None)))
    except fields.Unreadable as error:
        html = _faults([fault.text for fault in error.faults])
    except MessageError as error:
        html = _faults(problems.told(map(str, error.problems)))
    except RenderError as error:
        html = _faults([str(error)])
    outside = visit.request.POST.get("pictures") == "yes"
    headers = isolating.frame_headers(base_url(), pictures=outside)
    return HttpResponse(isolating.framed(html), headers=headers)


def _faults(faults: list[str]) -> str:
    lines = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
    return (
        '<!doctype html><meta charset="utf-8"><title></title><body style="font:16px/1.5 system-ui,sans-serif;color:#333;background:#fff;margin:24px">'
        f'<h1 style="font-size:18px">{escape(_("It cannot be shown yet"))}</h1><ul>{lines}</ul>'
    )
