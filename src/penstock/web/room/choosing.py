"""Choosing the account one works in."""

from django.http import HttpResponse

from penstock.web.room.people import CHOSEN
from penstock.web.room.visit import NotThere, Visit, room


@room(None, methods=("POST",))
def place(visit: Visit) -> HttpResponse:
    """Work in another account from now on; only in one of one's own (or as the platform's staff, in any).

    The form's `next` says on which page (the platform's desk leads to a mailing), else it is the first one.
    """
    wanted = visit.request.POST.get("account", "")
    there = next((each for each in visit.places if str(each.id) == wanted), None)
    if there is None:
        raise NotThere
    visit.request.session[CHOSEN] = there.id
    return visit.to(visit.own_address(visit.request.POST.get("next", "")) or "/")
