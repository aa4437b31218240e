"""`/mailings/new`: a draft begins with a name, and with blocks, HTML, MJML, or a template."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import transports
from penstock.audience import lists
from penstock.content import templates
from penstock.content.accepting import EMAIL
from penstock.content.message import Message
from penstock.mailing import writing
from penstock.mailing.drafting import DraftError
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import audience, fields, knowing, starting

LISTED = 500


@room("mailings:write")
def new(visit: Visit) -> HttpResponse:
    """Ask what the mailing is to be called and what it begins with; make the draft and go on writing it."""
    if not visit.posted:
        return _show(visit)
    ways = transports.listed(visit.conn, visit.account)
    if not ways:
        return _show(visit, [_("There is no way to send yet: an administrator adds a sending server first.")])
    posted = visit.request.POST
    latest = _latest_transport(visit)
    try:
        with visit.conn.transaction():
            made = writing.begin(
                visit.conn, visit.account, visit.actor, name=fields.text(posted, "name"), stored=_first(visit),
                audience=audience.rule(visit), transport=latest or ways[0].id,
            )  # fmt: skip
    except DraftError as error:
        return _show(visit, [fault.text for fault in error.faults])
    except templates.UnknownTemplate as unknown:
        return _show(visit, [str(unknown)])
    return visit.go("edit", made)


def _show(visit: Visit, faults: list[str] | None = None) -> HttpResponse:
    given = visit.request.POST if visit.posted else visit.request.GET
    there = (
        templates.page(visit.conn, visit.account, limit=LISTED, channel=EMAIL)
        if visit.may("templates:read")
        else []
    )
    told: dict[str, Any] = {
        "name": given.get("name", ""), "begin": given.get("begin", "template" if given.get("template") else "design"),
        "chosen": number_of(given.get("template")), "templates": there,
        "lists": lists.page(visit.conn, visit.account, limit=LISTED), "list": number_of(given.get("list")),
        "can_send": bool(transports.listed(visit.conn, visit.account)), "faults": faults or [],
    }  # fmt: skip
    return visit.page(
        "writing/new.html", HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK, **told
    )


def _first(visit: Visit) -> int:
    """The number of the message that it begins with. Raises UnknownTemplate."""
    posted = visit.request.POST
    if posted.get("begin") == "template":
        visit.require("templates:read")
        return templates.message_of(visit.conn, visit.account, number_of(posted.get("template")) or 0)
    senders = knowing.senders(visit)
    begin: Message = starting.message(
        posted.get("begin", ""), senders[0] if senders else "", fields.text(posted, "name")
    )
    return writing.store(visit.conn, visit.account, begin)


def _latest_transport(visit: Visit) -> int | None:
    """The transport of the account's latest mailing: most use one."""
    row = visit.conn.execute(
        "select transport_id from mailing_mailing where account_id = %s order by id desc limit 1",
        (visit.account,),
    ).fetchone()
    return int(row[0]) if row else None
