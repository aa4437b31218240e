"""Another form for the HTML of a letter: blocks become MJML, both become HTML. What it was stays among the earlier ones."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.content.accepting import EMAIL
from penstock.content.design import mjml_from_design
from penstock.content.message import FORMS, Message, Problem, changed
from penstock.content.mjml import html_from_mjml
from penstock.mailing import control, writing
from penstock.web.room.deciding import refusing
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import editing, fields, message, starting, steps


class NotPossible(ValueError):
    """The letter cannot be carried over; says why."""


@room("mailings:write")
def change(visit: Visit, number: int) -> HttpResponse:
    """Save what was typed, then carry the letter over into the form that was asked for."""
    mailing = mailing_of(visit, number)
    if mailing.state != "draft":
        return editing.shut(visit, mailing)
    wanted = visit.request.POST.get("to", "")
    if not visit.posted or wanted not in FORMS or mailing.channel != EMAIL:
        return visit.go("edit", number)
    step = steps.of("message", mailing.channel)
    try:
        mailing = editing.save(visit, mailing, step)
        now = message.stored(visit, mailing.message)
        other = carried(now, wanted, mailing.name)
        writing.edit(
            visit.conn, mailing, visit.actor, writing.Changes(message=other), version=mailing.version
        )
    except editing.NotSaved as refused:
        return editing.not_saved(visit, mailing, step, refused)
    except NotPossible as error:
        return visit.go("edit", number, said=str(error), level=messages.ERROR)
    except control.Refused as refused:
        words = " ".join(refusing.text(reason) for reason in refused.reasons)
        return visit.go("edit", number, said=words, level=messages.ERROR)
    return visit.go("edit", number, said=_("What it was before is among the earlier versions."))


def carried(now: Message, wanted: str, name: str) -> Message:
    """Return the message with its HTML in the form `wanted`; where it cannot be made of what there is, begun anew. Raises NotPossible."""
    had = fields.form_of(now)
    source = getattr(now, had)
    if had == wanted:
        return now
    if not source or wanted == "design" or (had, wanted) == ("html", "mjml"):
        begun = starting.message(wanted, now.sender, name)
        return changed(now, {wanted: getattr(begun, wanted)})
    if had == "design":
        source = _certain(mjml_from_design(source))
    if wanted == "html":
        source = _certain(html_from_mjml(source))
    return changed(now, {wanted: source})


def _certain(made: str | Problem | list[Problem]) -> str:
    if isinstance(made, str):
        return made
    problems = made if isinstance(made, list) else [made]
    raise NotPossible(_("Mend this first: %(faults)s") % {"faults": " ".join(map(str, problems))})
