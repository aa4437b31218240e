"""Contacts and lists: counted, found, exported."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql as statements
from psycopg.rows import class_row

from penstock.audience.address import parse
from penstock.platform.database import sql
from penstock.platform.spreadsheet import cell_in_sql


class UnknownList(LookupError):
    """There is no list of that name in the account; the message names those there are."""


class UnknownContact(LookupError):
    """There is no such contact in this account."""

    def __init__(self, contact: int) -> None:
        super().__init__(f"There is no contact {contact}.")


@dataclass(frozen=True, slots=True)
class Contact:
    """One person, with the attributes that messages can use."""

    id: int
    address: str
    normal: str
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime


_COLUMNS = "c.id, c.address, c.normal, c.attributes, c.created_at, c.updated_at"


def count(conn: psycopg.Connection[Any], account: int, list_id: int | None = None) -> int:
    """Return how many contacts the account has, or one of its lists."""
    row = conn.execute(
        "select count(*) from audience_contact where account_id = %s"
        if list_id is None
        else "select count(*) from audience_membership m join audience_list l on l.id = m.list_id"
        " where l.account_id = %s and m.list_id = %s",
        (account,) if list_id is None else (account, list_id),
    ).fetchone()
    assert row is not None
    return int(row[0])


def find(conn: psycopg.Connection[Any], account: int, address: str) -> Contact | None:
    """Return the contact with `address`, however it is written. Raises AddressError."""
    with conn.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from audience_contact c where account_id = %s and normal = %s",
            (account, parse(address).normal),
        ).fetchone()


def get(conn: psycopg.Connection[Any], account: int, contact: int) -> Contact | None:
    """Return the contact of this number, None when the account has none."""
    with conn.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from audience_contact c where account_id = %s and id = %s", (account, contact)
        ).fetchone()


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, after: int = 0, list_id: int | None = None
) -> list[Contact]:
    """Return contacts by number, those behind `after`; with `list_id` only those on this list, none if it is not the account's."""
    name = "page_of_contacts" if list_id is None else "page_of_list"
    given = {"account": account, "after": after, "limit": limit, "list": list_id}
    with conn.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(sql("penstock.audience", name), given).fetchall()


def starting_with(
    conn: psycopg.Connection[Any], account: int, prefix: str, *, limit: int, after: str = ""
) -> list[Contact]:
    """Return the contacts whose address begins so (in either case), by address, those behind the normalised address `after`."""
    begin = prefix.strip().lower().replace("\0", "")
    given = {
        "account": account, "prefix": begin, "end": begin + "\U0010ffff", "after": after.replace("\0", ""), "limit": limit
    }  # fmt: skip
    with conn.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(sql("penstock.audience", "contacts_starting_with"), given).fetchall()


def with_address(
    conn: psycopg.Connection[Any], account: int, address: str, list_id: int | None = None
) -> list[Contact]:
    """Return the contact with `address`, if there is one (on the list, where one is named). Raises AddressError."""
    found = find(conn, account, address)
    if found is None or list_id is None:
        return [found] if found else []
    on_it = conn.execute(
        "select from audience_membership m join audience_list l on l.id = m.list_id"
        " where l.account_id = %s and m.list_id = %s and m.contact_id = %s",
        (account, list_id, found.id),
    )
    return [found] if on_it.fetchone() is not None else []


def list_named(conn: psycopg.Connection[Any], account: int, name: str) -> int:
    """Return the id of the list `name`, made when there is none. Names count trimmed."""
    wanted = name.strip()
    if not wanted:
        raise ValueError("A list needs a name.")
    made = conn.execute(
        "insert into audience_list (account_id, name) values (%s, %s) on conflict (account_id, name) do nothing returning id",
        (account, wanted),
    ).fetchone()
    return int(made[0]) if made else find_list(conn, account, wanted)


