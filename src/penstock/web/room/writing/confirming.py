"""The last question before a mailing is sent: to how many, when, through which gates; and then it is done."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.mailing import control
from penstock.mailing.mailings import Mailing
from penstock.mailing.plan import Kind
from penstock.mailing.states import GATES
from penstock.preflight.foretelling import Foretold, foretell
from penstock.preflight.giving import Busy, give
from penstock.web.room.deciding import done, reading, refusing
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.paging import number_of
from penstock.web.room.timing import foreseeing
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import audience, editing, sending, steps


@room("mailings:write")
def send(visit: Visit, number: int) -> HttpResponse:
    """Send the draft as its button says: keep the plan, ask once, then submit it (and approve it, where that was the button)."""
    mailing = mailing_of(visit, number)
    if mailing.state != "draft":
        return editing.shut(visit, mailing)
    if not visit.posted:
        return visit.go("edit", number, query="step=send")
    if "sure" in visit.request.POST:
        return _given(visit, mailing)
    step = steps.of("send", mailing.channel)
    try:
        mailing = editing.save(visit, mailing, step)
    except editing.NotSaved as refused:
        return editing.not_saved(visit, mailing, step, refused)
    seen = foretell(
        visit.conn, mailing.id, "submit", visit.actor, {"plan": sending.planned(mailing), "confirm": True}
    )
    obstacles = [refusing.text(each) for each in seen.refusals if each.code != sending.CONFIRMATION]
    if obstacles:
        return editing.show(visit, mailing, step, HTTPStatus.CONFLICT, refused=True)
    if seen.facts.policy.confirm_send == "off" or sending.planned(mailing)["kind"] == Kind.LATER:
        return _given(visit, mailing)
    return _ask(visit, mailing, seen)


def _ask(
    visit: Visit, mailing: Mailing, seen: Foretold, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    people = sending.people_of(visit, mailing, seen)
    plan = sending.planned(mailing)
    approves = _approves(visit)
    gated = seen.target in GATES
    button = sending.approving(plan["kind"], people) if approves else (
        _("Submit for approval") if gated else sending.label(plan["kind"], people)
    )  # fmt: skip
    return visit.either(
        "writing/confirm.html", status, mailing=mailing, seen=seen, facts=seen.facts, people=people, plan=plan, button=button,
        do=visit.request.POST.get("do", ""), approves=approves, gated=gated, names=audience.names(visit, mailing.audience),
        timing=foreseeing.of_plan(visit, mailing, plan, people=people, counted=True, name="asked"),
        **more,
    )  # fmt: skip


def _approves(visit: Visit) -> bool:
    return visit.request.POST.get("do", "").startswith(sending.APPROVING)


def _given(visit: Visit, mailing: Mailing) -> HttpResponse:
    """Submit it, and approve it where the button said so; lead to the board, which shows where it stands."""
    posted = visit.request.POST
    given = {
        "plan": sending.planned(mailing),
        **reading.READERS["confirm"](posted),
        "expected_version": number_of(posted.get("version")) if "sure" in posted else mailing.version,
    }
    try:
        answer = give(visit.conn, mailing.id, "submit", visit.actor, given)
    except control.Refused as refused:
        return _refused(visit, mailing, refused)
    except Busy:
        return visit.go(
            "edit",
            mailing.id,
            said=_("Others keep changing it. Nothing was done; try again."),
            level=messages.ERROR,
        )
    if _approves(visit):
        return _approved(visit, mailing, answer)
    return done.go(visit, mailing, "submit", answer)


def _refused(visit: Visit, mailing: Mailing, refused: control.Refused) -> HttpResponse:
    now = mailing_of(visit, mailing.id)
    if now.state != "draft":
        return editing.shut(visit, now)
    seen = foretell(
        visit.conn, now.id, "submit", visit.actor, {"plan": sending.planned(now), "confirm": True}
    )
    faults = [refusing.text(reason) for reason in refused.reasons]
    return _ask(visit, now, seen, HTTPStatus.CONFLICT, faults=faults)


def _approved(visit: Visit, mailing: Mailing, submitted: control.Answer) -> HttpResponse:
    """Let it pass the gate as what was just written and checked; where that is refused it waits there, and why is said."""
    now = mailing_of(visit, mailing.id)
    given = {"digest": now.digest, "without_analysis": True, "expected_version": submitted.version}
    try:
        answer = give(visit.conn, mailing.id, "approve", visit.actor, given)
    except (control.Refused, Busy) as refused:
        words = (
            [refusing.text(each) for each in refused.reasons]
            if isinstance(refused, control.Refused)
            else [str(refused)]
        )
        said = _("It is submitted and waits for approval: %(why)s") % {"why": " ".join(words)}
        return visit.go("mailing", mailing.id, said=said, level=messages.WARNING)
    return done.go(visit, mailing, "approve", answer)
