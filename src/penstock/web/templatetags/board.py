"""Tags of the rows of the board and of the list."""

from typing import Any

from django import template
from django.utils import timezone

from penstock.report.glance import Glance
from penstock.web.room.board.areas import TITLES

register = template.Library()


@register.inclusion_tag("room/board/row.html", takes_context=True)
def row(context: Any, glance: Glance, sequence_of: int = 0, queue_version: int = 0) -> dict[str, Any]:
    """Show a mailing as a row; in the sequence, which has `sequence_of` places, with what moves it."""
    visit, mailing = context["visit"], glance.mailing
    allowed = mailing.allowed_actions(visit.actor.roles)
    if mailing.undo_until is None or mailing.undo_until < timezone.now():
        allowed = tuple(name for name in allowed if name != "undo")
    return {
        "request": context["request"], "csrf_token": context.get("csrf_token"), "visit": visit,
        "mailing": mailing, "figures": glance.figures, "glance": glance, "area": TITLES[glance.area][0],
        "allowed": allowed, "zone": (mailing.plan or {}).get("zone") or visit.place.zone,
        "may_move": "move" in allowed, "places": sequence_of, "queue_version": queue_version,
    }  # fmt: skip
