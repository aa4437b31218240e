"""The step Message of a short message: whom it is from, and a text; its length is counted while it is written."""

from typing import Any

from django.urls import reverse

from penstock.content.message import Message
from penstock.content.sms.foreign import replaced
from penstock.mailing.mailings import Mailing
from penstock.mailing.writing import Changes
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit
from penstock.web.room.writing import counter, fields
from penstock.web.room.writing.message import around, stored

ALL = "all"


def read(visit: Visit, mailing: Mailing) -> Changes:
    """Return what the form changes; a button that replaces characters says which. Raises Unreadable."""
    posted = visit.request.POST
    return Changes(
        name=fields.text(posted, "name", mailing.name) if "name" in posted else None,
        message=message(posted, stored(visit, mailing.message)),
        transport=number_of(posted.get("transport")),
    )


def message(posted: Any, before: Message) -> Message:
    """Return the short message as the form has it, with the characters replaced that a button was pressed for."""
    typed = fields.message(posted, before)
    wanted = posted.get("replace", "")
    if not wanted:
        return typed
    text = replaced(typed.text or "", None if wanted == ALL else [wanted])
    return fields.with_text(typed, text)


def told(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows: what was typed, else what is stored."""
    before = stored(visit, mailing.message)
    return {
        **editor(visit, before),
        **around(visit, mailing),
        **counter.counted(visit, typed(visit, before), mailing.audience.get("list"), mailing.options),
        "look": reverse("room:edit-counter", args=[mailing.id]),
    }


def typed(visit: Visit, before: Message) -> Message:
    """Return the message as it stands in the form."""
    return fields.message(visit.request.POST, before) if visit.posted else before


def editor(visit: Visit, before: Message) -> dict[str, Any]:
    """Return what the editor of a short message shows, of a mailing as of a template."""
    posted = visit.request.POST
    return {
        "sender": posted.get("sender", before.sender),
        "text": posted.get("text", before.text or ""),
        "form": "text",
    }
