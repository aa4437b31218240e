"""How people's roles are written."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

_WORDS: dict[str, Any] = {
    "author": gettext_lazy("author"),
    "approver": gettext_lazy("approver"),
    "operator": gettext_lazy("operator"),
    "administrator": gettext_lazy("administrator"),
}


@register.filter
def roles(names: Iterable[str]) -> str:
    """Name these roles one after the other, in the reader's language."""
    return ", ".join(str(_WORDS.get(name, name)) for name in names) or _("none")
