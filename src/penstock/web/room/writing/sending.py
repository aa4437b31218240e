"""The step Send: now, at a time, in sequence, or decided later; each way says what it would do, and when."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from penstock.delivery import chosen
from penstock.delivery.reckoning import Reckoned, reckon
from penstock.mailing.guards import Facts
from penstock.mailing.mailings import Mailing
from penstock.mailing.plan import Kind
from penstock.mailing.states import GATES
from penstock.mailing.step import earlier
from penstock.mailing.writing import Changes
from penstock.preflight.foretelling import Foretold, foretell
from penstock.web.room.deciding import filled, labels, pacing, reading, refusing, zones
from penstock.web.room.paging import decimal_of
from penstock.web.room.timing import foreseeing
from penstock.web.room.visit import Visit
from penstock.web.room.writing import ahead, problems, tracking
from penstock.web.templatetags.room import number

CONFIRMATION: Final = "confirmation_required"
APPROVING: Final = "approve "
"""How the value of a button begins that approves as well."""


@dataclass(frozen=True)
class Way:
    """One way to send. `button` says what it does; `approving` what it does for one who may also approve it, empty for others."""

    kind: str
    title: str
    hint: str
    button: str
    approving: str


def read(visit: Visit, mailing: Mailing) -> Changes:
    """Return what the form changes: the plan, the rate it is held to, whom it sends ahead, and what is tracked."""
    posted = visit.request.POST.copy()
    if "do" in posted:  # a button says the way itself: it is right without scripts, whatever is ticked
        posted["kind"] = posted["do"].removeprefix(APPROVING)
    plan = reading.arguments("submit", posted).get("plan", Changes.KEEP)
    return Changes(plan=plan, options=_options(posted, mailing))


def told(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows: the ways with what each would do, and what stands in the way of all of them."""
    plan = planned(mailing)
    seen = foretell(visit.conn, mailing.id, "submit", visit.actor, {"plan": plan, "confirm": True})
    people = people_of(visit, mailing, seen)
    given = filled.given(visit.request, seen.facts)
    return {
        "people": people,
        "given": given,
        "ways": _ways(visit, seen, people),
        "timing": foreseeing.of_plan(visit, mailing, plan, people=people, counted=True),
        "units": pacing.UNITS,
        "zones": zones.options(),
        "rate": visit.request.POST.get("rate", mailing.options.get("rate", "")),
        "obstacles": problems.told(
            refusing.text(each) for each in seen.refusals if each.code != CONFIRMATION
        ),
        "warnings": seen.warnings,
        "reckoned": reckoned(visit, mailing, people),
        **ahead.told(visit, mailing),
        **tracking.told(visit, mailing),
        "facts": seen.facts,
    }


def planned(mailing: Mailing) -> dict[str, Any]:
    """Return the plan that the draft has, to send it at once where none was chosen yet."""
    if earlier(mailing.audience) is not None:
        return mailing.plan or {"kind": Kind.AFTER.value, "delay": 0}
    return mailing.plan or {"kind": Kind.NOW.value}


def people_of(visit: Visit, mailing: Mailing, seen: Foretold) -> int | None:
    """Return how many would get it; None where nobody is meant yet, or counting them takes too long for a page."""
    if seen.facts.count is not None:  # the number that has to be typed
        return seen.facts.count
    if not mailing.audience:
        return None
    return chosen.count_soon(visit.conn, visit.account, mailing.rule)


def reckoned(visit: Visit, mailing: Mailing, people: int | None) -> Reckoned | None:
    """Return the parts that it would take, where a message may have several; None where nobody is meant yet, or that takes too long."""
    if not people:
        return None
    found = reckon(visit.conn, visit.account, mailing.id, mailing.rule, people)
    return found if found.credits is not None else None


def may_approve(visit: Visit, facts: Facts) -> bool:
    """Whether who sends it may let it pass the gate as well, in the same click (four eyes are not asked for)."""
    own = facts.policy.four_eyes == "off" and facts.policy.approvals_required == 1
    return own and visit.may("mailings:approve")


def label(kind: str, people: int | None) -> str:
    """Return what the button says that sends it so."""
    if kind == Kind.NOW and people is None:
        return _("Send now")
    return labels.of_kind(kind, people or 0)


def approving(kind: str, people: int | None) -> str:
    """Return what the button says that approves it and sends it so."""
    if kind == Kind.NOW and people is not None:
        return _("Approve and send now to %(number)s") % {"number": number(people)}
    return {
        Kind.NOW: _("Approve and send now"),
        Kind.AT: _("Approve and schedule"),
        Kind.SEQUENCE: _("Approve and put in sequence"),
        Kind.LATER: _("Approve and decide later"),
        Kind.AFTER: _("Approve and schedule"),
    }[Kind(kind)]


def _ways(visit: Visit, seen: Foretold, people: int | None) -> list[Way]:
    gated = seen.target is None or seen.target in GATES
    approves = gated and may_approve(visit, seen.facts)
    return [
        Way(
            kind, title, hint,
            _("Submit for approval") if gated else label(kind, people),
            approving(kind, people) if approves else "",
        )
        for kind, title, hint in (_titles() if seen.facts.follows is None else _of_step())
    ]  # fmt: skip


def _titles() -> list[tuple[str, str, str]]:
    return [
        (Kind.NOW, _("Now"), _("It starts at once, beside whatever else is going out.")),
        (Kind.AT, _("At a date and time"), _("It waits under “Scheduled” and starts by itself.")),
        (Kind.SEQUENCE, _("In sequence"), _("It goes out after those that wait in the sequence, one after another.")),
        (Kind.LATER, _("Decide later"), _("It waits under “To schedule” until somebody sends or schedules it.")),
    ]  # fmt: skip


def _of_step() -> list[tuple[str, str, str]]:
    return [
        (Kind.AFTER, _("After the step before"), _("Whoever got that one gets this one when the delay is over, on its condition.")),
        (Kind.LATER, _("Decide later"), _("It waits under “To schedule” until somebody schedules it.")),
    ]  # fmt: skip


def _options(posted: Any, mailing: Mailing) -> dict[str, Any] | None:
    others = tracking.read(posted, ahead.read(posted, mailing.options))
    if "rate" not in posted:
        return others
    others = {name: value for name, value in others.items() if name != "rate"}
    typed = posted["rate"].strip()
    if not typed:
        return others
    rate = decimal_of(typed)
    return {
        **others,
        "rate": typed if rate is None else rate,
    }  # no number: refused with its reason where it is stored
