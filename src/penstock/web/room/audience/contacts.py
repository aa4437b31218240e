"""Contacts: searched, and one by one added, edited, put on lists."""

from collections.abc import Generator, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from penstock.audience import contacts as there
from penstock.audience import editing, suppression
from penstock.audience import lists as known_lists
from penstock.audience.address import AddressError
from penstock.audience.attributes import AttributeProblem
from penstock.audience.contacts import UnknownContact, UnknownList
from penstock.platform.connections import connection
from penstock.platform.exporting import drawn
from penstock.web.room.audience.suppressions import REASONS
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50
SPARE = 3
"""Empty lines of the form for attributes to come."""


@room("contacts:read", methods=("GET",))
def contacts(visit: Visit) -> HttpResponse:
    """Find contacts by the beginning of their address or number, or leaf through all of them, or those of a list."""
    query = visit.request.GET
    search, on = query.get("q", "").strip(), number_of(query.get("list"))
    if search:
        rows = there.starting_with(
            visit.conn, visit.account, search, limit=PAGE + 1, after=query.get("after", "")
        )
    else:
        after = number_of(query.get("after")) or 0
        rows = there.page(visit.conn, visit.account, limit=PAGE + 1, after=after, list_id=on)
    shown = rows[:PAGE]
    further = None
    if len(rows) > PAGE:
        further = there.place_of(visit.conn, visit.account, shown[-1], search) if search else shown[-1].id
    the_list = _list(visit, on)
    return visit.page(
        "audience/contacts.html",
        contacts=shown,
        search=search,
        list=the_list,
        further=further,
        **_for_form(visit),
    )


@room("contacts:write")
def new(visit: Visit) -> HttpResponse:
    """Add somebody."""
    post = visit.request.POST
    wrong, status = "", HTTPStatus.OK
    if visit.posted:
        try:
            on = [number for text in post.getlist("list") if (number := number_of(text))]
            given = {name: value for name, value in _attributes(post).items() if value is not None}
            phone = post.get("phone", "")
            made = editing.create(visit.conn, visit.account, post.get("address", ""), given, on, phone=phone)
            return visit.go("contact", made.id, said=_added(made))
        except (AddressError, AttributeProblem, editing.ContactExists, UnknownList) as error:
            wrong, status = _told(error, post.get("address", "")), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "audience/contact_new.html", status, wrong=wrong, address=post.get("address", ""), phone=post.get("phone", ""),
        rows=_rows(post) if visit.posted else _blank(visit), lists=_choices(visit), chosen=post.getlist("list"), **_for_form(visit),
    )  # fmt: skip


def _added(made: there.Contact) -> str:
    """Say that somebody is there now; or that a contact was, known by the number alone, who has the address now."""
    if made.updated_at > made.created_at:
        return _("%(phone)s was a contact already, without an address; it has %(address)s now.") % {
            "phone": made.phone, "address": made.address
        }  # fmt: skip
    return _("%(address)s is added.") % {"address": made.address}


@room("contacts:read")
def contact(visit: Visit, number: int) -> HttpResponse:
    """One contact; who may, changes the address, the number and the attributes."""
    found = _contact(visit, number)
    post, wrong, status = visit.request.POST, "", HTTPStatus.OK
    if visit.posted:
        visit.require("contacts:write")
        try:
            changed = {**dict.fromkeys(found.attributes), **_attributes(post)}
            editing.update(
                visit.conn, visit.account, number, address=post.get("address", ""), phone=post.get("phone"),
                attributes=changed,
            )  # fmt: skip
            return visit.go("contact", number, said=_("Saved. Messages that are made from now on have it."))
        except (AddressError, AttributeProblem, editing.ContactExists) as error:
            wrong, status = _told(error, post.get("address", "")), HTTPStatus.UNPROCESSABLE_ENTITY
    on = known_lists.of_contact(visit.conn, visit.account, number)
    return visit.page(
        "audience/contact.html", status, contact=found, wrong=wrong,
        address=post.get("address", "") if visit.posted else found.email or "",
        phone=post.get("phone", "") if visit.posted else found.phone or "",
        rows=_rows(post) if visit.posted else [*found.attributes.items(), *[("", "")] * SPARE],
        suppressed=_suppressed(visit, found), sharing=there.sharing(visit.conn, visit.account, found),
        on=known_lists.some(visit.conn, visit.account, on[:100]),
        lists=[each for each in _choices(visit) if each.id not in on], may_see_story=visit.may("recipients:read"), **_for_form(visit),
    )  # fmt: skip


