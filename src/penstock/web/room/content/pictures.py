"""Pictures: uploaded for messages, chosen in the editor, deleted when nothing shows them."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from penstock.content.pictures import judging, storing
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 48
MOST = 20
"""Files in one form."""


@room("pictures:read")
def listed(visit: Visit) -> HttpResponse:
    """The pictures of the account, newest first; files that come in are kept. In a dialog they are there to be chosen."""
    faults: list[str] = []
    if visit.posted:
        visit.require("pictures:write")
        kept, faults = _kept(visit)
        if not visit.is_fragment and not faults:
            said = ngettext("%(number)s picture is uploaded.", "%(number)s pictures are uploaded.", kept) % {
                "number": kept
            }
            return visit.go("pictures", said=said)
    before = number_of(visit.request.GET.get("before"))
    rows = storing.page(visit.conn, visit.account, limit=PAGE + 1, before=before)
    told: dict[str, Any] = {
        "rows": rows[:PAGE], "further": rows[PAGE - 1].id if len(rows) > PAGE else None, "faults": faults,
        "largest": judging.SIZE, "accept": ",".join(kind for kind, _end in judging.KINDS.values()),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    if visit.is_fragment:
        return visit.part("content/pick.html", status, **told)
    return visit.page("content/pictures.html", status, **told)


@room("pictures:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One picture, its address, and what shows it."""
    picture = _found(visit, number)
    return visit.page(
        "content/picture.html", picture=picture, users=storing.users(visit.conn, visit.account, picture)
    )


@room("pictures:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a picture is to be deleted, saying what shows it, and do it."""
    picture = _found(visit, number)
    users = storing.users(visit.conn, visit.account, picture)
    if not visit.posted:
        return visit.either("content/picture_delete.html", picture=picture, users=users)
    try:
        storing.delete(
            visit.conn, visit.account, number, visit.actor, force=visit.request.POST.get("force") == "yes"
        )
    except storing.PictureInUse as error:
        return visit.go("picture", number, said=str(error), level=messages.ERROR)
    return visit.go("pictures", said=_("“%(name)s” is deleted.") % {"name": picture.name})


def _found(visit: Visit, number: int) -> storing.Picture:
    try:
        return storing.require(visit.conn, visit.account, number)
    except storing.UnknownPicture as unknown:
        raise NotThere(str(unknown)) from None


def _kept(visit: Visit) -> tuple[int, list[str]]:
    """Keep the files of the form; return how many, and what is wrong with the others."""
    files = visit.request.FILES.getlist("file")
    faults = [] if files else [_("Choose a picture.")]
    if len(files) > MOST:
        return 0, [
            _("These are %(number)s files; send at most %(most)s at once.")
            % {"number": len(files), "most": MOST}
        ]
    kept = 0
    for each in files:
        name = each.name or "picture"
        try:
            storing.keep(visit.conn, visit.account, name=name, data=each.read(), actor=visit.actor)
            kept += 1
        except judging.PictureError as error:
            faults.append(f"{name}: {error}")
    return kept, faults
