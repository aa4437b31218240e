"""What of a mailing is tracked, and what its links are tagged with: fields of the step Send, and words of the overview."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from penstock.account import policies
from penstock.content import utm
from penstock.mailing.mailings import Mailing
from penstock.web.room.visit import Visit
from penstock.web.room.words import Text

SWITCHES: Final[dict[str, Text]] = {
    "track_clicks": gettext_lazy("Clicks"),
    "track_opens": gettext_lazy("Openings"),
    "utm_tags": gettext_lazy("UTM tags on links"),
}
"""The policies that a mailing may have its own choice of."""


@dataclass(frozen=True)
class Switch:
    """One policy: what the mailing chose (empty: nothing), and what holds for its account."""

    name: str
    title: Text
    chosen: str
    usual: str


@dataclass(frozen=True)
class Tag:
    """One tag: what the mailing chose, and what it is without a choice."""

    name: str
    chosen: str
    usual: str


def read(posted: Mapping[str, str], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with what the form says; an empty field takes the choice away."""
    given = {name: posted[name].strip() for name in (*SWITCHES, *utm.NAMES) if name in posted}
    kept = {name: value for name, value in options.items() if name not in given}
    return kept | {name: value for name, value in given.items() if value}


def told(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows: the switches and the tags."""
    holds = policies.read(visit.conn, visit.account)
    options, posted = mailing.options, visit.request.POST
    usual = utm.of_mailing({"utm_tags": "on"}, mailing.name, mailing.channel)
    return {
        "switches": [
            Switch(name, title, posted.get(name, options.get(name, "")), getattr(holds, name))
            for name, title in SWITCHES.items()
        ],
        "tags": [
            Tag(name, posted.get(name, options.get(name, "")), usual.get(name, "")) for name in utm.NAMES
        ],
        "tracking_chosen": any(name in options for name in (*SWITCHES, *utm.NAMES)),
    }


def words(visit: Visit, mailing: Mailing) -> list[str]:
    """Return what of the mailing is tracked and tagged, each in words; nothing where nothing is."""
    holds = policies.read(visit.conn, visit.account)
    chosen = {name: mailing.options.get(name, getattr(holds, name)) for name in SWITCHES}
    tracked = [str(SWITCHES[name]) for name in ("track_clicks", "track_opens") if chosen[name] == "on"]
    tags = utm.of_mailing({**mailing.options, **chosen}, mailing.name, mailing.channel)
    if chosen["utm_tags"] == "on":
        tracked.append(_("UTM tags: %(tags)s") % {"tags": ", ".join(tags.values())})
    return tracked
