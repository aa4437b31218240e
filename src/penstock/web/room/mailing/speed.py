"""How fast a mailing may go: seen on its page, changed in a dialog, also while it is being sent."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account.pace import PaceError, read, shortest
from penstock.delivery.limits import MEASURED, Held, Spared, held_to, spared
from penstock.mailing import speed as there
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room


@dataclass(frozen=True)
class Slowed:
    """What a mailing's messages may have to wait for, and whether who looks at it may change its own speed."""

    held: list[Held]
    spared: list[tuple[Spared, str]]
    may: bool


def slowed(visit: Visit, mailing: Mailing) -> Slowed | None:
    """Return what slows a mailing down; None for one that has ended: nothing of it goes out any more."""
    state = State(mailing.state)
    if state in there.ENDED:
        return None
    may = visit.may("mailings:operate") or (state is State.DRAFT and visit.may("mailings:write"))
    few = spared(visit.conn, visit.account, mailing=mailing.id) if mailing.frozen_at else []
    return Slowed(
        held_to(visit.conn, mailing.id), [(each, str(shortest(each.rate, MEASURED))) for each in few], may
    )


@room("mailings:read")
def speed(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/speed`: ask how fast it may go, and have it go so."""
    mailing = mailing_of(visit, number)
    now = there.of(mailing)
    given = {"rate": str(shortest(now.rate)) if now.rate else "", "connections": str(now.connections or "")}
    wrong, status = "", HTTPStatus.OK
    if visit.posted:
        given = {name: visit.request.POST.get(name, "").replace("\0", "").strip() for name in given}
        try:
            after = there.put(
                visit.conn,
                visit.account,
                number,
                visit.actor,
                rate=_rate(given["rate"]),
                connections=_count(given["connections"]),
            )
            return _done(visit, number, after)
        except (there.SpeedError, PaceError) as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.either("mailing/speed.html", status, mailing=mailing, given=given, wrong=wrong)


def _done(visit: Visit, number: int, speed: there.Speed | None) -> HttpResponse:
    if speed is None:
        return visit.go("mailing", number, said=_("It is not there any more."), level=messages.ERROR)
    if speed.rate is None:
        return visit.go("mailing", number, said=_("It goes as fast as the servers take it, from now on."))
    return visit.go(
        "mailing",
        number,
        said=_("It goes at %(rate)s at most, from now on.") % {"rate": shortest(speed.rate)},
    )


def _rate(typed: str) -> float | None:
    return read(typed.replace(",", ".")).rate if typed else None


def _count(typed: str) -> int | None:
    if typed and (number_of(typed) is None):
        raise there.SpeedError(
            _("The number of connections is a whole number, not %(text)s.") % {"text": typed[:40]}
        )
    return number_of(typed) if typed else None
