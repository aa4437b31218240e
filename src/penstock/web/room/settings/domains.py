"""Sending domains: each with the records to set, what the last check said of them, and its keys."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import domain_checks
from penstock.account import domains as there
from penstock.account.domain import Domain
from penstock.feedback import way_back
from penstock.web.room.visit import NotThere, Visit, room


@room("domains:read")
def domains(visit: Visit) -> HttpResponse:
    """The domains, and a form for another one."""
    post, wrong, status = visit.request.POST, "", HTTPStatus.OK
    if visit.posted:
        visit.require("domains:write")
        try:
            made = there.create(
                visit.conn, visit.account, name=post.get("name", ""), actor=visit.actor,
                spf=post.get("spf", "").strip() or None, return_host=post.get("return_host", "").strip() or None,
            )  # fmt: skip
            said = _("%(name)s is added. Set its records; they are looked for by themselves from now on.")
            return visit.go("domain", made.id, said=said % {"name": made.name})
        except there.DomainError as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "settings/domains.html", status, domains=there.listed(visit.conn, visit.account), wrong=wrong, given=post,
        may_write=visit.may("domains:write"),
    )  # fmt: skip


@room("domains:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One domain: its records to copy, its keys, and what they are to say."""
    domain, wrong, status = _found(visit, number), "", HTTPStatus.OK
    if visit.posted:
        visit.require("domains:write")
        given = {name: visit.request.POST.get(name, "") for name in ("return_host", "return_target")}
        spf = visit.request.POST.get("spf", "").strip() or None
        try:
            there.update(visit.conn, visit.account, number, actor=visit.actor, spf=spf, **given)
            return visit.go("domain", number, said=_("Saved. The records below say it now."))
        except there.DomainError as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "settings/domain.html", status, domain=domain, records=domain.records, wrong=wrong, given=visit.request.POST,
        may_write=visit.may("domains:write"), lacking=way_back.ways(visit.conn, visit.account)[0].lacking,
    )  # fmt: skip


@room("domains:write", methods=("POST",))
def check(visit: Visit, number: int) -> HttpResponse:
    """Look the records up now."""
    domain = _found(visit, number)
    domain_checks.apply(visit.conn, domain, domain_checks.looked_up(domain))
    now = _found(visit, number)
    said = {
        "verified": _("The domain is verified."),
        "failing": _(
            "The domain is verified, but its keys are not found any more: it is unverified in a day."
        ),
    }.get(now.state, _("The domain is not verified yet. What was found stands beside each record."))
    level = messages.SUCCESS if now.state == "verified" else messages.WARNING
    return visit.go("domain", number, said=said, level=level)


@room("domains:write", methods=("POST",))
def key(visit: Visit, number: int) -> HttpResponse:
    """Make another key; it signs once its record is found."""
    algorithm = "ed25519" if visit.request.POST.get("algorithm") == "ed25519" else "rsa"
    return _done(visit, number, lambda: there.make_key(visit.conn, visit.account, number, algorithm, visit.actor),
                 _("The key is made. It signs once its record is found."))  # fmt: skip


@room("domains:write", methods=("POST",))
def delete_key(visit: Visit, number: int, selector: str) -> HttpResponse:
    """Delete a key that does not sign alone."""
    return _done(visit, number, lambda: there.delete_key(visit.conn, visit.account, number, selector, visit.actor),
                 _("The key is deleted. Its record can go now."))  # fmt: skip


@room("domains:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a domain is to be deleted, and do it."""
    domain = _found(visit, number)
    if not visit.posted:
        return visit.either("settings/domain_delete.html", domain=domain)
    try:
        there.delete(visit.conn, visit.account, number, visit.actor)
    except there.DomainError as error:
        return visit.go("domain", number, said=str(error), level=messages.ERROR)
    return visit.go("domains", said=_("%(name)s is deleted.") % {"name": domain.name})


def _done(visit: Visit, number: int, act: Any, said: str) -> HttpResponse:
    _found(visit, number)
    try:
        act()
    except (there.DomainError, there.UnknownKey) as error:
        return visit.go("domain", number, said=str(error), level=messages.ERROR)
    return visit.go("domain", number, said=said)


def _found(visit: Visit, number: int) -> Domain:
    try:
        return there.find(visit.conn, visit.account, number)
    except there.UnknownDomain as error:
        raise NotThere(str(error)) from None
