"""The journal of one mailing: who did what, when, through which door and why; and whether it is as it was written."""

from django.http import HttpResponse

from penstock.mailing import history, journal
from penstock.web.room.mailing.entries import shown
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

PAGE = 50
WALKED = 2000
"""Entries of a chain that a page walks through; beyond that `penstock doctor` does."""


@room("mailings:read", methods=("GET",))
def entries(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/journal`, newest first."""
    mailing = mailing_of(visit, number)
    before = number_of(visit.request.GET.get("before"))
    lines = history.latest(visit.conn, mailing.id, PAGE + 1, before=before)
    return visit.page(
        "mailing/journal.html", mailing=mailing, heading=heading(visit, mailing), entries=shown(lines[:PAGE]),
        further=lines[PAGE - 1].place if len(lines) > PAGE else None,
        wrong=journal.verify_one(visit.conn, visit.account, mailing.id, WALKED),
    )  # fmt: skip
