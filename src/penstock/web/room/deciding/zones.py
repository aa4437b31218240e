"""The time zones that can be chosen: every one of IANA's that is a place."""

from functools import cache
from zoneinfo import available_timezones

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

_NO_PLACES = ("Etc/", "SystemV/", "posix/", "right/")


@cache
def names() -> tuple[str, ...]:
    """Return their names in order; UTC comes first."""
    there = {name for name in available_timezones() if "/" in name and not name.startswith(_NO_PLACES)}
    return ("UTC", *sorted(there))


@cache
def options() -> SafeString:
    """Return them as the options of a list to pick from."""
    return format_html_join("", '<option value="{}">', ((name,) for name in names()))
