"""Tags of the pages of a mailing: the state of a recipient, with its colour and its word."""

from typing import Any

from django import template

from penstock.web.room.mailing.recipients import STATE_WORDS

register = template.Library()


@register.inclusion_tag("room/mailing/recipient_state.html")
def recipient_state(name: str) -> dict[str, Any]:
    """Show the state of a recipient."""
    return {"name": name, "title": STATE_WORDS.get(name, name)}
