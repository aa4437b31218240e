"""What a short message takes as it stands: its length, its parts, what makes it long; told while it is written."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse

from penstock.account import policies
from penstock.content.message import Message, MessageError, RenderError
from penstock.content.sms import sender
from penstock.content.sms.encoding import encode
from penstock.content.sms.foreign import replaced
from penstock.content.sms.program import program_for
from penstock.content.sms.seeing import Seen, seen
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import fields, knowing
from penstock.web.room.writing.message import stored

STAND_IN = "Sender"
"""Stands in while there is no sender yet: the text can be counted all the same."""


@room("mailings:read")
def look(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/edit/counter`: what the short message takes with what was typed, else as it is stored."""
    mailing = mailing_of(visit, number)
    before = stored(visit, mailing.message)
    return shown(visit, before, mailing.audience.get("list"), mailing.options)


def shown(visit: Visit, before: Message, list_id: int | None, options: dict[str, Any]) -> HttpResponse:
    """Return it as the part of the page that stands beside the text."""
    now = fields.message(visit.request.POST, before) if visit.posted else before
    return visit.either("writing/counter.html", **counted(visit, now, list_id, options))


def counted(visit: Visit, message: Message, list_id: int | None, options: dict[str, Any]) -> dict[str, Any]:
    """Return what there is to tell of the message as somebody on the list would get it; faults where it cannot be made."""
    who = knowing.sample(visit, list_id, message.channel)
    told: dict[str, Any] = {"counter_for": who[0] if who else "", "counter_from": message.sender}
    if not (message.text or "").strip():
        return told
    try:
        there = _seen(message, policies.chosen(visit.conn, visit.account) | options, who)
    except MessageError as error:
        return told | {"counter_faults": [str(problem) for problem in error.problems]}
    except RenderError as error:
        return told | {"counter_faults": [str(error)]}
    alike = [
        each
        for each in there.forcing
        if not each.of_data and each.foreign.replacement is not None and not each.foreign.offered
    ]
    return told | {"counter": there, "counter_least": _least(there), "counter_replaces": len(alike) > 1}


def _seen(message: Message, options: dict[str, Any], who: tuple[str, dict[str, Any]] | None) -> Seen:
    """The message as this person gets it; as nobody in particular every variable stands for itself, like (town)."""
    known = message if sender.kind(message.sender) else replace(message, sender=STAND_IN)
    program = program_for(known, options)
    if who is None:
        values: list[str | None] = [f"({name})" for name in program.variables]
    else:
        known_of = {**who[1], "phone": who[0]}
        values = [known_of.get(name) for name in program.variables]
    return seen(program.encoded(values), message.text or "")


def _least(there: Seen) -> int | None:
    """The parts that it would take with every character replaced that can be; None where that saves nothing."""
    if not there.forcing:
        return None
    count = encode(replaced(there.text, spelling=True)).count
    return count if count < there.count else None