@room("contacts:write", methods=("POST",))
def membership(visit: Visit, number: int) -> HttpResponse:
    """Put a contact on a list, or take it off one."""
    _contact(visit, number)
    post = visit.request.POST
    on, off = number_of(post.get("join")), number_of(post.get("leave"))
    try:
        if on:
            known_lists.join(visit.conn, visit.account, on, number)
        if off:
            known_lists.leave(visit.conn, visit.account, off, number)
    except (UnknownList, UnknownContact) as error:
        raise NotThere(str(error)) from None
    return visit.go("contact", number)


@room("contacts:read", methods=("GET",))
def export(visit: Visit) -> HttpResponseBase:
    """All contacts, or those of a list, as a CSV file."""
    on = number_of(visit.request.GET.get("list"))
    found = _list(visit, on)
    account = visit.account

    def rows() -> Generator[bytes]:
        with connection() as conn:  # the visit's own goes back before the first row is sent
            yield from there.export(conn, account, found.id if found else None, for_people=True)

    headers = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
    return StreamingHttpResponse(drawn(rows()), content_type="text/csv; charset=utf-8", headers=headers)


def _contact(visit: Visit, number: int) -> there.Contact:
    try:
        return editing.require(visit.conn, visit.account, number)
    except UnknownContact as error:
        raise NotThere(str(error)) from None


def _suppressed(visit: Visit, found: there.Contact) -> list[tuple[str, str]]:
    """Return which of address and number are not written to, each with the reason."""
    known = [each for each in (found.email, found.phone) if each]
    why = [(each, suppression.suppressed(visit.conn, visit.account, each)) for each in known]
    return [(each, str(REASONS.get(reason, reason)).lower()) for each, reason in why if reason]


def _list(visit: Visit, number: int | None) -> known_lists.ContactList | None:
    try:
        return known_lists.require(visit.conn, visit.account, number) if number else None
    except UnknownList as error:
        raise NotThere(str(error)) from None


def _choices(visit: Visit) -> list[known_lists.ContactList]:
    """Return the lists to choose from: the first thousand."""
    return known_lists.page(visit.conn, visit.account, limit=1000)


def _blank(visit: Visit) -> list[tuple[str, str]]:
    """Return lines for the attributes that the latest contact has: a new one mostly has the same."""
    latest = there.page(visit.conn, visit.account, limit=1)
    names = list(latest[0].attributes)[:20] if latest else []
    return [*((name, "") for name in names), *[("", "")] * SPARE]


def _for_form(visit: Visit) -> dict[str, Any]:
    """Return what the templates of this area ask: whether one may write, and how a variable is written."""
    return {"may_write": visit.may("contacts:write"), "liquid_example": "{{ first_name }}"}


def _rows(post: Any) -> list[tuple[str, str]]:
    names, values = post.getlist("name"), post.getlist("value")
    return [*zip(names, values, strict=False)]


def _attributes(post: Any) -> Mapping[str, str | None]:
    """Return the attributes of the form; a line without a name counts only when it has a value, one without a value goes."""
    return {name.strip(): value or None for name, value in _rows(post) if name.strip() or value}


def _told(error: Exception, address: str) -> str:
    """Return what was wrong as a sentence."""
    if isinstance(error, AddressError) and error.given is not None:
        return _("The number %(number)s %(fault)s.") % {"number": error.given, "fault": error}
    if isinstance(error, AddressError) and not address:
        return _("Give an e-mail address, a telephone number, or both.")
    if isinstance(error, AddressError):
        return _("The address %(address)s %(fault)s.") % {"address": address, "fault": error}
    return str(error)