def find_list(conn: psycopg.Connection[Any], account: int, name: str) -> int:
    """Return the id of the list `name`. Raises UnknownList."""
    row = conn.execute(
        "select id from audience_list where account_id = %s and name = %s", (account, name.strip())
    ).fetchone()
    if row is None:
        raise UnknownList(f"There is no list {name!r}. There are: {_there_are(conn, account)}.")
    return int(row[0])


_OF_A_FILE = r" \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6}| \(\d+\))?$"
"""How the list ends that `penstock send` makes for a file: nobody named it, nobody looks for it."""
_NAMED = 20


def _there_are(conn: psycopg.Connection[Any], account: int) -> str:
    """Return the newest of the lists that somebody named, in words."""
    rows = conn.execute(
        "select name from audience_list where account_id = %s and name !~ %s order by id desc limit %s",
        (account, _OF_A_FILE, _NAMED + 1),
    ).fetchall()
    names = ", ".join(repr(name) for (name,) in rows[:_NAMED])
    return f"{names} and more" if len(rows) > _NAMED else names or "none"


def lists(conn: psycopg.Connection[Any], account: int) -> list[tuple[str, int]]:
    """Return the account's lists with how many contacts each has, by name."""
    return [
        (str(name), int(members))
        for name, members in conn.execute(
            "select l.name, (select count(*) from audience_membership m where m.list_id = l.id) from audience_list l"
            " where l.account_id = %s order by l.name",
            (account,),
        )
    ]


def columns(conn: psycopg.Connection[Any], account: int, list_id: int) -> tuple[str, ...]:
    """Return the attributes that the imports into a list brought, sorted: quicker than `variables`, which looks at all."""
    rows = conn.execute(
        "select distinct jsonb_array_elements_text(columns) from audience_import"
        " where account_id = %s and list_id = %s and state = 'done'",
        (account, list_id),
    )
    return tuple(sorted(str(name) for (name,) in rows))


def lacking(
    conn: psycopg.Connection[Any], account: int, list_id: int, wanted: Collection[str]
) -> frozenset[str]:
    """Return those of the attributes `wanted` that no contact on a list has; quick where somebody has each."""
    given = {"account": account, "list": list_id, "wanted": sorted(wanted)}
    return frozenset(str(name) for (name,) in conn.execute(sql("penstock.audience", "lacking"), given))


def variables(conn: psycopg.Connection[Any], account: int, list_id: int | None = None) -> tuple[str, ...]:
    """Return the keys of all attributes that contacts of the account (or of the list) have, sorted."""
    rows = conn.execute(sql("penstock.audience", "variables"), {"account": account, "list": list_id})
    return tuple(sorted(str(key) for (key,) in rows))


def export(
    conn: psycopg.Connection[Any], account: int, list_id: int | None = None, *, for_people: bool = False
) -> Iterator[bytes]:
    """Yield the contacts as a CSV file in UTF-8: `email`, then every attribute; importing it again changes nothing.

    Values are written as they are, also those that a spreadsheet takes for formulas (`=…`), unless it is `for_people`:
    then such a value gets an apostrophe before it, and importing the file again would bring that along.
    """
    keys = variables(conn, account, list_id)
    shown = cell_in_sql if for_people else str
    columns = [
        statements.SQL(shown("c.address")),
        *(statements.SQL(shown("(c.attributes ->> {key})")).format(key=key) for key in keys),
    ]
    chosen = statements.SQL("c.account_id = {}").format(account)
    if list_id is not None:
        chosen += statements.SQL(
            " and c.id in (select contact_id from audience_membership where list_id = {})"
        ).format(list_id)
    statement = statements.SQL(
        "copy (select {} from audience_contact c where {} order by c.id) to stdout (format csv)"
    )
    yield (",".join(("email", *keys)) + "\n").encode()  # keys are letters, digits and _: nothing to quote
    with (
        conn.cursor() as cursor,
        cursor.copy(statement.format(statements.SQL(", ").join(columns), chosen)) as copy,
    ):
        for block in copy:
            yield bytes(block)
