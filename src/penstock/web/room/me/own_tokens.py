"""One's own tokens: listed and ended. They are made in the settings, by who may."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import access, tokens
from penstock.web.room.visit import NotThere, Visit, room


@room(None)
def listed(visit: Visit) -> HttpResponse:
    """`/me/tokens`: those that act as this person in the chosen account."""
    own = [token for token in tokens.listed(visit.conn, visit.account) if token.person == visit.person.email]
    if not visit.posted:
        shown = [{**vars(token), "words": access.summary(token.scopes)} for token in own]
        return visit.page("me/tokens.html", tokens=shown)
    wanted = next((token for token in own if str(token.id) == visit.request.POST.get("token")), None)
    if wanted is None:
        raise NotThere
    tokens.give_up(visit.conn, wanted, visit.actor)
    return visit.go("me-tokens", said=_("%(name)s has ended.") % {"name": wanted.name})
