"""A mailing at a glance: how far it is, what is left and why, when it goes out, and what was last done to it."""

from django.http import HttpResponse

from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.visit import Visit, room


@room("mailings:read", methods=("GET",))
def overview(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID`."""
    mailing = mailing_of(visit, number)
    return visit.page("mailing/overview.html", mailing=mailing, heading=heading(visit, mailing))
