"""The tabs of the settings, for every page among them."""

from typing import Any

from django import template

from penstock.web.room.settings.overview import ways

register = template.Library()


@register.inclusion_tag("room/settings/ways.html", takes_context=True)
def settings_ways(context: Any) -> dict[str, Any]:
    """Lead to the pages of the settings that who is here may see."""
    return {"ways": ways(context["visit"])}
