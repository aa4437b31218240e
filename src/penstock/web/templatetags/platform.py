"""Tags of the platform's area."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def name_of(names: dict[int, str], number: int) -> str:
    """Return the name of an account, its number where nobody may know that."""
    return names.get(number) or _("account %(number)s") % {"number": number}
