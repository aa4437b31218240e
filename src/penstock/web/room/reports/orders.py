"""The orders that a shop told, the newest first, and the mailing that each is counted for."""

from django.http import HttpResponse

from penstock.feedback.orders import listing
from penstock.feedback.orders.listing import Noted
from penstock.feedback.telling import LONGEST_KEY
from penstock.web.room.paging import number_of
from penstock.web.room.reports.answers import money
from penstock.web.room.visit import Visit, room

PAGE = 50


@room("contacts:read", methods=("GET",))
def orders(visit: Visit) -> HttpResponse:
    """`/reports/orders?mailing=7&key=4711`."""
    asked = visit.request.GET
    mailing, key = (
        number_of(asked.get("mailing")),
        asked.get("key", "").replace("\0", "").strip()[:LONGEST_KEY],
    )
    found = listing.page(
        visit.conn, visit.account, limit=PAGE + 1, before=number_of(asked.get("after")), mailing=mailing, key=key or None
    )  # fmt: skip
    return visit.page(
        "reports/orders.html", orders=[_row(each) for each in found[:PAGE]], mailing=mailing, key=key,
        further=found[PAGE - 1].id if len(found) > PAGE else None,
    )  # fmt: skip


def _row(order: Noted) -> dict[str, object]:
    return {"order": order, "money": money(order.amount, order.currency)}
