"""The approver's work-list, and one mailing of it with everything to decide by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from penstock.mailing import control
from penstock.mailing.mailings import Mailing
from penstock.preflight import awaiting, giving
from penstock.preflight.awaiting import Awaiting
from penstock.web.room.checking.showing import shown
from penstock.web.room.deciding import refusing
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.paging import number_of
from penstock.web.room.timing import foreseeing
from penstock.web.room.timing.telling import Told
from penstock.web.room.visit import Visit, room

ON_A_PAGE = 20


@dataclass(frozen=True)
class Effect:
    """What an approval would do now: the state it leads to, what to know before; or every reason why it is not possible.

    `answerable`: all that stands in the way is the analysis, without which it can be approved if somebody says so.
    """

    leads_to: str = ""
    warnings: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answerable: bool = False


@room("mailings:read", methods=("GET",))
def work_list(visit: Visit) -> HttpResponse:
    """`/approvals`: what waits at a gate, those first that were to go first."""
    after = _place(visit.request.GET.get("after", ""))
    rows = awaiting.awaiting(visit.conn, visit.account, after=after, limit=ON_A_PAGE + 1)
    there, more = rows[:ON_A_PAGE], len(rows) > ON_A_PAGE
    return visit.page(
        "checking/approvals.html", awaiting=there, decided=awaiting.decided(visit.conn, visit.account),
        following=f"{there[-1].waits_since.isoformat()}~{there[-1].id}" if more else None, may=visit.may("mailings:approve"),
    )  # fmt: skip


@room("recipients:read", methods=("GET",))
def details(visit: Visit, mailing: int) -> HttpResponse:
    """`/approvals/ID`: preview and analysis of one mailing, and the decision beside them."""
    there = mailing_of(visit, mailing)
    if visit.is_fragment and visit.request.headers.get("HX-Target") == "decide":
        return visit.part("checking/decide.html", **_decision(visit, there))
    preview = shown(visit, there)
    if visit.is_fragment:
        return visit.part("checking/preview.html", shown=preview, mailing=there)
    return visit.page("checking/approval.html", shown=preview, **_decision(visit, there))


def _decision(visit: Visit, there: Mailing) -> dict[str, Any]:
    """What there is to decide by. `changed`: the mailing is another one than the page shows (`seen`, its version then)."""
    waits = awaiting.one(visit.conn, visit.account, there.id)
    seen = number_of(visit.request.GET.get("seen"))
    return {
        "mailing": there, "waits": waits, "timing": _timing(visit, there) if waits else None, "effect": _effect(visit, there, waits) if waits else None,
        "allowed": giving.possible(visit.conn, there.id, there.state, visit.actor),
        "changed": visit.is_fragment and seen != there.version, "here": visit.request.path,
    }  # fmt: skip


def _timing(visit: Visit, there: Mailing) -> Told | None:
    """What goes when, where not all of it goes at once."""
    told = foreseeing.of_plan(visit, there, there.plan or {})
    return told if told.lines or told.when.too_late or told.when.error else None


def _effect(visit: Visit, there: Mailing, waits: Awaiting) -> Effect | None:
    """Say what an approval of what is looked at would do; None to those who could not give one anyway."""
    if there.state != "in_review" or not visit.may("mailings:approve"):
        return None
    given = {"digest": waits.digest, "dry_run": True}
    try:
        answer = giving.give(visit.conn, there.id, "approve", visit.actor, given)
    except giving.Busy as busy:
        return Effect(refused=[str(busy)])
    except control.Refused as refused:
        reasons = [refusing.text(reason) for reason in refused.reasons]
        only_analysis = {reason.code for reason in refused.reasons} <= {
            "analysis_running",
            "analysis_missing",
        }
        return Effect(refused=reasons, answerable=only_analysis)
    return Effect(str(answer.state), answer.warnings)


def _place(text: str) -> awaiting.Place | None:
    since, _, number = text.partition("~")
    mailing = number_of(number)
    try:
        when = datetime.fromisoformat(since)
    except ValueError:
        return None
    return (when, mailing) if mailing is not None and when.tzinfo else None
