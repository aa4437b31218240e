"""The figures of a mailing as people read them: the same words in the page and in what is put into it while it is open."""

from typing import Any

from django.utils.translation import gettext as _

from penstock.report.progress import STATES, Progress
from penstock.web.templatetags.room import duration, number, percent

COUNTS = ("recipients", *STATES, "awaiting", "tried", "settled", "attempts")
"""Names of the plain numbers among them."""


def texts(figures: Progress) -> dict[str, str]:
    """Return each figure in the present language by its name: COUNTS, `handed_off_percent`, `settled_percent`, `rate`,
    `left` (a duration), and `time_left` (that in a phrase, empty while it is not known)."""
    return {
        **{name: number(getattr(figures, name)) for name in COUNTS},
        "handed_off_percent": percent(figures.handed_off_percent),
        "settled_percent": percent(figures.settled_percent),
        "rate": rate(figures),
        "left": duration(figures.eta) if figures.eta else "–",
        "time_left": _("%(duration)s left") % {"duration": duration(figures.eta)} if figures.eta else "",
    }


def rate(figures: Progress) -> str:
    """Say how fast it goes."""
    return _("%(number)s a second") % {"number": number(round(figures.rate, 1 if figures.rate < 10 else 0))}


def bar(figures: Progress) -> list[Any]:
    """Return what the two-tone bar shows: percent settled, percent handed off, and both in words."""
    settled, handed = figures.settled_percent, max(figures.settled_percent, figures.handed_off_percent)
    words = _("%(settled)s settled, %(handed)s handed off") % {
        "settled": percent(settled), "handed": percent(handed),
    }  # fmt: skip
    return [settled, handed, words]
