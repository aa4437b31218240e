"""`/mailings/ID/edit`: a draft being written, a step at a time. Forms save it; scripts send the same forms while one types."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.content.checking import blockers
from penstock.content.message import MessageError
from penstock.mailing import control, history, writing
from penstock.mailing.drafting import DraftError
from penstock.mailing.mailings import Mailing
from penstock.preflight.giving import possible
from penstock.web.room.deciding import refusing
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import problems, steps
from penstock.web.room.writing.fields import Unreadable
from penstock.web.room.writing.steps import Step

CHANGED = "version_changed"


class NotSaved(Exception):
    """What was typed is not stored: why, in words, and how the answer is marked. `theirs`: somebody else changed it meanwhile."""

    def __init__(self, faults: list[str], status: HTTPStatus, *, theirs: bool = False) -> None:
        super().__init__("; ".join(faults))
        self.faults, self.status, self.theirs = faults, status, theirs


@room("mailings:read")
def edit(visit: Visit, number: int) -> HttpResponse:
    """Show a step of the draft, or save what was typed into it and go where the button leads."""
    mailing = mailing_of(visit, number)
    if mailing.state != "draft":
        return shut(visit, mailing)
    visit.require("mailings:write")
    step = steps.of(visit.request.GET.get("step"), mailing.channel)
    if not visit.posted:
        return show(visit, mailing, step)
    try:
        mailing = save(visit, mailing, step)
    except NotSaved as refused:
        return not_saved(visit, mailing, step, refused)
    if visit.is_fragment:
        return visit.part(
            "writing/saved.html", mailing=mailing, problems=problems.told(blockers(visit.conn, mailing.id))
        )
    on = steps.of(visit.request.POST.get("go") or step.name, mailing.channel)
    said = _("Saved.") if on is step else ""
    return visit.go("edit", mailing.id, said=said, query=f"step={on.name}")


def save(visit: Visit, mailing: Mailing, step: Step) -> Mailing:
    """Store what the step's form says, where that differs; return the draft as it is then. Raises NotSaved."""
    if step.read is None:
        return mailing
    try:
        changes = writing.differs(visit.conn, mailing, step.read(visit, mailing))
        if changes == writing.Changes():
            return mailing
        version = number_of(visit.request.POST.get("version"))
        if version is None:  # a form that does not say what it looked at might take away what others wrote
            raise NotSaved([], HTTPStatus.CONFLICT, theirs=True)
        writing.edit(visit.conn, mailing, visit.actor, changes, version=version, typing=visit.is_fragment)
    except Unreadable as error:
        raise NotSaved([fault.text for fault in error.faults], HTTPStatus.UNPROCESSABLE_ENTITY) from None
    except DraftError as error:
        raise NotSaved([fault.text for fault in error.faults], HTTPStatus.UNPROCESSABLE_ENTITY) from None
    except MessageError as error:
        raise NotSaved(list(map(str, error.problems)), HTTPStatus.UNPROCESSABLE_ENTITY) from None
    except control.Refused as refused:
        others = any(reason.code == CHANGED for reason in refused.reasons)
        faults = [refusing.text(reason) for reason in refused.reasons if reason.code != CHANGED]
        raise NotSaved(faults, HTTPStatus.CONFLICT, theirs=others) from None
    return mailing_of(visit, mailing.id)


def show(
    visit: Visit, mailing: Mailing, step: Step, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    """Return the page of a step; what was posted to it stands in its fields."""
    return visit.page(
        "writing/edit.html", status, mailing=mailing, step=step, steps=steps.steps(mailing.channel),
        version=mailing.version, **step.told(visit, mailing), **more,
    )  # fmt: skip


def shut(visit: Visit, mailing: Mailing) -> HttpResponse:
    """Say why this mailing cannot be edited any more, and what can be done instead."""
    allowed = possible(visit.conn, mailing.id, mailing.state, visit.actor)
    told = {"mailing": mailing, "allowed": allowed}
    if visit.is_fragment:
        return visit.part("writing/shut_part.html", HTTPStatus.CONFLICT, **told)
    return visit.page("writing/shut.html", HTTPStatus.CONFLICT if visit.posted else HTTPStatus.OK, **told)


def not_saved(visit: Visit, mailing: Mailing, step: Step, refused: NotSaved) -> HttpResponse:
    """Tell why nothing was stored; what was typed stays where it is."""
    now = mailing_of(visit, mailing.id)
    if now.state != "draft":
        return shut(visit, now)
    who = history.last(visit.conn, now.id) if refused.theirs else None
    told: dict[str, Any] = {"faults": refused.faults, "who": who}
    if visit.is_fragment:
        return visit.part("writing/not_saved.html", refused.status, mailing=now, step=step, **told)
    return show(visit, now, step, refused.status, **told)
