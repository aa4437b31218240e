"""`/contacts`: one by one, and as pages."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.making import made
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Body, Cursor, Limit, Number, Shown
from penstock.audience import contacts, editing, lists, suppression
from penstock.audience.attributes import LONGEST_NAME, LONGEST_VALUE, MOST
from penstock.personal import erasure

router = Router()

Address = Annotated[str, Field(max_length=320, examples=["anna@example.org"])]
Key = Annotated[str, Field(max_length=LONGEST_NAME)]
Value = Annotated[str, Field(max_length=LONGEST_VALUE)]
BigId = Annotated[int, Path(ge=1, le=2**62)]
"""Numbers of contacts and suppressions go beyond 32 bits."""


Phone = Annotated[str, Field(max_length=64, examples=["+33612345678"])]
"""A telephone number, international, or national in the account's country (policy `country`)."""


class NewContact(Body):
    """A contact to be made, with an address, a telephone number, or both. Attributes are what messages can use: `{{ first_name }}`."""

    address: Address | None = None
    phone: Annotated[
        Phone | None, Field(description="Without a `+` it is read as of the account's country.")
    ] = None
    attributes: Annotated[dict[Key, Value], Field(max_length=MOST)] = {}
    lists: Annotated[list[Number], Field(max_length=1000, description="Numbers of lists to put it on.")] = []


class ContactChange(Body):
    """What is given changes; a number or an attribute given as null goes, the others stay. An address or a number has to be left."""

    address: Address | None = None
    phone: Phone | None = None
    attributes: Annotated[dict[Key, Value | None], Field(max_length=MOST)] = {}


class Contact(Shown):
    """One contact."""

    id: int
    address: Annotated[str, Field(description="The e-mail address; the number of a contact without one.")]
    phone: Annotated[str | None, Field(description="The telephone number in E.164.")]
    region: Annotated[str | None, Field(description="The country of the number, ISO 3166-1 alpha-2.")]
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime


class WholeContact(Contact):
    """One contact, the lists it is on, and why its address or its number is not written to, if so."""

    lists: list[int]
    suppressed: str | None
    phone_suppressed: str | None
    sharing: Annotated[
        list[int],
        Field(
            description=f"Other contacts with the same telephone number, {contacts.SHARING} at most: stories and data are of one each."
        ),
    ]


class ContactPage(Shown):
    """A page of contacts."""

    items: list[Contact]
    next_cursor: str | None


_SHOWN = {
    "id": 12, "address": "anna@example.org", "phone": "+33612345678", "region": "FR", "attributes": {"first_name": "Anna"},
    "created_at": "2030-11-22T08:00:00Z", "updated_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_WHOLE = {**_SHOWN, "lists": [3], "suppressed": None, "phone_suppressed": None, "sharing": [13]}
_NEW = {
    "address": "anna@example.org",
    "phone": "+33612345678",
    "attributes": {"first_name": "Anna"},
    "lists": [],
}


def _whole(ask: Asked, contact: contacts.Contact) -> dict[str, Any]:
    there = {name: getattr(contact, name) for name in Contact.model_fields}
    suppressed = suppression.suppressed(*ask.given, contact.address)
    phone = suppression.suppressed(*ask.given, contact.phone) if contact.phone else None
    sharing = [each.id for each in contacts.sharing(*ask.given, contact)]
    return {
        **there, "lists": lists.of_contact(*ask.given, contact.id), "suppressed": suppressed, "phone_suppressed": phone,
        "sharing": sharing,
    }  # fmt: skip


@router.get(
    "",
    response=ContactPage,
    openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}, refuses=(404,)),
)
def list_contacts(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    list: Annotated[Number | None, Query(description="Only those on this list.")] = None,
    address: Annotated[str | None, Query(max_length=320, description="Only the one with this address, or those with this telephone number.")] = None,
) -> Any:  # fmt: skip
    """The contacts of the account, or of one list, by number."""
    with asked(request, "contacts:read") as ask:
        if list is not None:
            lists.require_all(*ask.given, [list])

        def rows(after: int | None, most: int) -> Any:
            if address is not None:
                return contacts.with_address(*ask.given, address, list, limit=most, after=after or 0)
            return contacts.page(*ask.given, limit=most, after=after or 0, list_id=list)

        return paged(request, response, f"contacts {ask.account} {list} {address}", cursor, limit, rows)


@router.post(
    "",
    response={201: WholeContact},
    openapi_extra=documented(_WHOLE, body=_NEW, conditions=("Idempotency-Key",), refuses=(404, 409)),
)
def create_contact(
    request: HttpRequest, response: HttpResponse, given: NewContact, account: Account = None
) -> Any:
    """Make a contact. An address that is one of the account's already is refused (409), with its number in `contact`; several contacts may
    have one telephone number, but only one of them no address. Where a contact is known by this number alone, and nobody else has it, that
    contact gets the address, the attributes and the lists: the answer has its `id`, and the `created_at` that it had."""
    with asked(request, "contacts:write") as ask:

        def make() -> Any:
            found = editing.create(
                *ask.given, given.address or "", given.attributes, given.lists, phone=given.phone or ""
            )
            return _whole(ask, found)

        return made(request, response, ask, "contacts", WholeContact, make)


@router.get("/{contact}", response=WholeContact, openapi_extra=documented(_WHOLE))
def show_contact(request: HttpRequest, contact: BigId, account: Account = None) -> Any:
    """One contact, with the lists that it is on."""
    with asked(request, "contacts:read") as ask:
        return _whole(ask, editing.require(*ask.given, contact))


@router.patch(
    "/{contact}",
    response=WholeContact,
    openapi_extra=documented(
        _WHOLE, body={"attributes": {"city": "Ulm", "first_name": None}}, refuses=(409,)
    ),
)
def edit_contact(request: HttpRequest, contact: BigId, given: ContactChange, account: Account = None) -> Any:
    """Change a contact. Messages take attributes when they are made: a running mailing uses the new ones from now on."""
    with asked(request, "contacts:write") as ask:
        phone = (given.phone or "") if "phone" in given.model_fields_set else None
        changed = editing.update(
            *ask.given, contact, address=given.address, phone=phone, attributes=given.attributes
        )
        return _whole(ask, changed)


@router.delete("/{contact}", response={204: None}, openapi_extra=documented())
def erase_contact(
    request: HttpRequest, contact: BigId, account: Account = None,
    keep_out: Annotated[bool, Query(description="The address is not to be mailed, whoever brings it: kept as a keyed hash.")] = False,
) -> Any:  # fmt: skip
    """Erase a contact with everything that names it. Running mailings skip it; in ledgers a pseudonym stands in place of the address, and a
    suppression stays as a keyed hash, honoured when somebody with this address comes back."""
    with asked(request, "contacts:write") as ask:
        erasure.erase(*ask.given, contact, ask.actor, keep_out=keep_out)
        return Status(204, None)
