"""Transports: the ways out, how their servers fare, and a test of them. A password goes in and never comes out."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import transports as there
from penstock.account.secrets import SecretError
from penstock.account.servers import TransportError
from penstock.delivery.limits import spared
from penstock.report import transports as report
from penstock.transport.smtp.server import ServerURLError
from penstock.web.room.paging import decimal_of, number_of
from penstock.web.room.settings import hooks
from penstock.web.room.visit import NotThere, Visit, room

FIELDS = ("id", "url", "weight", "connection_limit", "rate", "enabled")
FAULTS = (TransportError, ServerURLError, SecretError)


@room("transports:read")
def transports(visit: Visit) -> HttpResponse:
    """The transports, and a form for another one."""
    post, wrong, status = visit.request.POST, "", HTTPStatus.OK
    if visit.posted:
        visit.require("transports:write")
        try:
            url = _centre(post) if post.get("kind") == "centre" else post.get("url", "").strip()
            made = there.create(
                visit.conn, visit.account, name=post.get("name", ""), url=url, actor=visit.actor
            )
            return visit.go("transport", made.id, said=_("%(name)s is added. Test it.") % {"name": made.name})
        except FAULTS as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    centre = post.get("kind") == "centre"
    return visit.page(
        "settings/transports.html", status, transports=there.listed(visit.conn, visit.account), wrong=wrong,
        name="" if centre else post.get("name", ""), centre=post if centre else {}, may_write=visit.may("transports:write"),
    )  # fmt: skip


@room("transports:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One transport with its servers; who may, changes them."""
    transport, wrong, status = _found(visit, number), "", HTTPStatus.OK
    if visit.posted:
        visit.require("transports:write")
        try:
            there.update(
                visit.conn, visit.account, number, actor=visit.actor, name=visit.request.POST.get("name", ""),
                given=_servers(visit.request.POST),
            )  # fmt: skip
            return visit.go("transport", number, said=_("Saved. Running mailings take it up within seconds."))
        except (*FAULTS, ValueError) as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(visit, transport, status, wrong=wrong)


@room("transports:read", methods=("GET",))
def health(visit: Visit, number: int) -> HttpResponse:
    """How the servers fare at this moment; a script asks again and again."""
    _found(visit, number)
    return visit.part(
        "settings/transport_health.html",
        health=report.health(visit.conn, visit.account, number),
        spared=spared(visit.conn, visit.account, transport=number),
        number=number,
    )


@room("transports:write", methods=("POST",))
def test(visit: Visit, number: int) -> HttpResponse:
    """Try the servers step by step: look up, connect, TLS, AUTH. Nothing is sent."""
    transport = _found(visit, number)
    try:
        found = report.diagnose(report.ways(visit.conn, visit.account, number, visit.actor), visit.actor)
    except FAULTS as error:
        return visit.go("transport", number, said=str(error), level=messages.ERROR)
    return _page(visit, transport, HTTPStatus.OK, tried=[each.found for each in found])


@room("transports:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a transport is to be deleted, and do it."""
    transport = _found(visit, number)
    if not visit.posted:
        return visit.either("settings/transport_delete.html", transport=transport)
    try:
        there.delete(visit.conn, visit.account, number, visit.actor)
    except TransportError as error:
        return visit.go("transport", number, said=str(error), level=messages.ERROR)
    return visit.go("transports", said=_("%(name)s is deleted.") % {"name": transport.name})


def _page(visit: Visit, transport: there.Transport, status: int, **told: Any) -> HttpResponse:
    health = report.health(visit.conn, visit.account, transport.id)
    return visit.page(
        "settings/transport.html", status, transport=transport, health=health, number=transport.id,
        spared=spared(visit.conn, visit.account, transport=transport.id), **hooks.shown(visit, transport.id),
        may_write=visit.may("transports:write"), **told,
    )  # fmt: skip


def _centre(post: Any) -> str:
    """Return the address of the SMS centre that the form describes."""
    host = post.get("host", "").strip()
    where = f"[{host}]" if ":" in host else host
    port = f":{post['port'].strip()}" if post.get("port", "").strip() else ""
    who = f"{quote(post.get('system_id', '').strip(), safe='')}:{quote(post.get('password', ''), safe='')}"
    options = {name: value for name in ("connections", "window") if (value := post.get(name, "").strip())}
    scheme = "smpps" if post.get("tls") else "smpp"
    return f"{scheme}://{who}@{where}{port}" + (f"?{urlencode(options)}" if options else "")


def _servers(post: Any) -> list[dict[str, Any]]:
    """Return the servers of the form: those there are by their number, one more where an address is given. Raises ValueError."""
    columns = [post.getlist(name) for name in FIELDS]
    found = []
    for number, url, weight, limit, rate, enabled in zip(*columns, strict=True):
        if not url.strip():
            continue
        server: dict[str, Any] = {
            "url": url.strip(), "weight": _whole(weight, _("The weight")) or 1, "enabled": enabled != "off",
            "connection_limit": _whole(limit, _("The limit of connections")), "rate": _share(rate),
        }  # fmt: skip
        if known := number_of(number):
            server["id"] = known
        found.append(server)
    return found


def _whole(text: str, what: str) -> int | None:
    if not text.strip():
        return None
    if (found := number_of(text.strip())) is None:
        raise ValueError(_("%(what)s is a whole number, not %(text)s.") % {"what": what, "text": text})
    return found


def _share(text: str) -> float | None:
    if not text.strip():
        return None
    if (found := decimal_of(text)) is None:
        raise ValueError(_("The rate is a number of messages a second, not %(text)s.") % {"text": text})
    return found


def _found(visit: Visit, number: int) -> there.Transport:
    try:
        return there.find(visit.conn, visit.account, number)
    except there.UnknownTransport as error:
        raise NotThere(str(error)) from None
