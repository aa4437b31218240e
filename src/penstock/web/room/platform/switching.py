"""Kill switches: put with scope, reason and expiry after a look at what they concern; lifted with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from penstock.account import access, transports
from penstock.mailing import plan, switches
from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.mailing.plan import PlanError
from penstock.mailing.switches import Switch, SwitchError, UnknownSwitch
from penstock.web.room.deciding import zones
from penstock.web.room.platform.staff import staff
from penstock.web.room.visit import NotThere, Visit, room
from penstock.web.templatetags.room import number as grouped

FIELDS = ("scope", "value", "reason", "expires_at", "zone", "fold", "reach")


@dataclass(frozen=True)
class Wanted:
    """A switch that somebody is about to put, and in whose name."""

    actor: Actor
    account: int | None
    scope: str
    value: str
    reason: str
    expires_at: datetime | None

    def given(self) -> dict[str, Any]:
        """What the room takes."""
        return {
            "scope": self.scope, "value": self.value, "reason": self.reason, "expires_at": self.expires_at, "account": self.account
        }  # fmt: skip


@room("switches:read", methods=("GET",))
def listed(visit: Visit) -> HttpResponse:
    """`/switches`: those that concern the account (for the platform's staff all there are), with those of the past on request."""
    past = visit.request.GET.get("past") == "yes"
    about = None if _is_staff(visit) else visit.account
    there = switches.listed(visit.conn, about, lifted=past)
    return visit.page(
        "platform/switches.html", switches=there, past=past, names=_names(visit), staff=_is_staff(visit),
        may=visit.may("switches:write"),
    )  # fmt: skip


@room("switches:write")
def put(visit: Visit) -> HttpResponse:
    """`/switches/put`: asks what; then says how many mailings it would stop, and asks once more; then puts it."""
    given = {name: visit.request.POST.get(name, "").strip() for name in FIELDS}
    if not visit.posted:
        return _form(visit, {"scope": "account", "zone": visit.place.zone})
    try:
        wanted = _wanted(visit, given)
        concerned = switches.foreseen(visit.conn, wanted.actor, **wanted.given())
        if visit.request.POST.get("confirmed") != str(len(concerned)):
            return _form(visit, given, concerned=len(concerned), asked=True)
        done = switches.put(visit.conn, wanted.actor, **wanted.given())
    except (SwitchError, PlanError) as error:
        return _form(visit, given, status=422, error=str(error))
    stopped = len(done.interrupted)
    words = ngettext(
        "Switched off. %(n)s mailing is interrupted.",
        "Switched off. %(n)s mailings are interrupted.",
        stopped,
    )
    return visit.go("switches", said=words % {"n": grouped(stopped)})


def _wanted(visit: Visit, given: dict[str, str]) -> Wanted:
    """Read the form. `reach` is of the platform's staff: every account, or the one that is chosen."""
    everywhere = _is_staff(visit) and (given["reach"] == "every" or given["scope"] == "all")
    until = plan.instant(given["expires_at"], zones.named(given["zone"]) or visit.place.zone, given["fold"] or None) if given["expires_at"] else None  # fmt: skip
    actor = staff(visit) if _is_staff(visit) else visit.actor
    return Wanted(
        actor, None if everywhere else visit.account, given["scope"], given["value"], given["reason"], until
    )


def _form(visit: Visit, given: dict[str, str], status: int = 200, **told: Any) -> HttpResponse:
    return visit.page(
        "platform/switch.html", status, given=given, zones=zones.options(), staff=_is_staff(visit),
        transports=transports.listed(visit.conn, visit.account), **told,
    )  # fmt: skip


@room("switches:write")
def lift(visit: Visit, number: int) -> HttpResponse:
    """`/switches/N/lift`: asks why, and says what that does not do."""
    actor = staff(visit) if _is_staff(visit) else visit.actor
    try:
        switch = switches.find(visit.conn, actor, number)
    except UnknownSwitch:
        raise NotThere from None
    if not visit.posted:
        return visit.either("platform/lift.html", switch=switch, names=_names(visit))
    return _lifted(visit, actor, switch)


def _lifted(visit: Visit, actor: Actor, switch: Switch) -> HttpResponse:
    try:
        switches.lift(visit.conn, actor, switch.id, visit.request.POST.get("reason", ""))
    except (SwitchError, access.Forbidden) as error:
        refused = {"switch": switch, "error": str(error), "names": _names(visit)}
        return visit.either("platform/lift.html", 409, **refused)
    return visit.go(
        "switches", said=_("The switch is lifted. What it interrupted stays so until somebody resumes it.")
    )


def _is_staff(visit: Visit) -> bool:
    return PLATFORM in visit.actor.roles


def _names(visit: Visit) -> dict[int, str]:
    """The names of the accounts that the visitor may look into."""
    return {place.id: place.name for place in visit.places}
