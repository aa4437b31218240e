"""`/people`: who signs in, and their roles in the account."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from penstock.account import people
from penstock.account.people import UnknownPerson
from penstock.api.document import documented
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.contacts import Address
from penstock.api.resources.paging import whole
from penstock.api.shapes import Account, Body, Id, Shown

router = Router()

Role = Literal["author", "approver", "operator", "administrator"]
Roles = Annotated[list[Role], Field(min_length=1, max_length=4)]


class NewPerson(Body):
    """Somebody with roles in the account. Who signs in here already, for another account too, gets these roles in this one."""

    email: Address
    name: Annotated[str, Field(max_length=100)] = ""
    roles: Roles


class PersonRoles(Body):
    """Exactly these roles from now on."""

    roles: Roles


class Person(Shown):
    """Somebody who signs in, with their roles in this account."""

    id: int
    email: str
    name: str
    is_active: bool
    roles: list[Role]
    created_at: datetime


class PersonPage(Shown):
    """All people of the account."""

    items: list[Person]
    next_cursor: str | None


_SHOWN = {
    "id": 1, "email": "anna@example.org", "name": "Anna", "is_active": True, "roles": ["author", "operator"],
    "created_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_NEW = {"email": "anna@example.org", "name": "Anna", "roles": ["author", "operator"]}


def _shown(person: people.Person, account: int) -> dict[str, Any]:
    """Return a person as this account may see them: nothing of what they are elsewhere."""
    told = {name: getattr(person, name) for name in ("id", "email", "name", "is_active", "created_at")}
    return {**told, "roles": person.accounts.get(str(account), [])}


def _find(ask: Asked, number: int) -> people.Person:
    for person in people.listed(*ask.given):
        if person.id == number:
            return person
    raise UnknownPerson(f"There is no person {number} in this account.")


@router.get("", response=PersonPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_people(request: HttpRequest, account: Account = None) -> Any:
    """The people of the account, by address."""
    with asked(request, "people:read") as ask:
        return whole([_shown(person, ask.account) for person in people.listed(*ask.given)])


@router.post("", response={201: Person}, openapi_extra=documented(_SHOWN, body=_NEW))
def create_person(
    request: HttpRequest, response: HttpResponse, given: NewPerson, account: Account = None
) -> Any:
    """Add somebody, or give them these roles. They sign in by a link that `penstock user reset` makes."""
    with asked(request, "people:write") as ask:
        added = people.create(
            ask.conn,
            email=given.email,
            name=given.name,
            account=ask.account,
            roles=given.roles,
            actor=ask.actor,
        )
        response["Location"] = f"/api/v1/people/{added.id}"
        return Status(201, _shown(added, ask.account))


@router.get("/{number}", response=Person, openapi_extra=documented(_SHOWN))
def show_person(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One person."""
    with asked(request, "people:read") as ask:
        return _shown(_find(ask, number), ask.account)


@router.put(
    "/{number}/roles",
    response=Person,
    openapi_extra=documented(_SHOWN, body={"roles": ["author", "operator"]}),
)
def set_roles(request: HttpRequest, number: Id, given: PersonRoles, account: Account = None) -> Any:
    """Give somebody exactly these roles in the account."""
    with asked(request, "people:write") as ask:
        there = _find(ask, number)
        changed = people.set_roles(
            ask.conn, email=there.email, account=ask.account, roles=given.roles, actor=ask.actor
        )
        return _shown(changed, ask.account)


@router.delete("/{number}", response={204: None}, openapi_extra=documented())
def remove_person(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Take somebody out of the account: their roles and their tokens' powers here end at once."""
    with asked(request, "people:write") as ask:
        there = _find(ask, number)
        people.set_roles(ask.conn, email=there.email, account=ask.account, roles=[], actor=ask.actor)
        return Status(204, None)
