"""How a mailing is spread over time, as a form asks it: all at once or in batches, at each recipient's own time of day."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from penstock.mailing import duration
from penstock.web.room.words import Text

UNITS: Final[dict[str, Text]] = {
    "m": _("minutes"),
    "h": _("hours"),
    "d": _("days"),
    "w": _("weeks"),
    "s": _("seconds"),
}
FIELDS: Final = (
    "local",
    "spread",
    "batch_size",
    "batch_number",
    "every",
    "every_unit",
    "delay",
    "delay_unit",
)
"""What the form asks: `spread` is size or number (of the batches), else nothing."""


def read(posted: Any, number: Any) -> dict[str, Any]:
    """Return the keys of a plan that the form (a QueryDict) fills; `number` reads one as people type it.

    What is no number is passed on as it was typed: the room says what is wrong with it.
    """
    name = posted.get("spread", "")
    if name not in ("size", "number"):
        return {}
    typed = posted.get(f"batch_{name}", "").strip()
    interval = length(posted, "every", number)
    count = number(typed)
    return {"batches": {name: typed if count is None else count}, "interval": interval}


def length(posted: Any, name: str, number: Any) -> str:
    """Return the length of time of the field `name` and its unit, as plans have it: "2d"."""
    typed, unit = posted.get(name, "").strip(), posted.get(f"{name}_unit", "")
    count = number(typed)
    return f"{typed if count is None else count}{unit if unit in UNITS else ''}"


def local(posted: Any) -> dict[str, Any]:
    """Return the mark of a plan at the recipients' own time, where it is ticked."""
    return {"local": True} if posted.get("local") == "yes" else {}


def fields(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in the fields of a form about this plan."""
    batches = plan.get("batches")
    parts = batches if isinstance(batches, Mapping) else {}  # a draft's plan may be anything
    every, unit = _written(plan.get("interval"))
    delay, delay_unit = _written(plan.get("delay"))
    return {
        "local": "yes" if plan.get("local") else "",
        "spread": next((name for name in ("size", "number") if name in parts), ""),
        "batch_size": parts.get("size", ""),
        "batch_number": parts.get("number", ""),
        "every": every,
        "every_unit": unit,
        "delay": delay,
        "delay_unit": delay_unit,
    }


def _written(interval: Any) -> tuple[str, str]:
    """The number and the unit of an interval; an hour where there is none yet."""
    try:
        short = duration.short(duration.seconds(interval, most=duration.UNITS["w"] * 100))
    except ValueError:
        return "1", "h"
    days = isinstance(interval, str) and interval.strip()[-1:] == "d"
    return (interval.strip()[:-1], "d") if days else (short[:-1], short[-1])
