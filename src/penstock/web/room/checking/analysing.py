"""The Analysis tab: how far it is, what was found, whom that concerns; asked for anew and called off."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.mailing.mailings import Mailing
from penstock.preflight import analysis
from penstock.web.room.checking.found import Found, found
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

ON_A_PAGE = 50
"""Cases on one page."""


@room("mailings:read")
def page(visit: Visit, mailing: int) -> HttpResponse:
    """`/mailings/ID/analysis`."""
    there = mailing_of(visit, mailing)
    if visit.posted:
        return _asked(visit, there)
    told = found(visit, there)
    if visit.is_fragment:
        return _news(visit, there, told)
    return visit.page("checking/analysis_page.html", mailing=there, heading=heading(visit, there), found=told)


def _news(visit: Visit, there: Mailing, told: Found) -> HttpResponse:
    """What a page that watches one shows next: how far it is; once it is over, what it found in place of that."""
    if told.analysis is not None and told.analysis.is_live:
        return visit.part("checking/analysis_progress.html", mailing=there, found=told)
    response = visit.part(
        "checking/analysis.html",
        mailing=there,
        found=told,
        whole=visit.request.GET.get("whole") == "1",
        next=visit.request.GET.get("next", ""),
    )
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#analysis", "outerHTML"
    response.headers["HX-Trigger"] = "analysis-over"  # what is decided by it looks again
    return response


def _asked(visit: Visit, there: Mailing) -> HttpResponse:
    """Ask for one, with its links tried or without, or call off the one that is under way."""
    visit.require("mailings:write")
    wanted = visit.request.POST.get("do", "")
    level = messages.SUCCESS
    try:
        if wanted == "cancel":
            analysis.cancel(visit.conn, there, visit.actor)
            said = _("The analysis is called off.")
        else:
            analysis.ask(visit.conn, there, visit.actor, links=wanted == "links")
            said = _("The analysis is asked for: every recipient is looked at.")
    except analysis.AnalysisRefused as refused:
        said, level = str(refused), messages.ERROR
    except analysis.NoAnalysis as missing:
        raise NotThere(str(missing)) from None
    return visit.back("mailing-analysis", there.id, said=said, level=level)


@room("recipients:read", methods=("GET",))
def cases(visit: Visit, mailing: int, finding: int) -> HttpResponse:
    """`/mailings/ID/analysis/FINDING`: whom one finding concerns, the worst first."""
    there = mailing_of(visit, mailing)
    after = _place(visit.request.GET.get("after", ""))
    told: dict[str, Any] = {"limit": ON_A_PAGE + 1, "after": after}
    try:
        rows = analysis.cases(visit.conn, there.id, finding, **told)
        what = analysis.finding(visit.conn, there.id, finding)
    except analysis.NoAnalysis as missing:
        raise NotThere(str(missing)) from None
    page_of, more = rows[:ON_A_PAGE], len(rows) > ON_A_PAGE
    following = f"{page_of[-1].weight}.{page_of[-1].contact}" if more else None
    return visit.page("checking/cases.html", mailing=there, finding=what, cases=page_of, following=following)


def _place(text: str) -> tuple[int, int] | None:
    weight, contact = (number_of(part) for part in (*text.split(".", 1), "")[:2])
    return (weight, contact) if weight is not None and contact is not None else None
