"""Bounces: who could not be reached, what was said, and what that means for the address."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from penstock.audience.address import AddressError
from penstock.feedback import bounced
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

PAGE = 50
KINDS = {
    "hard": gettext_lazy("Hard: the address is at fault"),
    "soft": gettext_lazy("Soft: it may mend itself"),
    "blocked": gettext_lazy("Blocked: the sender is at fault"),
}
ORIGINS = {
    "smtp": gettext_lazy("at once"),
    "dsn": gettext_lazy("by a returned message"),
    "text": gettext_lazy("by a returned message"),
    "webhook": gettext_lazy("by the provider"),
}


@room("suppressions:read")
def bounces(visit: Visit) -> HttpResponse:
    """Who bounced, newest first; of one mailing or one address, where that is asked for."""
    search, mailing = (
        visit.request.GET.get("q", "").strip(),
        number_of(visit.request.GET.get("mailing")),
    )
    before, rows, fault = number_of(visit.request.GET.get("after")), [], ""
    try:
        rows = bounced.page(
            visit.conn, visit.account, limit=PAGE + 1, before=before, mailing=mailing, address=search or None
        )
    except AddressError as error:
        fault = f"{search} {error}."
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    return visit.page(
        "audience/bounces.html", bounces=[(one, KINDS[one.kind], ORIGINS.get(one.origin, _("later"))) for one in rows[:PAGE]],
        further=further, search=search, mailing=mailing, fault=fault,
    )  # fmt: skip
