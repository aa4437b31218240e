"""Mailings beside each other: a list to choose from, those that were chosen, or the steps of a chain."""

from django.http import HttpResponse, HttpResponseBase

from penstock.report import comparison, export
from penstock.report.results import Result, begun, results
from penstock.web.room.mailing import files
from penstock.web.room.paging import number_of
from penstock.web.room.reports.answers import BEST, OF, RATES, earned
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 30


@room("mailings:read", methods=("GET",))
def mailings(visit: Visit) -> HttpResponse:
    """`/reports/mailings`: those that have begun, the newest first, to be chosen for a comparison."""
    before = number_of(visit.request.GET.get("after"))
    numbers = begun(visit.conn, visit.account, limit=PAGE + 1, before=before)
    found = results(visit.conn, visit.account, numbers[:PAGE])
    return visit.page(
        "reports/mailings.html", results=[_row(each) for each in found], most=comparison.MOST,
        further=numbers[PAGE - 1] if len(numbers) > PAGE else None,
    )  # fmt: skip


@room("mailings:read", methods=("GET",))
def compare(visit: Visit) -> HttpResponse:
    """`/reports/compare?mailing=1&mailing=2`, or `?chain=1`."""
    asked = visit.request.GET
    chain = number_of(asked.get("chain"))
    chosen = [number for text in asked.getlist("mailing") if (number := number_of(text))]
    if chain:
        found = comparison.of_chain(visit.conn, visit.account, chain)
    else:
        found = results(visit.conn, visit.account, chosen[: comparison.MOST])
    if chain and not found:
        raise NotThere
    return visit.page(
        "reports/compare.html", results=[_row(each) for each in found], rows=_compared(found), chain=chain,
        too_many=len(chosen) > comparison.MOST, most=comparison.MOST,
    )  # fmt: skip


@room("mailings:read", methods=("GET",))
def csv(visit: Visit) -> HttpResponseBase:
    """The figures of every mailing as a file."""
    return files.streamed("penstock-mailings.csv", *export.of_account(visit.account, for_people=True))


def _row(result: Result) -> dict[str, object]:
    rates = {each.name: each for each in result.rates}
    return {"result": result, "rates": rates, "revenue": earned(result.revenue)}


def _compared(found: list[Result]) -> list[dict[str, object]]:
    """A row for each rate, with a cell for each mailing; `best` marks the highest, where more is better, else the lowest."""
    rows = []
    for name, title in RATES.items():
        rates = [each.rate(name) for each in found]
        known = [rate.percent for rate in rates if rate.percent is not None]
        best = None if len(set(known)) < 2 else max(known) if name in BEST else min(known)
        cells = [{"rate": rate, "best": rate.percent is not None and rate.percent == best} for rate in rates]
        rows.append({"name": name, "title": title, "of": OF[rates[0].of] if rates else "", "cells": cells})
    return rows
