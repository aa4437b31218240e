"""Tags of the rows of the board and of the list."""

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from penstock.mailing import tagging
from penstock.mailing.mailings import Mailing
from penstock.report.glance import Glance
from penstock.web.room.board import rows
from penstock.web.room.board.figures import texts
from penstock.web.room.words import CHANNELS

register = template.Library()


@register.inclusion_tag("room/board/row.html", takes_context=True)
def row(context: Any, glance: Glance, places: int = 0, queue_version: int = 0) -> dict[str, Any]:
    """Show a mailing as a row; in the sequence, which has `places` places, with what moves it."""
    visit, mailing, figures = context["visit"], glance.mailing, glance.figures
    allowed = rows.allowed(glance, visit.actor.roles, timezone.now())
    reason = mailing.reason
    return {
        "request": context["request"], "csrf_token": context.get("csrf_token"), "here": context.get("here"),
        "mailing": mailing, "glance": glance, "figures": figures, "told": texts(figures) if figures else {},
        "allowed": allowed, "may_move": "move" in allowed, "may_undo": "undo" in allowed,
        "zone": (mailing.plan or {}).get("zone") or visit.place.zone, "channel": CHANNELS.get(mailing.channel, mailing.channel),
        "reason": reason, "since": datetime.fromisoformat(reason["since"]) if reason and reason.get("since") else None,
        "place": rows.place(glance), "order": rows.order(glance), "moves": mailing.state in rows.MOVING,
        "begins": mailing.started_at or mailing.due_at, "planned": rows.planned(mailing), "paused_words": rows.paused(glance),
        "places": places, "queue_version": queue_version,
    }  # fmt: skip


@register.simple_tag
def tag_chip(tag: str) -> SafeString:
    """Show a tag; it leads to all mailings that have it."""
    url = f"{reverse('room:mailings')}?{urlencode({'tag': tag})}"
    return format_html('<a class="chip" href="{}">{}</a>', url, tag)


@register.inclusion_tag("room/board/tags_of.html", takes_context=True)
def tags_of(context: Any, mailing: Mailing) -> dict[str, Any]:
    """Show the tags of a mailing, and where they are changed."""
    return {"mailing": mailing, "may_tag": tagging.may(context["visit"].actor)}
