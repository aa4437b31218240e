"""An analysis for people: its state in words, its figures, its findings with their signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from penstock.mailing.mailings import Mailing
from penstock.preflight import analysis
from penstock.preflight.analysis import Analysis
from penstock.web.room.charts.figures import Bar, share
from penstock.web.room.visit import Visit
from penstock.web.templatetags.room import number


@dataclass(frozen=True, slots=True)
class Severity:
    """How a finding's severity is shown: its word, a sign, and the tone of its colour."""

    title: str | Promise
    icon: str
    tone: str


SEVERITIES = {
    "blocker": Severity(gettext_lazy("Blocker"), "stop", "wrong"),
    "warning": Severity(gettext_lazy("Warning"), "warning", "held"),
    "note": Severity(gettext_lazy("Note"), "info", "waits"),
}


@dataclass(frozen=True)
class Found:
    """The newest analysis of a mailing; None when there was never one. `figures`: name and value; `parts`: how many get a short
    message of so many parts.

    `may_ask`: whether who is here may ask for one now; `may_see`: whether addresses are told.
    """

    analysis: Analysis | None
    figures: list[tuple[str, str]]
    may_ask: bool
    may_see: bool
    parts: list[Bar]


def found(visit: Visit, mailing: Mailing) -> Found:
    """Return the newest analysis of a mailing as somebody may see it."""
    newest = analysis.newest(visit.conn, mailing.id)
    may_ask = visit.may("mailings:write") and mailing.frozen_at is None
    figures = list(_figures(newest.figures)) if newest else []
    parts = _parts(newest.figures) if newest else []
    return Found(newest, figures, may_ask, visit.may("recipients:read"), parts)


def _parts(told: dict[str, Any]) -> list[Bar]:
    there = {int(count): people for count, people in told.get("parts", {}).get("recipients", {}).items()}
    everybody = sum(there.values())
    return [
        Bar(
            ngettext("%(n)d part", "%(n)d parts", count) % {"n": count},
            people,
            share(people, everybody),
            "accepted" if count == 1 else "deferred",
        )
        for count, people in sorted(there.items())
    ]


def _figures(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, title in (("recipients", _("Recipients")), ("made", _("Messages made"))):
        if name in told:
            yield title, number(told[name])
    if parts := told.get("parts"):
        yield _("Credits, one for each part"), number(parts["total"])
        yield (
            _("Parts: least, typical, most"),
            " · ".join(number(parts[name]) for name in ("least", "typical", "most")),
        )
    if codings := told.get("codings"):
        yield _("Written in UCS-2"), number(codings.get("ucs2", 0))
    if size := told.get("size"):
        yield _("Size on average"), filesizeformat(size["mean"])
        yield _("Largest"), filesizeformat(size["largest"])
    for name, title in (("links", _("Links")), ("pictures", _("Pictures"))):
        if name in told:
            yield title, number(told[name])
    if spam := told.get("spam"):
        yield (
            _("Spam points"),
            _("%(score)s of %(threshold)s")
            % {
                "score": number(spam["score"]),
                "threshold": number(spam["threshold"]),
            },
        )
