"""The preview of a mailing: its page, the message in a frame that can do nothing, and its source to keep."""

from django.http import HttpResponse

from penstock.platform.environment import base_url
from penstock.preflight import isolating, looking, preview
from penstock.web.room.checking.showing import clicked, shown
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.visit import NotThere, Visit, room

_NO_HTML = "<!doctype html><title>-</title>"


@room("recipients:read", methods=("GET",))
def page(visit: Visit, mailing: int) -> HttpResponse:
    """`/mailings/ID/preview`: as each recipient gets it, one after the other."""
    there = mailing_of(visit, mailing)
    if visit.is_fragment:
        return visit.part("checking/preview.html", shown=shown(visit, there), mailing=there)
    return visit.page(
        "checking/preview_page.html",
        mailing=there,
        heading=heading(visit, there),
        shown=shown(visit, there),
    )


@room("recipients:read", methods=("GET",))
def message(visit: Visit, mailing: int, contact: int) -> HttpResponse:
    """`/mailings/ID/preview/CONTACT/message`: the HTML of one message, for a frame; nothing in it runs or reaches out."""
    there = mailing_of(visit, mailing)
    pictures = visit.request.GET.get("pictures") == "1" and clicked(visit.request)
    try:
        html = looking.html(visit.conn, there, contact) or _NO_HTML
    except preview.NoSuchContact as missing:
        raise NotThere(str(missing)) from None
    except preview.CannotBeMade:
        html = _NO_HTML  # the page around says why
    return HttpResponse(
        isolating.framed(html), headers=isolating.frame_headers(base_url(), pictures=pictures)
    )


@room("recipients:read", methods=("GET",))
def source(visit: Visit, mailing: int, contact: int) -> HttpResponse:
    """`/mailings/ID/preview/CONTACT/source`: the message by the byte, as a file that mail programs open."""
    there = mailing_of(visit, mailing)
    try:
        data = looking.source(visit.conn, there, contact)
    except (preview.NoSuchContact, preview.CannotBeMade) as missing:
        raise NotThere(str(missing)) from None
    name = f"mailing-{there.id}-contact-{contact}.eml"
    return HttpResponse(
        data,
        content_type="message/rfc822",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
