"""The tags of one mailing, changed."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.mailing import tagging
from penstock.mailing.drafting import DraftError
from penstock.mailing.mailings import find
from penstock.web.room.visit import NotThere, Visit, room


@room("mailings:read")
def tags(visit: Visit, number: int) -> HttpResponse:
    """Ask for the tags of a mailing, and put them in place of those it had."""
    mailing = find(visit.conn, visit.account, number)
    if mailing is None:
        raise NotThere
    tagging.require(visit.actor)
    told: dict[str, Any] = {
        "mailing": mailing,
        "typed": ", ".join(mailing.tags),
        "used": tagging.used(visit.conn, visit.account),
    }
    if not visit.posted:
        return visit.either("board/tags.html", **told)
    typed = visit.request.POST.get("tags", "")[:4000]
    try:
        tagging.put(visit.conn, visit.account, number, typed.split(","), visit.actor)
    except DraftError as error:
        told |= {"typed": typed, "faults": [fault.text for fault in error.faults]}
        return visit.either("board/tags.html", HTTPStatus.UNPROCESSABLE_ENTITY, **told)
    return visit.back("mailing", number, said=_("Tags saved."))
