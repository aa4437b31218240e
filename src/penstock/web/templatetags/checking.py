"""Tags of the checking area: severities, plans, the states of tests; and its parts, for pages that put them beside their own."""

from typing import Any
from uuid import uuid4

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from penstock.mailing.mailings import Mailing
from penstock.preflight.awaiting import Awaiting
from penstock.web.room.checking.found import SEVERITIES, found
from penstock.web.room.checking.showing import shown
from penstock.web.room.checking.testing import tests
from penstock.web.room.deciding import zones
from penstock.web.room.timing.wording import spread

register = template.Library()

TESTS: dict[str, tuple[str | Promise, str, str]] = {
    "waiting": (_("Waiting"), "clock", "waits"),
    "sending": (_("Being sent"), "dots", "goes"),
    "accepted": (_("Taken by the server"), "check", "done"),
    "refused": (_("Refused"), "cross", "wrong"),
    "failed": (_("Not sent"), "warning", "wrong"),
    "in_doubt": (_("In doubt"), "warning", "held"),
}
"""How the state of a test is shown: its word, a sign, and the tone of its colour."""

_PART = "room/checking/{}.html"


@register.inclusion_tag(_PART.format("severity"))
def severity(name: str) -> dict[str, Any]:
    """Show how grave a finding is."""
    return {"name": name, "severity": SEVERITIES[name]}


@register.inclusion_tag(_PART.format("severity"))
def test_state(name: str) -> dict[str, Any]:
    """Show what became of a test."""
    title, icon, tone = TESTS[name]
    return {"name": name, "severity": {"title": title, "icon": icon, "tone": tone}}


@register.simple_tag
def form_key() -> str:
    """Return a key for a form: sent twice, it is carried out once."""
    return str(uuid4())


@register.inclusion_tag(_PART.format("plan"))
def plan(mailing: Any, zone: str) -> dict[str, Any]:
    """Say when a mailing goes out, by its plan: a time is told in the plan's zone, else in `zone`."""
    there = mailing.plan or {}
    told = {
        "due_at": mailing.due_at,
        "ends_at": mailing.ends_at,
        "zone": zones.known(there.get("zone"), zone),
    }
    return {"plan": there, "spread": spread(there), **told}


@register.inclusion_tag(_PART.format("analysis"), takes_context=True)
def analysis_part(context: Any, mailing: Mailing) -> dict[str, Any]:
    """The newest analysis in short, with its progress live; the page needs checking.css."""
    own = reverse("room:mailing-preview", args=[mailing.id])
    here = context["request"].path
    there = here if here == reverse("room:approval", args=[mailing.id]) else own
    return {**_of(context, mailing), "found": found(context["visit"], mailing), "there": there}


@register.inclusion_tag(_PART.format("preview"), takes_context=True)
def preview_part(context: Any, mailing: Mailing) -> dict[str, Any]:
    """The preview, which walks the recipients within the page's own address; needs checking.css and checking.js."""
    return {**_of(context, mailing), "shown": shown(context["visit"], mailing)}


@register.inclusion_tag(_PART.format("tests"), takes_context=True)
def tests_part(context: Any, mailing: Mailing) -> dict[str, Any]:
    """Sending a test, and what became of those that were sent; needs checking.css."""
    return {**_of(context, mailing), "tests": tests(context["visit"], mailing)}


def _of(context: Any, mailing: Mailing) -> dict[str, Any]:
    passed = {name: context.get(name) for name in ("visit", "request", "csrf_token")}
    return {**passed, "mailing": mailing, "next": context["request"].get_full_path()}


@register.simple_tag(takes_context=True)
def hindrance(context: Any, one: Awaiting) -> str | Promise:
    """Return why who is here cannot approve a mailing of the work-list; empty: nothing that its row shows stands in the way."""
    who = context["visit"].actor.who
    if one.approved_by(who):
        return _("You have approved it; somebody else has to, too.")
    if one.needs_another_than(who):
        return _("You wrote it: somebody else has to approve it.")
    if one.blockers:
        return _("Its analysis found what has to be mended first.")
    return ""
