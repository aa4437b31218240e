"""Suppressions: who gets no mail, why, since when; added and lifted by hand."""

from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from penstock.audience import stoplist, suppression
from penstock.audience.address import AddressError
from penstock.feedback import bounced
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50
LARGEST = 8 << 20  # bytes of a list
REASONS = {
    "unsubscribed": gettext_lazy("Unsubscribed"),
    "hard_bounce": gettext_lazy("Hard bounce"),
    "soft_bounces": gettext_lazy("Bounced again and again"),
    "complaint": gettext_lazy("Complaint"),
    "manual": gettext_lazy("By hand"),
    "invalid": gettext_lazy("Invalid"),
}


@room("suppressions:read")
def suppressions(visit: Visit) -> HttpResponse:
    """Who gets no mail, newest first; found by address or reason. Who may, adds an address."""
    query, wrong, status = visit.request.GET, "", HTTPStatus.OK
    if visit.posted:
        visit.require("suppressions:write")
        address, reason = visit.request.POST.get("address", ""), visit.request.POST.get("reason", "manual")
        given = reason if reason in suppression.BY_HAND else "manual"
        try:
            if (file := visit.request.FILES.get("file")) is not None:
                return visit.go("suppressions", said=_of_list(visit, file, given))
            _found, new = suppression.suppress_by_hand(visit.conn, visit.account, address, given, visit.actor)
            said = (
                _("Nothing is sent to %(address)s any more.")
                if new
                else _("%(address)s was suppressed already.")
            )
            return visit.go("suppressions", said=said % {"address": address.strip()})
        except AddressError as error:
            wrong, status = f"{address} {error}.", HTTPStatus.UNPROCESSABLE_ENTITY
        except stoplist.ListProblem as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    search, reason = query.get("q", "").strip(), query.get("reason", "")
    rows, fault = _page(visit, search, reason)
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    struck = bounced.striking(visit.conn, visit.account, [one.address for one in rows[:PAGE]])
    return visit.page(
        "audience/suppressions.html", status, suppressions=[(one, struck.get(one.address)) for one in rows[:PAGE]], further=further, search=search, reason=reason,
        reasons=REASONS, by_hand=[(name, REASONS[name]) for name in suppression.BY_HAND], wrong=wrong, fault=fault,
        may_suppress=visit.may("suppressions:write"),
    )  # fmt: skip


def _of_list(visit: Visit, file: UploadedFile, reason: str) -> str:
    """Suppress whoever stands in an uploaded list; return what came of it, in words. Raises ListProblem."""
    if (file.size or 0) > LARGEST:
        raise stoplist.ListProblem(_("The file is too large; use `penstock suppression add --file`."))
    text = file.read().decode("utf-8-sig", "replace")
    done = stoplist.suppress_list(visit.conn, visit.account, text, reason, visit.actor)
    said = _("%(new)s suppressed; %(already)s were so already.") % {"new": done.new, "already": done.already}
    if not done.wrong:
        return said
    first = ", ".join(str(line) for line, _what, _why in done.lines[:5])
    more = _("%(n)s lines have neither an address nor a number that is one: %(lines)s.")
    return f"{said} {more % {'n': done.wrong, 'lines': first}}"


@room("suppressions:write")
def lift(visit: Visit, number: int) -> HttpResponse:
    """Ask whether an address is to get mail again, and do it."""
    try:
        found = suppression.require(visit.conn, visit.account, number)
        if visit.posted:
            suppression.lift_by_hand(visit.conn, visit.account, number, visit.actor)
            said = _("%(address)s may be written to again.") % {"address": found.address}
            return visit.go("suppressions", said=said)
    except suppression.UnknownSuppression as error:
        raise NotThere(str(error)) from None
    return visit.either(
        "audience/suppression_lift.html", suppression=found, reason=REASONS.get(found.reason, found.reason)
    )


def _page(visit: Visit, search: str, reason: str) -> tuple[list[suppression.Suppression], str]:
    """Return a page and one more, and what was wrong with the address that was searched for."""
    given = {
        "limit": PAGE + 1,
        "before": number_of(visit.request.GET.get("after")),
        "reason": reason if reason in REASONS else None,
    }
    try:
        return suppression.page(visit.conn, visit.account, address=search or None, **given), ""  # type: ignore[arg-type]
    except AddressError as error:
        return [], f"{search} {error}."
