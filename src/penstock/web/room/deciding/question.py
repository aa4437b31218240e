"""What the page of a command tells: what it is about, what would follow in exact numbers, and what it asks."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.urls import reverse

from penstock.mailing.guards import Refusal
from penstock.mailing.mailings import Mailing
from penstock.preflight.foretelling import Foretold, foretell
from penstock.preflight.giving import possible
from penstock.web.room import words
from penstock.web.room.deciding import asking, consequence, filled, labels, pacing, refusing, zones
from penstock.web.room.visit import Visit

REFUSED = 409
SPENDING = frozenset(
    {"submit", "approve", "validate", "edit_plan", "send_now", "schedule", "enqueue", "resume", "send_rest"}
)
"""Commands that lead to a start, or go on: they say what credits they take, where those are counted."""


def show(
    visit: Visit, mailing: Mailing, name: str, *, refused: list[Refusal] | None = None, said: str = ""
) -> HttpResponse:
    """Return the page of the command: opened, or with what was refused. `said`: what was done on the way here."""
    told = foretell(visit.conn, mailing.id, name, visit.actor, {})
    obstacles = _obstacles(name, told, refused)
    allowed = possible(visit.conn, mailing.id, mailing.state, visit.actor) if obstacles["shut"] else ()
    template = "command_body.html" if visit.is_fragment else "command.html"
    answer = visit.part if visit.is_fragment else visit.page
    status = REFUSED if refused else 200
    return answer(
        f"deciding/{template}", status, **_told(visit, mailing, name, told), **obstacles, allowed=allowed,
        said=said, next=way_back(visit, mailing.id),
    )  # fmt: skip


def _told(visit: Visit, mailing: Mailing, name: str, told: Foretold) -> dict[str, Any]:
    parts = asking.parts(name, told.facts)
    count = consequence.people(visit.conn, name, told)
    return {
        "mailing": mailing, "name": name, "order": words.COMMANDS[name], "told": told, "facts": told.facts, "count": count,
        "asks": [f"room/deciding/asks/{part}.html" for part in parts], "parts": parts,
        "credits": told.facts.credits if name in SPENDING else None,
        "says": f"room/deciding/says/{name}.html", **consequence.of(visit, mailing, name, told),
        "given": filled.given(visit.request, told.facts), "zone": filled.zone(told.facts),
        "button": labels.button(name, told, count), "labels": labels.of_plan(name, told, count),
        "version": told.found.version, "key": str(uuid4()),
        "units": pacing.UNITS, "zones": zones.options() if {"time", "plan", "later"} & set(parts) else "",
    }  # fmt: skip


def _obstacles(name: str, told: Foretold, refused: list[Refusal] | None) -> dict[str, Any]:
    """What stands in the way: of what was given everything, of what is only being opened what no answer could cure.

    `shut`: there is nothing that the form could ask.
    """
    final = [each for each in told.refusals if not asking.answerable(name, each.code)]
    reasons = final if refused is None else refused
    fields = {asking.FIELD_OF.get(each.code, ""): refusing.text(each) for each in refused or []}
    return {
        "refusals": [refusing.text(each) for each in reasons],
        "errors": fields,
        "shut": bool(final) and not any(asking.answerable(name, each.code) for each in reasons),
    }


def way_back(visit: Visit, mailing: int) -> str:
    """Return the page that the form leads back to: the one it was opened from, else the mailing's."""
    wanted = (visit.request.POST if visit.posted else visit.request.GET).get("next", "")
    return visit.own_address(wanted) or reverse("room:mailing", args=[mailing])
