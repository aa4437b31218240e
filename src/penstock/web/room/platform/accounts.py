"""The accounts of this installation: made by the platform, with the policies that only it sets."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import accounts, policies
from penstock.account.accounts import Account, AccountError
from penstock.account.policy import RULES, PolicyError
from penstock.web.room.deciding import zones
from penstock.web.room.platform.staff import staff
from penstock.web.room.visit import NotThere, Visit, room

SET_BY_PLATFORM = tuple(rule for rule in RULES.values() if rule.by_platform)


@room("accounts:read")
def listed(visit: Visit) -> HttpResponse:
    """`/platform/accounts`: all of them, and the form for another."""
    if visit.posted:
        return _make(visit)
    return _page(visit)


def _make(visit: Visit) -> HttpResponse:
    visit.require("accounts:write")
    given = {name: visit.request.POST.get(name, "").strip() for name in ("name", "zone")}
    try:
        made = accounts.create(
            visit.conn, name=given["name"], zone=given["zone"] or "UTC", actor=staff(visit)
        )
    except AccountError as error:
        return _page(visit, status=422, error=str(error), given=given)
    return visit.go("account", made.id, said=_("The account “%(name)s” is made.") % {"name": made.name})


def _page(visit: Visit, status: int = 200, **told: Any) -> HttpResponse:
    there = accounts.listed(visit.conn)
    return visit.page("platform/accounts.html", status, accounts=there, zones=zones.options(), **told)


@room("accounts:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """`/platform/accounts/N`: what only the platform sets of it."""
    account = _found(visit, number)
    if not visit.posted:
        return _shown(visit, account)
    visit.require("platform:moderate")
    given = {
        rule.name: visit.request.POST[rule.name]
        for rule in SET_BY_PLATFORM
        if rule.name in visit.request.POST
    }
    try:
        policies.change(
            visit.conn, account.id, {name: RULES[name].read(v) for name, v in given.items()}, staff(visit)
        )
    except PolicyError as error:
        return _shown(visit, account, status=422, error=str(error))
    return visit.go("account", account.id, said=_("It holds from now on, for what is submitted next too."))


def _shown(visit: Visit, account: Account, status: int = 200, **told: Any) -> HttpResponse:
    policy = policies.read(visit.conn, account.id)
    rules = [
        {"name": rule.name, "effect": rule.effect, "now": getattr(policy, rule.name)}
        for rule in SET_BY_PLATFORM
    ]
    return visit.page("platform/account.html", status, account=account, rules=rules, **told)


def _found(visit: Visit, number: int) -> Account:
    account = next((each for each in accounts.listed(visit.conn) if each.id == number), None)
    if account is None:
        raise NotThere
    return account
