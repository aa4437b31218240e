"""A mailing at a glance: how far it is, what is left and why, when it goes out, and what was last done to it."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from penstock.mailing import history
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import ENDS, LIVE, State
from penstock.web.room.board.figures import texts
from penstock.web.room.mailing import chains, pictures
from penstock.web.room.mailing.about import about
from penstock.web.room.mailing.entries import shown
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.mailing.left import left
from penstock.web.room.mailing.speed import slowed
from penstock.web.room.timing import foreseeing, telling
from penstock.web.room.timing.telling import Told
from penstock.web.room.timing.wording import spread
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import CHANNELS, Text
from penstock.web.room.writing import tracking

LATEST = 5
"""Entries of the journal that stand here."""

PLANS: dict[str, Text] = {
    "now": gettext_lazy("At once"),
    "at": gettext_lazy("At a time"),
    "sequence": gettext_lazy("In sequence, one after another"),
    "later": gettext_lazy("To be decided later"),
    "after": gettext_lazy("After the step before"),
}
NO_PLAN = gettext_lazy("None yet")


@room("mailings:read", methods=("GET",))
def overview(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID`."""
    mailing = mailing_of(visit, number)
    head = heading(visit, mailing)
    frozen = head.figures is not None
    return visit.page(
        "mailing/overview.html", mailing=mailing, heading=head, about=about(visit, mailing), channel=CHANNELS[mailing.channel],
        moves=State(mailing.state) in LIVE, told=texts(head.figures) if head.figures else {},
        speed=pictures.over_time(visit.conn, mailing) if frozen else None,
        strip=pictures.packages_of(visit.conn, mailing) if frozen else None,
        slowed=slowed(visit, mailing), chain=chains.of(visit, mailing),
        left=left(visit, mailing, head.figures) if head.figures else [],
        latest=shown(history.latest(visit.conn, mailing.id, LATEST)),
        spread=spread(mailing.plan), plan_words=PLANS.get((mailing.plan or {}).get("kind", ""), NO_PLAN), took=_took(mailing),
        tracked=tracking.words(visit, mailing),
        timing=telling.running(visit, mailing) if frozen else _foreseen(visit, mailing),
    )  # fmt: skip


def _took(mailing: Mailing) -> timedelta | None:
    return mailing.finished_at - mailing.started_at if mailing.finished_at and mailing.started_at else None


def _foreseen(visit: Visit, mailing: Mailing) -> Told | None:
    """When its first and last message would go; None where no plan says so, or it has ended."""
    if not mailing.plan or State(mailing.state) in (*ENDS, State.REJECTED, State.STARTING):
        return None
    return foreseeing.of_plan(visit, mailing, mailing.plan)
