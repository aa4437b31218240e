"""The way back: by which ways bounces and complaints come, how to lead them here, and the mailboxes they are picked up from."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import domains
from penstock.feedback import way_back
from penstock.feedback.mailboxes import keeping as there
from penstock.feedback.mailboxes.address import PORTS, MailboxURLError, Place, written
from penstock.feedback.mailboxes.keeping import Mailbox, MailboxError
from penstock.web.room.visit import NotThere, Visit, room

FAULTS = (MailboxError, MailboxURLError)


@room("mailboxes:read")
def mailboxes(visit: Visit) -> HttpResponse:
    """The ways there are, the mailboxes, a form for another one, and what a mail server has to be told."""
    post, wrong, status = visit.request.POST, "", HTTPStatus.OK
    if visit.posted:
        visit.require("mailboxes:write")
        try:
            made = there.create(visit.conn, visit.account, actor=visit.actor, **_given(post))
            return visit.go("mailbox", made.id, said=_("%(name)s is added. It is read within a minute.") % {"name": made.name})  # fmt: skip
        except FAULTS as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "settings/mailboxes.html", status, wrong=wrong, given=post, ways=way_back.ways(visit.conn, visit.account)[0],
        mailboxes=there.listed(visit.conn, visit.account), may_write=visit.may("mailboxes:write"),
        routes=[way_back.route(each) for each in domains.listed(visit.conn, visit.account)], port=way_back.PORT,
    )  # fmt: skip


@room("mailboxes:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One mailbox: how it fares, and who may, changes it."""
    mailbox, wrong, status = _found(visit, number), "", HTTPStatus.OK
    if visit.posted:
        visit.require("mailboxes:write")
        try:
            there.update(visit.conn, visit.account, number, actor=visit.actor, **_given(visit.request.POST))
            return visit.go("mailbox", number, said=_("Saved. It is read within a minute."))
        except FAULTS as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "settings/mailbox.html", status, mailbox=mailbox, wrong=wrong, given=visit.request.POST if wrong else _shown(mailbox),
        may_write=visit.may("mailboxes:write"),
    )  # fmt: skip


@room("mailboxes:write", methods=("POST",))
def do(visit: Visit, number: int) -> HttpResponse:
    """Have a mailbox read now, switch it on or off."""
    _found(visit, number)
    what = visit.request.POST.get("do")
    if what in ("on", "off"):
        there.update(visit.conn, visit.account, number, actor=visit.actor, enabled=what == "on")
        return visit.go("mailbox", number)
    there.read_now(visit.conn, visit.account, number, visit.actor)
    return visit.go("mailbox", number, said=_("It is being read. How it went stands here in some seconds."))


@room("mailboxes:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a mailbox is to be forgotten, and do it."""
    mailbox = _found(visit, number)
    if not visit.posted:
        return visit.either("settings/mailbox_delete.html", mailbox=mailbox)
    there.delete(visit.conn, visit.account, number, visit.actor)
    said = _("%(name)s is forgotten. What lies in it stays there.") % {"name": mailbox.name}
    return visit.go("mailboxes", said=said, level=messages.SUCCESS)


def _given(post: Any) -> dict[str, Any]:
    """What the form says of a mailbox; without a password the one there is stays."""
    afterwards = post.get("afterwards", "seen")
    return {
        "name": post.get("name", ""),
        "url": written(post.get("server", ""), post.get("username", ""), post.get("password", "")),
        "folder": post.get("folder", ""),
        "afterwards": afterwards,
        "done_folder": post.get("done_folder", "") if afterwards == "move" else "",
    }


def _shown(mailbox: Mailbox) -> dict[str, str]:
    """What the form begins with: the server as it was typed, if it was typed as usual."""
    place = Place.from_url(mailbox.url, "")
    usual = place.tls == "implicit" and place.port == PORTS["imaps"] and not place.cafile
    server = place.host if usual and ":" not in place.host else _server(mailbox.url)
    return {
        "name": mailbox.name, "server": server, "username": place.username, "folder": mailbox.folder,
        "afterwards": mailbox.afterwards, "done_folder": mailbox.done_folder,
    }  # fmt: skip


def _server(url: str) -> str:
    scheme, _sign, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _found(visit: Visit, number: int) -> Mailbox:
    try:
        return there.find(visit.conn, visit.account, number)
    except there.UnknownMailbox as error:
        raise NotThere(str(error)) from None
