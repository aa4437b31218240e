"""Cancelling, as people do it: the click pauses at once, then they are asked; whoever leaves the question leaves it paused."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from penstock.mailing import control
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.preflight.giving import give
from penstock.web.room.deciding import done, question, reaching
from penstock.web.room.visit import Visit, room


def stop_and_ask(visit: Visit, mailing: Mailing) -> HttpResponse:
    """Pause the mailing where it can be paused, and ask the rest."""
    said = _stop(visit, mailing)
    if visit.is_fragment:
        return question.show(visit, reaching.again(visit, mailing), "cancel", said=said)
    if said:
        visit.tell(said, level=messages.WARNING)
    there = reverse("room:command", args=[mailing.id, "cancel"])
    return redirect(f"{there}?{done.query(next=question.way_back(visit, mailing.id))}")


def _stop(visit: Visit, mailing: Mailing) -> str:
    """Return what the pause did, nothing where there was none to give (at a gate, paused already, ended meanwhile)."""
    try:
        answer = give(visit.conn, mailing.id, "pause", visit.actor, {})
    except control.Refused:
        return ""
    return done.paused(answer)


@room("mailings:read", methods=("GET",))
def kept(visit: Visit, mailing: int) -> HttpResponse:
    """Somebody left the question: go back, and say that it stays paused."""
    visit, there = reaching.found(visit, mailing)
    if there.state == State.PAUSED:
        words = _("“%(name)s” stays paused: nothing more is sent until it is resumed.") % {"name": there.name}
        visit.tell(words, level=messages.WARNING, offer=("resume", there.id, there.version))
    return visit.to(question.way_back(visit, there.id))
