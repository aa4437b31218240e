"""The analysis of a mailing: how far it is, what it found, and whom that concerns."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from penstock.account import access
from penstock.api import cursors
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings.showing import found
from penstock.api.shapes import Body, Cursor, Document, Id, Limit, Shown
from penstock.mailing.actor import Actor
from penstock.platform.connections import connection
from penstock.preflight import analysis

router = Router()


class Case(Shown):
    """A recipient whom a finding concerns."""

    contact: int
    address: str
    detail: str


class Finding(Shown):
    """One thing that was found. `cases` are the first of the recipients whom it concerns; without `recipients:read` there are none."""

    id: int
    severity: Literal["blocker", "warning", "note"]
    code: Annotated[str, Field(description="For programs.")]
    place: str
    text: str
    cure: str
    count: Annotated[int | None, Field(description="Recipients concerned; null: the message itself.")]
    cases: list[Case]


class Counts(Shown):
    """How many findings there are of each severity."""

    blocker: int
    warning: int
    note: int


class Analysis(Shown):
    """The newest analysis of a mailing. `current`: it is of the message and audience rule that the mailing has now."""

    id: int
    mailing: int
    state: Literal["waiting", "running", "done", "cancelled", "failed"]
    current: bool
    options: Document
    total: Annotated[int | None, Field(description="Recipients to look at; null until they were counted.")]
    done: Annotated[int, Field(description="Recipients that were looked at.")]
    percent: int
    figures: Document
    error: str | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    counts: Counts
    findings: Annotated[list[Finding], Field(description="The worst first; those of one that is done.")]


class Cases(Shown):
    """A page of whom a finding concerns, the worst first; of each finding the worst 1,000 are kept."""

    items: list[Case]
    next_cursor: str | None


class Wanted(Body):
    """What is to be looked at beyond the usual."""

    links: Annotated[bool, Field(description="Try where the links lead, over the network.")] = False


_CASE = {"contact": 12, "address": "anna@example.org", "detail": "division by zero (with orders='0')"}
_ANALYSIS = {
    "id": 4, "mailing": 7, "state": "done", "current": True, "options": {}, "total": 200_000, "done": 200_000, "percent": 100,
    "figures": {"recipients": 200_000, "made": 199_999, "size": {"smallest": 5_120, "largest": 5_320, "mean": 5_201}},
    "error": None, "asked_by": "anna@example.org", "asked_at": "2030-11-22T08:00:00Z", "started_at": "2030-11-22T08:00:00Z",
    "ended_at": "2030-11-22T08:00:09Z", "counts": {"blocker": 0, "warning": 1, "note": 0},
    "findings": [
        {
            "id": 31, "severity": "warning", "code": "template_error", "place": "html",
            "text": "no message can be made for 1 of 200,000 recipients: division by zero",
            "cure": "Correct the template, or what these contacts have in their attributes; they are skipped, all others get"
            " their message.",
            "count": 1, "cases": [_CASE],
        }
    ],
}  # fmt: skip
_WAITING = {
    **_ANALYSIS, "state": "waiting", "total": None, "done": 0, "percent": 0, "figures": {}, "started_at": None, "ended_at": None,
    "counts": {"blocker": 0, "warning": 0, "note": 0}, "findings": [],
}  # fmt: skip


@router.get("/{mailing}/analysis", response=Analysis, openapi_extra=documented(_ANALYSIS))
def show_analysis(request: HttpRequest, mailing: Id) -> Any:
    """The newest analysis: every recipient was looked at. 404 while there was none."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        return _seen_by(actor, analysis.require(conn, found(conn, actor, mailing).id))


@router.post(
    "/{mailing}/analysis",
    response={202: Analysis},
    openapi_extra=documented(_WAITING, body={"links": True}, refuses=(409,)),
)
def analyse_mailing(request: HttpRequest, mailing: Id, given: Wanted | None = None) -> Any:
    """Have it analysed as it is now, in the background; one that is under way is answered instead of another."""
    actor = actor_of(request)
    access.require(actor, "mailings:write")
    with connection() as conn:
        there = found(conn, actor, mailing)
        return Status(202, analysis.ask(conn, there, actor, links=given is not None and given.links))


@router.delete("/{mailing}/analysis", response=Analysis, openapi_extra=documented(_WAITING))
def cancel_analysis(request: HttpRequest, mailing: Id) -> Any:
    """Call off the one that is under way, within a second; one that is over stays what it is."""
    actor = actor_of(request)
    access.require(actor, "mailings:write")
    with connection() as conn:
        return _seen_by(actor, analysis.cancel(conn, found(conn, actor, mailing), actor))


@router.get(
    "/{mailing}/analysis/findings/{finding}/cases",
    response=Cases,
    openapi_extra=documented({"items": [_CASE], "next_cursor": None}),
)
def list_cases(
    request: HttpRequest,
    response: HttpResponse,
    mailing: Id,
    finding: Id,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    """Whom a finding concerns, the worst first. Preview them with `preview?case=`."""
    actor = actor_of(request)
    access.require(actor, "recipients:read")
    listing = f"cases {mailing} {finding}"
    place = cursors.read(listing, cursor)
    with connection() as conn:
        number = found(conn, actor, mailing).id
        rows = analysis.cases(conn, number, finding, limit=limit + 1, after=tuple(place) if place else None)
    items, more = cursors.page(rows, limit)
    following = cursors.write(listing, [items[-1].weight, items[-1].contact]) if more else None
    cursors.link_next(request, response, following)
    return {"items": items, "next_cursor": following}


def _seen_by(actor: Actor, there: analysis.Analysis) -> analysis.Analysis:
    """Addresses are for those who may see to whom a mailing goes."""
    if not access.allows(actor, "recipients:read"):
        for finding in there.findings:
            finding.cases.clear()
    return there
