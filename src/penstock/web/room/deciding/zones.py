"""The time zones that can be chosen: every one of IANA's that is a place."""

from functools import cache
from zoneinfo import available_timezones

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

_NO_PLACES = ("Etc/", "SystemV/", "posix/", "right/")


@cache
def _all() -> frozenset[str]:
    """Every name that there is: the files of the zones are walked once in the life of a process, not for each row of a page."""
    return frozenset(available_timezones())


@cache
def names() -> tuple[str, ...]:
    """Return their names in order; UTC comes first."""
    there = {name for name in _all() if "/" in name and not name.startswith(_NO_PLACES)}
    return ("UTC", *sorted(there))


def known(name: object, otherwise: str) -> str:
    """Return the zone of this name, where there is one: a draft's plan may say anything."""
    return name if isinstance(name, str) and name in _all() else otherwise


def named(text: str) -> str:
    """Return the zone that somebody means: its name in whatever case, or its city where only one is called so; else the text."""
    wanted = text.strip().lower().replace(" ", "_")
    found = [name for name in names() if name.lower() == wanted]
    found = found or [name for name in names() if name.lower().rpartition("/")[2] == wanted]
    return found[0] if len(found) == 1 else text.strip()


@cache
def options() -> SafeString:
    """Return them as the options of a list to pick from."""
    return format_html_join("", '<option value="{}">', ((name,) for name in names()))
