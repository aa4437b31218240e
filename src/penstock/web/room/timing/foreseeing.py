"""What a plan would mean for a mailing, told while somebody still thinks about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from penstock.delivery import chosen
from penstock.mailing.mailings import Mailing
from penstock.mailing.plan import Kind
from penstock.mailing.states import State
from penstock.report.held import in_messages
from penstock.report.progress import progress
from penstock.report.timeline import timeline
from penstock.web.room.deciding import reading
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.paging import decimal_of
from penstock.web.room.timing import telling
from penstock.web.room.timing.telling import Told
from penstock.web.room.visit import Visit, room

_AGAIN = (State.CANCELLED, State.EXPIRED)
"""Ended with somebody left, to whom it can be sent on."""


@room("mailings:read", methods=("GET",))
def page(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/timeline`: of the plan that a form says, else of the mailing's own; what of a running one goes when.

    A script asks for the part that stands beside the form; it waits for the zones of a large audience, the page does not.
    """
    mailing = mailing_of(visit, number)
    given = plan_of(visit.request.GET)
    if given is None and mailing.frozen_at is not None:
        told = telling.running(visit, mailing)
    else:
        plan = given or mailing.plan or {"kind": Kind.NOW.value}
        told = of_plan(visit, mailing, plan, soon=not visit.is_fragment, name="foreseen")
    if visit.is_fragment:
        return visit.part("timing/timing.html", timing=told)
    return visit.page("timing/page.html", mailing=mailing, timing=told)


def plan_of(fields: Any) -> dict[str, Any] | None:
    """Return the plan that a form says, None where it says none. A form that only asks for a time means one at that time."""
    if fields.get("kind"):
        found = reading.READERS["plan"](fields)
    else:
        found = reading.READERS["time"](fields)
    return found.get("plan")


def of_plan(
    visit: Visit, mailing: Mailing, plan: Mapping[str, Any], *, people: int | None = None, counted: bool = False,
    soon: bool = True, name: str = "timeline",
) -> Told:  # fmt: skip
    """Tell what the plan would mean. `people`: how many it would go to, where the caller has `counted` them, or tried to."""
    if not counted:
        people = _people(visit, mailing, soon)
    typed = visit.request.GET.get("rate")
    rate = mailing.options.get("rate") if typed is None else decimal_of(typed)
    options = {key: value for key, value in mailing.options.items() if key not in ("rate", "unsubscribe")}
    when = timeline(
        visit.conn, visit.account, plan, zone=visit.place.zone, people=people, soon=soon,
        held_to=in_messages(visit.conn, mailing, rate, people), options=options,
        rule=mailing.rule if mailing.frozen_at is None and mailing.audience else None, channel=mailing.channel,
    )  # fmt: skip
    return telling.foreseen(when, telling.zone_of(visit, plan), name)


def _people(visit: Visit, mailing: Mailing, soon: bool) -> int | None:
    """To how many it would go: of an ended one those who are left, else who was counted, else who is meant now."""
    if mailing.frozen_at is not None:
        figures = progress(visit.conn, mailing.id)
        left = figures.cancelled + figures.expired
        return left if State(mailing.state) in _AGAIN else figures.waiting
    if mailing.approved_size is not None:
        return mailing.approved_size
    if not mailing.audience:
        return None
    if soon:
        return chosen.count_soon(visit.conn, visit.account, mailing.rule)
    return chosen.count(visit.conn, visit.account, mailing.rule)
