"""The report of a mailing: its recipients by state, reason, domain and hour, and what came back; as charts, tables and files."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, HttpResponseBase

from penstock.mailing.mailings import Mailing
from penstock.report import export, links
from penstock.report.progress import STATES, Progress, progress
from penstock.report.reporting import hours
from penstock.report.tally import Tally, tally
from penstock.web.room.mailing import files, outcome
from penstock.web.room.mailing.came_back import came_back
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.visit import NotThere, Visit, room
from penstock.web.room.words import APART

REASONS = 15
"""Reasons on the page; the file has all."""
MOST_LINKS = 100_000


@room("mailings:read", methods=("GET",))
def report(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/report`."""
    mailing = mailing_of(visit, number)
    head = heading(visit, mailing)
    figures = head.figures
    told = tally(visit.conn, number, figures) if figures else None
    return visit.page(
        "mailing/report.html", mailing=mailing, apart=APART[mailing.channel], heading=head, figures=figures, tally=told,
        states=outcome.by_state(number, figures) if figures else [],
        domains=outcome.by_domain(number, mailing.channel, told, figures.recipients) if told and figures else [],
        hours=outcome.by_hour(number, told, visit.place.zone) if told else None,
        back=came_back(visit, mailing) if figures else None, may_export=visit.may("recipients:read"), may_orders=visit.may("contacts:read"),
        reasons=[each for each in told.reasons if each[0] not in ("accepted", "delivered")][:REASONS] if told else [],
    )  # fmt: skip


@room("mailings:read", methods=("GET",))
def csv(visit: Visit, number: int, by: str) -> HttpResponseBase:
    """The figures of one of the charts as a file: `state`, `domain`, `hour`, `reason`; `answer` and `link`."""
    mailing = mailing_of(visit, number)
    if by in _ANSWERS:
        return files.written(f"mailing-{number}-by-{by}.csv", *_ANSWERS[by](visit, number))
    if by not in _TABLES:
        raise NotThere
    figures = _figures(visit, mailing)
    told = tally(visit.conn, number, figures) if by != "state" else None
    if by != "state" and told is None:
        raise NotThere("It is being counted for the first time. Try again in a moment.")
    header, rows = _TABLES[by](figures, told)
    return files.written(f"mailing-{number}-by-{by}.csv", header, rows)


@room("recipients:read", methods=("GET",))
def whole(visit: Visit, number: int) -> HttpResponseBase:
    """`/mailings/ID/export.zip`: everything of it."""
    mailing_of(visit, number)
    archive = export.of_mailing(visit.conn, visit.account, number, for_people=True)
    return files.archived(f"mailing-{number}.zip", archive)


def _figures(visit: Visit, mailing: Mailing) -> Progress:
    if not mailing.frozen_at:
        raise NotThere
    return progress(visit.conn, mailing.id)


Table = tuple[list[str], Iterable[list[Any]]]


def _states(figures: Progress, told: Any) -> Table:
    return ["state", "recipients"], [[state, getattr(figures, state)] for state in STATES]


def _domains(figures: Progress, told: Tally) -> Table:
    others = [("(others)", told.others)] if told.others else []
    rows = [[name, sum(counts.values()), *_each(counts)] for name, counts in [*told.domains, *others]]
    return ["domain", "recipients", *STATES], rows


def _hours(figures: Progress, told: Tally) -> Table:
    return ["quarter_hour_utc", *STATES], [[at.isoformat(), *_each(counts)] for at, counts in told.quarters]


def _reasons(figures: Progress, told: Tally) -> Table:
    return ["state", "reason", "recipients"], [list(each) for each in told.reasons]


def _each(counts: dict[str, int]) -> list[int]:
    return [counts.get(state, 0) for state in STATES]


_TABLES: dict[str, Any] = {"state": _states, "domain": _domains, "hour": _hours, "reason": _reasons}


def _answers(visit: Visit, mailing: int) -> Table:
    rows = [
        [at.isoformat(), kind, each.people, each.total]
        for at, did in hours(visit.conn, mailing)
        for kind, each in did.items()
    ]
    return ["hour_utc", "kind", "people", "times"], rows


def _links(visit: Visit, mailing: int) -> Table:
    found = links.page(visit.conn, mailing, limit=MOST_LINKS)
    return ["no", "url", "people", "clicks", "scanned_people", "scans"], [
        [each.no, each.url, each.people, each.clicks, each.scanned_people, each.scans] for each in found
    ]


_ANSWERS: dict[str, Any] = {"answer": _answers, "link": _links}
