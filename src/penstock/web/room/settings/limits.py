"""Limits: how fast, and over how many connections, the account, a transport or a destination domain is sent to; and who is spared."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import limits as there
from penstock.account import transports
from penstock.account.pace import shortest
from penstock.delivery.limits import MEASURED, spared
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

SCOPES = ("domain", "transport", "account")
FIELDS = ("scope", "domain", "transport", "rate", "connections")


@room("limits:read")
def limits(visit: Visit) -> HttpResponse:
    """The limits that concern the account, a form for another one, and the domains that are asked less for now."""
    given = {name: visit.request.POST.get(name, "").replace("\0", "").strip() for name in FIELDS}
    wrong, status = "", HTTPStatus.OK
    if visit.posted:
        visit.require("limits:write")
        try:
            _put(visit, given)
            return visit.go("limits", said=_("The limit holds from now on."))
        except there.LimitError as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    ways = transports.listed(visit.conn, visit.account)
    return visit.page(
        "settings/limits.html", status, limits=[_line(each, ways) for each in there.listed(visit.conn, visit.account)], wrong=wrong,
        given=given, transports=ways, spared=_spared(visit, ways), may_write=visit.may("limits:write"),
    )  # fmt: skip


@room("limits:write")
def remove(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a limit is to be taken away, and do it."""
    try:
        limit = there.find(visit.conn, visit.account, number)
        if visit.posted:
            there.remove(visit.conn, visit.actor, number, visit.account)
            return visit.go("limits", said=_("The limit is gone."))
    except there.UnknownLimit as error:
        raise NotThere(str(error)) from None
    ways = transports.listed(visit.conn, visit.account)
    return visit.either("settings/limit_remove.html", line=_line(limit, ways))


def _put(visit: Visit, given: dict[str, str]) -> None:
    scope, count = given["scope"], None
    if scope not in SCOPES:
        raise there.LimitError(_("Say what is limited: a domain, a transport, or the account."))
    if given["connections"] and (count := number_of(given["connections"])) is None:
        told = {"text": given["connections"][:40]}
        raise there.LimitError(_("The number of connections is a whole number, not %(text)s.") % told)
    there.put(
        visit.conn, visit.actor, scope=scope, value=given.get(scope, ""), rate=given["rate"].replace(",", ".") or None,
        connections=count, account=visit.account,
    )  # fmt: skip


def _line(limit: there.Limit, ways: list[transports.Transport]) -> dict[str, Any]:
    """A limit with the name of what it concerns."""
    names = {str(each.id): each.name for each in ways}
    return {"limit": limit, "name": names.get(limit.value, "") if limit.scope == "transport" else limit.value}


def _spared(visit: Visit, ways: list[transports.Transport]) -> list[dict[str, Any]]:
    names = {each.id: each.name for each in ways}
    return [
        {"each": each, "transport": names.get(each.transport, ""), "rate": str(shortest(each.rate, MEASURED)), "usual": str(shortest(each.usual, MEASURED))}
        for each in spared(visit.conn, visit.account)
    ]  # fmt: skip
