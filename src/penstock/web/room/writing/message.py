"""The step Message: who writes, what about, and the letter itself."""

from typing import Any

from django.urls import reverse

from penstock.account import transports
from penstock.content.checking import blockers
from penstock.content.message import Message
from penstock.content.messages import load_message
from penstock.mailing.mailings import Mailing
from penstock.mailing.writing import Changes
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit
from penstock.web.room.writing import blocks, fields, knowing, problems


def stored(visit: Visit, number: int) -> Message:
    """Return a stored message. Raises NotThere."""
    if (message := load_message(visit.conn, number)) is None:
        raise NotThere
    return message


def read(visit: Visit, mailing: Mailing) -> Changes:
    """Return what the form changes. Raises Unreadable."""
    posted = visit.request.POST
    return Changes(
        name=fields.text(posted, "name", mailing.name) if "name" in posted else None,
        message=fields.message(posted, stored(visit, mailing.message)),
        transport=number_of(posted.get("transport")),
    )


def told(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows: what was typed, else what is stored."""
    before = stored(visit, mailing.message)
    return {
        **editor(visit, before),
        **around(visit, mailing),
        "look": reverse("room:edit-look", args=[mailing.id]),
        "changeable": reverse("room:edit-form", args=[mailing.id]),
    }


def around(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows around the message, whatever the channel: the name, the way out, what helps who writes."""
    ways = [each for each in transports.listed(visit.conn, visit.account) if each.channel == mailing.channel]
    chosen = number_of(visit.request.POST.get("transport")) or mailing.transport
    fits = len(ways) == 1 and ways[0].id == chosen
    return {
        "name": visit.request.POST.get("name", mailing.name),
        "transports": [] if fits else ways,
        "transport": chosen,
        "problems": problems.told(blockers(visit.conn, mailing.id)),
        "variables": knowing.variables(visit, mailing.audience.get("list"), mailing.channel),
        "senders": knowing.senders(visit, mailing.channel),
    }


def editor(visit: Visit, before: Message) -> dict[str, Any]:
    """Return what the editor of a message shows, of a mailing as of a template."""
    posted = visit.request.POST
    form = posted.get("form", "")
    form = form if form in ("design", "mjml", "html") else fields.form_of(before)
    return {
        "sender": posted.get("sender", before.sender),
        "reply_to": posted.get("reply_to", before.reply_to or ""),
        "subject": posted.get("subject", before.subject),
        "form": form,
        "source": posted.get(form, fields.source_of(before, form)),
        "text": posted.get("text", before.text or ""),
        "headers": posted.get("headers", fields.header_lines(before)),
        "block_kinds": blocks.kinds(),
        "fresh": blocks.fresh(),
        "pictures": _pictures(visit),
    }


def _pictures(visit: Visit) -> str:
    return reverse("room:pictures") + "?pick=yes" if visit.may("pictures:read") else ""
