"""The sequence, re-ordered: by dragging, by its buttons, or by a program that sends the same form."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.mailing import control, queue
from penstock.mailing.mailings import find, find_all
from penstock.preflight.giving import give
from penstock.report.glance import glances
from penstock.web.room.board.areas import SHOWN
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room


@room("mailings:operate", methods=("POST",))
def sequence(visit: Visit) -> HttpResponse:
    """Move `mailing` to `position` of the sequence as it was at `queue_version`; answer with the order that holds now."""
    number = number_of(visit.request.POST.get("mailing"))
    mailing = find(visit.conn, visit.account, number) if number else None
    if mailing is None:
        raise NotThere
    position = number_of(visit.request.POST.get("position"))
    given = {"position": position, "queue_version": number_of(visit.request.POST.get("queue_version"))}
    try:
        give(visit.conn, mailing.id, "move", visit.actor, given)
    except control.Refused as refused:
        return _not_moved(visit, refused)
    said = _("“%(mailing)s” is number %(place)s now.") % {"mailing": mailing.name, "place": position}
    if visit.is_fragment:
        return _order(visit, said=said)
    return visit.back("board", said=said)


def _not_moved(visit: Visit, refused: control.Refused) -> HttpResponse:
    changed = any(reason.code == "queue_changed" for reason in refused.reasons)
    words = (
        _("The order was changed by somebody else meanwhile. This is the order now; nothing was moved.")
        if changed
        else str(refused)
    )
    if visit.is_fragment:
        return _order(visit, HTTPStatus.CONFLICT, changed=words)
    return visit.back("board", said=words, level=messages.WARNING)


def _order(
    visit: Visit, status: HTTPStatus = HTTPStatus.OK, *, said: str = "", changed: str = ""
) -> HttpResponse:
    version, order = queue.listed(visit.conn, visit.account)
    there = {each.id: each for each in find_all(visit.conn, visit.account, order[:SHOWN])}
    waiting = glances(
        visit.conn, visit.account, [there[number] for number in order[:SHOWN] if number in there]
    )
    return visit.part(
        "board/sequence.html", status, sequence=waiting, version=version, said=said, changed=changed, here="/board"
    )  # fmt: skip
