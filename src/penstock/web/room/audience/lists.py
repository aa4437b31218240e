"""Lists: made, changed, deleted."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.audience import lists as there
from penstock.audience.contacts import UnknownList
from penstock.web.room.many import AT_ONCE
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50


@room("contacts:read")
def lists(visit: Visit) -> HttpResponse:
    """The lists of the account, and a form for another one."""
    wrong, status, name = "", HTTPStatus.OK, visit.request.POST.get("name", "")
    if visit.posted:
        visit.require("contacts:write")
        try:
            made = there.create(visit.conn, visit.account, name)
            return visit.go("list", made.id, said=_("The list %(name)s is made.") % {"name": made.name})
        except (there.ListNameProblem, there.ListNameTaken) as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    after = number_of(visit.request.GET.get("after")) or 0
    rows = there.page(visit.conn, visit.account, limit=PAGE + 1, after=after)
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    return visit.page(
        "audience/lists.html",
        status,
        lists=rows[:PAGE],
        further=further,
        wrong=wrong,
        name=name,
        may_write=visit.may("contacts:write"),
    )


@room("contacts:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One list with its number of contacts; who may, changes its name and what people see of it."""
    if visit.is_fragment and not visit.posted:
        return visit.part("audience/list_contacts.html", list=_found(visit, number, None))
    found, wrong, status = _found(visit, number, AT_ONCE), "", HTTPStatus.OK
    given = _given(visit, found)
    if visit.posted:
        visit.require("contacts:write")
        try:
            there.change(visit.conn, visit.account, number, **given)
            return visit.go("list", number, said=_("Saved."))
        except (there.ListNameProblem, there.ListNameTaken) as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "audience/list.html",
        status,
        list=found,
        wrong=wrong,
        given=given,
        may_write=visit.may("contacts:write"),
    )


@room("contacts:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a list is to be deleted, and do it; its contacts stay."""
    found = _found(visit, number, AT_ONCE)
    if visit.posted:
        try:
            there.delete(visit.conn, visit.account, number, visit.actor)
        except there.ListInUse as error:
            return visit.go("list", number, said=str(error), level=messages.ERROR)
        return visit.go("lists", said=_("The list %(name)s is deleted.") % {"name": found.name})
    return visit.either("audience/list_delete.html", list=found)


def _given(visit: Visit, now: there.ContactList) -> dict[str, Any]:
    """What the form is to show: what was sent, else what there is."""
    post = visit.request.POST
    words = {name: post.get(name, getattr(now, name)) for name in ("name", "title", "description")}
    return words | {"public": "public" in post if visit.posted else now.public}


def _found(visit: Visit, number: int, most: int | None) -> there.ContactList:
    try:
        return there.require(visit.conn, visit.account, number, most=most)
    except UnknownList as error:
        raise NotThere(str(error)) from None
