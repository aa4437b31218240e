"""One contact at a time: made, changed. Many at once come by `importing`; personal.erasure erases them.

A message takes a contact's attributes when it is made, and its address when the audience is frozen. So a change reaches those
whom a running mailing has not had yet with their new attributes, at the address of the freeze. Whoever is erased is not sent to
any more: a sender skips them (`erased`), also in a mailing that runs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.audience import contacts, returning
from penstock.audience.address import parse
from penstock.audience.attributes import MOST, AttributeProblem, checked
from penstock.audience.contacts import Contact, UnknownContact
from penstock.audience.lists import require_all
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
) -> Contact:
    """Make a contact and put it on lists. Raises AddressError, AttributeProblem, ContactExists, UnknownList."""
    given, fitting = parse(address), checked(attributes)
    with conn.transaction():
        require_all(conn, account, lists)
        made = conn.execute(
            "insert into audience_contact (account_id, address, normal, attributes) values (%s, %s, %s, %s)"
            " on conflict (normal, account_id) do nothing returning id",
            (account, given.address, given.normal, Jsonb(fitting)),
        ).fetchone()
        if made is None:
            raise _exists(conn, account, given.address)
        returning.note(conn, account, int(made[0]))
        conn.execute(
            sql("penstock.audience", "join_lists"), {"contact": made[0], "lists": sorted(set(lists))}
        )
        return require(conn, account, int(made[0]))


def update(
    conn: psycopg.Connection[Any],
    account: int,
    contact: int,
    *,
    address: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Contact:
    """Change a contact: the address, if given, and those attributes that are given; None as a value takes one away.

    Raises AddressError, AttributeProblem, ContactExists, UnknownContact; then nothing was changed.
    """
    new = parse(address) if address is not None else None
    changed = checked(attributes or {}, removing=True)
    given = {
        "account": account, "contact": contact,
        "address": new and new.address, "normal": new and new.normal,
        "set": Jsonb({name: value for name, value in changed.items() if value is not None}),
        "unset": [name for name, value in changed.items() if value is None],
    }  # fmt: skip
    with conn.transaction():
        if new is not None:
            returning.note_former(conn, account, contact, new.normal)
        try:
            with conn.transaction():
                done = conn.execute(sql("penstock.audience", "update_contact"), given)
        except psycopg.errors.UniqueViolation:
            assert new is not None
            raise _exists(conn, account, new.address) from None
        if done.rowcount != 1:
            raise UnknownContact(contact)
        if new is not None:
            returning.note(conn, account, contact)
        found = require(conn, account, contact)
        if len(found.attributes) > MOST:
            raise AttributeProblem(
                f"There would be {len(found.attributes)} attributes; a contact has at most {MOST}."
            )
        return found


def require(conn: psycopg.Connection[Any], account: int, contact: int) -> Contact:
    """Return one contact. Raises UnknownContact."""
    if (found := contacts.get(conn, account, contact)) is None:
        raise UnknownContact(contact)
    return found


def _exists(conn: psycopg.Connection[Any], account: int, address: str) -> ContactExists:
    there = contacts.find(conn, account, address)
    return ContactExists(address, there.id if there else 0)
