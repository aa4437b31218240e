"""`/mailings/new`: a draft begins with a channel and a name, and with blocks, HTML, MJML, a text, or a template."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import transports
from penstock.audience import lists
from penstock.content import templates
from penstock.content.accepting import EMAIL, SMS
from penstock.mailing import writing
from penstock.mailing.drafting import DraftError
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import CHANNELS
from penstock.web.room.writing import audience, fields, knowing, starting

LISTED = 500


@room("mailings:write")
def new(visit: Visit) -> HttpResponse:
    """Ask how the mailing goes, what it is to be called and what it begins with; make the draft and go on writing it."""
    if not visit.posted:
        return _show(visit)
    posted, channel = visit.request.POST, _channel(visit)
    ways = _ways(visit, channel)
    if not ways:
        return _show(visit, [_lacking(channel)])
    try:
        with visit.conn.transaction():
            made = writing.begin(
                visit.conn, visit.account, visit.actor, name=fields.text(posted, "name"), stored=_first(visit, channel),
                audience=audience.rule(visit), transport=_latest_transport(visit, channel) or ways[0].id,
            )  # fmt: skip
    except DraftError as error:
        return _show(visit, [fault.text for fault in error.faults])
    except templates.UnknownTemplate as unknown:
        return _show(visit, [str(unknown)])
    return visit.go("edit", made)


def _show(visit: Visit, faults: list[str] | None = None) -> HttpResponse:
    given = visit.request.POST if visit.posted else visit.request.GET
    chosen = number_of(given.get("template"))
    there = _templates(visit)
    own = next((each.channel for each in there if each.id == chosen), None)
    told: dict[str, Any] = {
        "name": given.get("name", ""), "begin": given.get("begin", "template" if chosen else ""), "chosen": chosen,
        "channel": own or _channel(visit), "channels": CHANNELS,
        "letters": [each for each in there if each.channel == EMAIL],
        "texts": [each for each in there if each.channel == SMS],
        "lists": lists.page(visit.conn, visit.account, limit=LISTED), "list": number_of(given.get("list")),
        "lacking": {name: _lacking(name) for name in CHANNELS if not _ways(visit, name)}, "faults": faults or [],
    }  # fmt: skip
    return visit.page(
        "writing/new.html", HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK, **told
    )


def _channel(visit: Visit) -> str:
    given = visit.request.POST if visit.posted else visit.request.GET
    return SMS if given.get("channel") == SMS else EMAIL


def _templates(visit: Visit) -> list[templates.Template]:
    return templates.page(visit.conn, visit.account, limit=LISTED) if visit.may("templates:read") else []


def _ways(visit: Visit, channel: str) -> list[transports.Transport]:
    """The transports by which mailings of this channel can go."""
    return [each for each in transports.listed(visit.conn, visit.account) if each.channel == channel]


def _lacking(channel: str) -> str:
    if channel == SMS:
        return _(
            "There is no way to send short messages yet: an administrator adds an SMS centre or a gateway first."
        )
    return _("There is no way to send yet: an administrator adds a sending server first.")


def _first(visit: Visit, channel: str) -> int:
    """The number of the message that it begins with. Raises UnknownTemplate."""
    posted = visit.request.POST
    if channel == SMS:
        wanted = number_of(posted.get("text_template"))
    else:
        wanted = (number_of(posted.get("template")) or 0) if posted.get("begin") == "template" else None
    if wanted is not None:
        visit.require("templates:read")
        return templates.message_of(visit.conn, visit.account, wanted)
    senders = knowing.senders(visit, channel)
    form = "text" if channel == SMS else posted.get("begin", "")
    begun = starting.message(form, senders[0] if senders else "", fields.text(posted, "name"))
    return writing.store(visit.conn, visit.account, begun, channel)


def _latest_transport(visit: Visit, channel: str) -> int | None:
    """The transport of the account's latest mailing of this channel: most use one."""
    row = visit.conn.execute(
        "select transport_id from mailing_mailing where account_id = %s and channel = %s order by id desc limit 1",
        (visit.account, channel),
    ).fetchone()
    return int(row[0]) if row else None
