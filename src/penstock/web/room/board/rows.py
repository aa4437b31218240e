"""One row: where it stands, in what order, what may be done, and why it stands still; and rows fetched one by one."""

from datetime import datetime
from time import monotonic
from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from penstock.mailing import queue
from penstock.mailing.mailings import Mailing, find_all
from penstock.mailing.states import State
from penstock.report.board import Area
from penstock.report.glance import Glance, glances
from penstock.web.room import frame
from penstock.web.room.board.areas import SHOWN, TITLES
from penstock.web.room.board.keeping import MARK, rendered
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import Text
from penstock.web.templatetags.room import number, written

MOVING = (State.STARTING, State.SENDING, State.FINISHING, State.CANCELLING)
MOST = 50
"""Rows fetched at once."""

PLANNED: dict[str, Text] = {
    "now": gettext_lazy("Goes out as soon as it is let out"),
    "sequence": gettext_lazy("Goes into the sequence"),
    "later": gettext_lazy("Its date is decided later"),
}


@room("mailings:read", methods=("GET",))
def rows(visit: Visit) -> HttpResponse:
    """The rows of these mailings (`?id=7&id=9`) and the sequence, to be put into an open board (rows.js)."""
    numbers = [number for text in visit.request.GET.getlist("id")[:MOST] if (number := number_of(text))]
    version, order = queue.listed(visit.conn, visit.account)
    there = find_all(visit.conn, visit.account, [*numbers, *order[:SHOWN]])
    key = (
        visit.account, visit.actor.roles, get_language(), timezone.get_current_timezone_name(), tuple(numbers), version,
        tuple(sorted((each.id, each.version) for each in there)), int(monotonic()),
    )  # fmt: skip
    told = rendered(
        key, lambda: _told(visit, numbers, version, order[:SHOWN], there), get_token(visit.request)
    )
    return visit.part("board/kept.html", kept=told)


def _told(visit: Visit, numbers: list[int], version: int, order: list[int], there: list[Mailing]) -> str:
    found = {each.mailing.id: each for each in glances(visit.conn, visit.account, there)}
    return render_to_string("room/board/rows.html", {
        "visit": visit, "csrf_token": MARK, "here": "/board", "waiting": frame.waiting(visit), "version": version,
        "rows": [found[number] for number in dict.fromkeys(numbers) if number in found and number not in order],
        "sequence": [found[number] for number in order if number in found],
    }, visit.request)  # fmt: skip


def allowed(glance: Glance, roles: frozenset[str], now: datetime) -> tuple[str, ...]:
    """Return the commands of the mailing's state for these roles, without an undo whose time is over, and doubts that nobody has."""
    until, figures = glance.mailing.undo_until, glance.figures
    idle = set() if until is not None and until > now else {"undo"}
    if figures is not None and not figures.in_doubt:
        idle.add("release_doubt")
    return tuple(name for name in glance.mailing.allowed_actions(roles) if name not in idle)


def place(glance: Glance) -> str:
    """Return the list of the board in which it stands."""
    return "sequence" if glance.waits_in_sequence else TITLES[glance.area][0]


def order(glance: Glance) -> int:
    """Return the number by which rows of one list are in order: the sequence's, by time, or the newest first."""
    if glance.position is not None:
        return glance.position
    if glance.area is Area.SCHEDULED and glance.mailing.due_at:
        return int(glance.mailing.due_at.timestamp())
    return -glance.mailing.id


def planned(mailing: Mailing) -> Text:
    """Say what follows when it is let out."""
    return PLANNED.get((mailing.plan or {}).get("kind", ""), "")


def paused(glance: Glance) -> str:
    """Say of a paused mailing since when, by whom, and what is left (S3.5)."""
    reason: dict[str, Any] = glance.mailing.reason or {}
    if glance.mailing.state != State.PAUSED or not reason.get("since"):
        return ""
    told = {
        "since": written(datetime.fromisoformat(reason["since"]), timezone.get_current_timezone_name()),
        "who": reason["who"],
    }
    figures = glance.figures
    if figures is None:
        return _("Paused since %(since)s by %(who)s. Nothing of it has gone out.") % told
    left = figures.waiting + figures.deferred + figures.in_flight
    told |= {"left": number(left), "people": number(figures.recipients)}
    return _("Paused since %(since)s by %(who)s. %(left)s of %(people)s are left to be reached.") % told
