"""`{% csrf_token %}` of the room: Django's own field, and beside it the account that the form was shown in.

Somebody with several accounts has several tabs: a form acts in the account that it was shown in, not in the one chosen since.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_NONE = "NOTPROVIDED"
"""What stands in a context that was made without a request, as in Django's own tag."""


@register.simple_tag(takes_context=True)
def csrf_token(context: Any) -> SafeString | str:
    """Return the hidden fields that every form of the room has; nothing where a page has no token."""
    token = context.get("csrf_token")
    if not token or str(token) == _NONE:
        return ""
    field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    visit = context.get("visit")
    place = context.get("place_number") or (visit.account if visit is not None else "")
    return field + format_html('<input type="hidden" name="place" value="{}">', place) if place else field
