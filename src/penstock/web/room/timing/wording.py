"""How a plan spreads a mailing over time, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from penstock.mailing import batches, duration
from penstock.web.templatetags.room import number


def spread(plan: Mapping[str, Any] | None) -> list[str]:
    """Return what a plan says beside its start: whose time of day it is, and its batches. Nothing of a plan that cannot be read."""
    plan = plan or {}
    told = [_("at each recipient's local time")] if plan.get("local") is True else []
    if plan.get("batches"):
        try:
            parts = batches.read(plan["batches"], plan.get("interval"))
        except ValueError:
            return told
        told.append(_sized(parts))
    return told


def _sized(parts: batches.Batches) -> str:
    if parts.size is not None:
        sized = {"size": number(parts.size), "every": every(parts.interval)}
        return _("in batches of %(size)s, one every %(every)s") % sized
    return ngettext(
        "in %(number)s batch, one every %(every)s", "in %(number)s batches, one every %(every)s", parts.number or 1
    ) % {"number": number(parts.number), "every": every(parts.interval)}  # fmt: skip


def every(seconds: int) -> str:
    """Say an interval in its largest whole unit: "2 hours", "day"."""
    short = duration.short(seconds)
    count, unit = int(short[:-1]), short[-1]
    words = {
        "s": ngettext("second", "%(n)s seconds", count),
        "m": ngettext("minute", "%(n)s minutes", count),
        "h": ngettext("hour", "%(n)s hours", count),
        "d": ngettext("day", "%(n)s days", count),
        "w": ngettext("week", "%(n)s weeks", count),
    }
    return words[unit] % {"n": number(count)} if count > 1 else words[unit]
