"""One contact at a time: made, changed. Many at once come by `importing`; personal.erasure erases them.

A message takes a contact's attributes when it is made, and its address when the audience is frozen. So a change reaches those
whom a running mailing has not had yet with their new attributes, at the address of the freeze. Whoever is erased is not sent to
any more: a sender skips them (`erased`), also in a mailing that runs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.audience import address as addresses
from penstock.audience import contacts, meaning, number, returning
from penstock.audience.address import Address, AddressError
from penstock.audience.attributes import MOST, AttributeProblem, checked
from penstock.audience.contacts import Contact, UnknownContact
from penstock.audience.lists import require_all
from penstock.audience.number import Number
from penstock.platform.database import sql


class ContactExists(Exception):
    """Another contact of the account has this address already; `contact` is its number."""

    def __init__(self, address: str, contact: int) -> None:
        super().__init__(f"Contact {contact} has the address {address} already.")
        self.contact = contact
        self.more = {"contact": contact}


def create(
    conn: psycopg.Connection[Any],
    account: int,
    address: str,
    attributes: Mapping[str, Any],
    lists: Sequence[int] = (),
    *,
    phone: str = "",
) -> Contact:
    """Make a contact and put it on lists. One of address and number may be "". A number may be given as the address.

    Whoever is known by the number alone, and nobody else by it, gets the address: that contact is returned, changed.
    Raises AddressError, AttributeProblem, ContactExists, UnknownList.
    """
    known, fitting = _known_as(conn, account, address, phone), checked(attributes)
    given = known | {"account": account, "attributes": Jsonb(fitting)}
    with conn.transaction():
        require_all(conn, account, lists)
        contact = _addressed(conn, account, given) or _inserted(conn, account, given)
        returning.note(conn, account, contact)
        conn.execute(
            sql("penstock.audience", "join_lists"), {"contact": contact, "lists": sorted(set(lists))}
        )
        return _whole(conn, account, contact)


def update(
    conn: psycopg.Connection[Any],
    account: int,
    contact: int,
    *,
    address: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    phone: str | None = None,
) -> Contact:
    """Change a contact: address and number, if given, and those attributes that are given; None as a value takes one away.

    "" takes away the address or the number; one of the two has to stay.
    Raises AddressError, AttributeProblem, ContactExists, UnknownContact; then nothing was changed.
    """
    changed = checked(attributes or {}, removing=True)
    given: dict[str, Any] = {
        "account": account, "contact": contact, "moves": address is not None or phone is not None,
        "set": Jsonb({name: value for name, value in changed.items() if value is not None}),
        "unset": [name for name, value in changed.items() if value is None],
    }  # fmt: skip
    with conn.transaction():
        given |= _moved(conn, account, contact, address, phone) if given["moves"] else _STAYS
        try:
            with conn.transaction():
                done = conn.execute(sql("penstock.audience", "update_contact"), given)
        except psycopg.errors.UniqueViolation:
            raise _exists(conn, account, given) from None
        if done.rowcount != 1:
            raise UnknownContact(contact)
        if given["moves"]:
            returning.note(conn, account, contact)
        return _whole(conn, account, contact)


def require(conn: psycopg.Connection[Any], account: int, contact: int) -> Contact:
    """Return one contact. Raises UnknownContact."""
    if (found := contacts.get(conn, account, contact)) is None:
        raise UnknownContact(contact)
    return found


def _whole(conn: psycopg.Connection[Any], account: int, contact: int) -> Contact:
    """Return a contact as it has become. Raises AttributeProblem where that is too much of it, UnknownContact."""
    found = require(conn, account, contact)
    if len(found.attributes) > MOST:
        raise AttributeProblem(
            f"There would be {len(found.attributes)} attributes; a contact has at most {MOST}."
        )
    return found


def _inserted(conn: psycopg.Connection[Any], account: int, given: Mapping[str, Any]) -> int:
    """Make a contact, and return its number. Raises ContactExists."""
    made = conn.execute(
        "insert into audience_contact (account_id, address, normal, phone, region, attributes)"
        " values (%(account)s, %(address)s, %(normal)s, %(phone)s, %(region)s, %(attributes)s)"
        " on conflict (normal, account_id) do nothing returning id",
        given,
    ).fetchone()
    if made is None:
        raise _exists(conn, account, given)
    return int(made[0])


def _addressed(conn: psycopg.Connection[Any], account: int, given: Mapping[str, Any]) -> int | None:
    """Give the address to the one contact that is known by this number alone, and return its number; None where there is none.

    Raises ContactExists.
    """
    if given["phone"] in (None, given["normal"]):
        return None
    returning.guard(conn, account)  # before the row is locked, as in _moved
    try:
        with conn.transaction():
            found = conn.execute(sql("penstock.audience", "address_numbered"), given).fetchone()
    except psycopg.errors.UniqueViolation:
        raise _exists(conn, account, given) from None
    return int(found[0]) if found else None


_STAYS: Final = {"address": None, "normal": None, "phone": None, "region": None}


def _known_as(conn: psycopg.Connection[Any], account: int, address: str, phone: str) -> dict[str, str | None]:
    """Return the columns that say who somebody is. Raises AddressError, with what was given where it was the number."""
    known: Address | Number | None = None
    if address.strip() or not phone.strip():
        known = meaning.parse(conn, account, address) if not phone.strip() else addresses.parse(address)
    try:
        tel = known if isinstance(known, Number) else None
        tel = meaning.parse_number(conn, account, phone) if phone.strip() else tel
    except AddressError as error:
        error.given = phone
        raise
    who = known or tel
    assert who is not None
    return {
        "address": known.address if isinstance(known, Address) else who.normal, "normal": who.normal,
        "phone": tel and tel.number, "region": tel and tel.region,
    }  # fmt: skip


def _moved(
    conn: psycopg.Connection[Any], account: int, contact: int, address: str | None, phone: str | None
) -> dict[str, str | None]:
    """Return the columns of a contact that gets another address or number, and note those that it had until now.

    Raises AddressError, UnknownContact.
    """
    returning.guard(
        conn, account
    )  # before the row is locked: an erasure has this lock when it comes to the row
    now = require(conn, account, contact)
    if address is None:
        address = now.email or ""
    if phone is None:
        phone = "" if number.looks_like(address) else now.phone or ""
    elif number.looks_like(address) and now.email is None and address.strip() == now.address:
        address = ""  # a form that shows the number in both places, and has another one in the second
    known = _known_as(conn, account, address, phone)
    returning.note_former(
        conn, account, contact, [each for each in (known["normal"], known["phone"]) if each]
    )
    return known


def _exists(conn: psycopg.Connection[Any], account: int, known: Mapping[str, Any]) -> ContactExists:
    row = conn.execute(
        "select id from audience_contact where account_id = %s and normal = %s", (account, known["normal"])
    ).fetchone()
    return ContactExists(str(known["address"]), int(row[0]) if row else 0)
