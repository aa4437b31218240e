"""One person's whole story, what is given to them, and erasing them: one by one, and many at once."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from penstock.audience import contacts as there
from penstock.audience import editing
from penstock.audience import erasures as requests
from penstock.audience.contacts import UnknownContact
from penstock.personal import erasure, export, many, story
from penstock.web.room.audience.suppressions import REASONS
from penstock.web.room.mailing.files import archived
from penstock.web.room.mailing.recipients import STATE_WORDS
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room
from penstock.web.room.words import Text

PAGE = 50
LARGEST = 8 << 20  # bytes of a file of addresses
LAST = 2**31 - 1  # a number behind every request

TITLES: Final[Mapping[str, Text]] = {
    "mailed": gettext_lazy("Meant by a mailing"),
    "opened": gettext_lazy("Opened it"),
    "clicked": gettext_lazy("Followed a link"),
    "prefetched": gettext_lazy("A machine opened it"),
    "scanned": gettext_lazy("A machine followed a link"),
    "viewed": gettext_lazy("Looked at it in the browser"),
    "unsubscribed": gettext_lazy("Unsubscribed from everything"),
    "resubscribed": gettext_lazy("Took the unsubscribing back"),
    "left": gettext_lazy("Left a list"),
    "joined": gettext_lazy("Joined a list"),
    "complained": gettext_lazy("Complained"),
    "custom": gettext_lazy("Told by others"),
    "bounced": gettext_lazy("It bounced"),
    "ordered": gettext_lazy("Bought something"),
    "listed": gettext_lazy("Put on a list"),
    "suppressed": gettext_lazy("Nothing is sent there since then"),
    "tested": gettext_lazy("A test was sent to this address"),
    "wrote": gettext_lazy("Wrote an SMS"),
    "moved": gettext_lazy("Had another address or number until then"),
    "added": gettext_lazy("Became a contact"),
}

STANDINGS: Final[Mapping[str, Text]] = {
    "waiting": gettext_lazy("Waiting"),
    "running": gettext_lazy("Running"),
    "done": gettext_lazy("Done"),
    "failed": gettext_lazy("Failed"),
}
"""The states of a request to erase many."""


@room("recipients:read", methods=("GET",))
def told(visit: Visit, number: int) -> HttpResponse:
    """Everything that happened to one person, newest first, page by page."""
    visit.require("contacts:read")
    found = _contact(visit, number)
    rows = story.page(visit.conn, visit.account, number, limit=PAGE + 1, before=_place(visit.request))
    shown = [(one, TITLES.get(one.kind, one.kind), _said(one)) for one in rows[:PAGE]]
    further = None
    if len(rows) > PAGE:
        at, place = rows[PAGE - 1].place
        further = f"{at.isoformat()} {place}"
    sharing = there.sharing(visit.conn, visit.account, found)
    return visit.page("audience/story.html", contact=found, entries=shown, further=further, sharing=sharing)


@room("recipients:read", methods=("GET",))
def data(visit: Visit, number: int) -> HttpResponseBase:
    """Everything that is held about one person, as an archive to be given to them."""
    visit.require("contacts:read")
    found = _contact(visit, number)
    archive = export.archive(visit.conn, visit.account, number, for_people=True)
    return archived(f"contact-{found.id}.zip", archive)


@room("contacts:write")
def erase(visit: Visit, number: int) -> HttpResponse:
    """Say what goes and what stays, ask whether somebody is to be erased, and do it."""
    found = _contact(visit, number)
    if visit.posted:
        keep_out = bool(visit.request.POST.get("keep_out"))
        erasure.erase(visit.conn, visit.account, number, visit.actor, keep_out=keep_out)
        return visit.go("contacts", said=_("The contact is erased."))
    return visit.either("audience/contact_erase.html", contact=found)


@room("contacts:write")
def erasures(visit: Visit) -> HttpResponse:
    """Have many erased, by their addresses; and how far that is."""
    wrong, status, typed = "", HTTPStatus.OK, ""
    if visit.posted:
        typed = visit.request.POST.get("addresses", "")
        try:
            given = many.read(typed + "\n" + _file(visit.request))
            made = many.request(
                visit.conn,
                visit.account,
                given,
                visit.actor,
                keep_out=bool(visit.request.POST.get("keep_out")),
            )
            return visit.go("erasures", said=_("%(n)s addresses are being erased.") % {"n": made.total})
        except many.ErasureProblem as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    before = min(number_of(visit.request.GET.get("after")) or LAST, LAST)
    rows = requests.page(visit.conn, visit.account, limit=PAGE + 1, before=before)
    return visit.page(
        "audience/erasures.html", status, erasures=[(one, STANDINGS[one.state]) for one in rows[:PAGE]],
        further=rows[PAGE - 1].id if len(rows) > PAGE else None, wrong=wrong, typed=typed,
    )  # fmt: skip


def _file(request: HttpRequest) -> str:
    """Return what stands in the file that came with the form. Raises ErasureProblem for one that is too large."""
    file = request.FILES.get("file")
    if file is None:
        return ""
    if (file.size or 0) > LARGEST:
        raise many.ErasureProblem(_("The file is too large; use `penstock contacts erase --file`."))
    return file.read().decode("utf-8-sig", "replace")


def _place(request: HttpRequest) -> story.Place:
    """Return where the page goes on; the first one for an address that was made up."""
    at, _sep, place = request.GET.get("after", "").replace("\0", "").partition(" ")
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return story.NEWEST
    return (when, place) if when.tzinfo is not None else story.NEWEST


def _said(entry: story.Entry) -> str:
    """Return what an entry says beyond its title: the words of others, and where the person stands."""
    given = entry.data
    if entry.kind == "mailed":
        state = str(STATE_WORDS.get(given.get("state", ""), given.get("state", "")))
        words = " ".join(str(given[name]) for name in ("code", "enhanced", "text") if given.get(name))
        return f"{state} · {words}" if words else state
    if entry.kind == "suppressed":
        return f"{given['address']} · {REASONS.get(given['reason'], given['reason'])} · {given['origin']}"
    if entry.kind == "ordered":
        return f"{given['amount']} {given['currency']}"
    names = ("list", "url", "name", "from", "file", "enhanced", "text", "state", "reply")
    return " · ".join(str(given[name]) for name in names if given.get(name))


def _contact(visit: Visit, number: int) -> there.Contact:
    try:
        return editing.require(visit.conn, visit.account, number)
    except UnknownContact as error:
        raise NotThere(str(error)) from None
