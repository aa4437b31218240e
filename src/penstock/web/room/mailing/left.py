"""What is left of a mailing and why, in rows: each with its number, and a way to those whom it concerns."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.report.progress import Progress
from penstock.report.remaining import PutOff, Remaining, remaining
from penstock.web.room.visit import Visit


@dataclass(frozen=True)
class Left:
    """One kind of recipients who are not reached: how many, why, and the state that the ledger lists them under."""

    people: int
    why: str
    state: str
    url: str
    at: datetime | None = None
    said: tuple[PutOff, ...] = ()


def left(visit: Visit, mailing: Mailing, figures: Progress) -> list[Left]:
    """Return the kinds there are, those that still may be reached first."""
    url = reverse("room:mailing-recipients", args=[mailing.id])
    rest = (
        remaining(visit.conn, mailing.id) if figures.waiting or figures.deferred else Remaining(0, 0, 0, [])
    )
    rows = [
        (rest.unbegun, _waiting_words(mailing), "waiting"),
        (rest.returned - rest.withheld, _("came back from a sender that stopped; they go first"), "waiting"),
        (rest.withheld, _("are kept back by a kill switch on their domain or server"), "waiting"),
        (figures.in_flight, _("are on the wire, or with a sender that has not answered yet"), "in_flight"),
        (figures.deferred, _("were put off by their server and are tried again"), "deferred"),
        (figures.in_doubt, _("are in doubt: handed over, and the answer was never seen"), "in_doubt"),
        (figures.cancelled, _("were not reached, because the mailing was cancelled"), "cancelled"),
        (figures.expired, _("were not reached, because the end date passed"), "expired"),
    ]
    return [
        Left(
            people, why, state, f"{url}?state={state}",
            figures.next_at if state == "deferred" else None, tuple(rest.put_off) if state == "deferred" else (),
        )
        for people, why, state in rows if people > 0
    ]  # fmt: skip


def _waiting_words(mailing: Mailing) -> str:
    if mailing.state == State.PAUSED:
        return _("wait until the mailing is resumed")
    if mailing.state == State.INTERRUPTED:
        return _("wait until the cause of the interruption is gone")
    return _("wait for their turn")
