"""Contacts and lists: counted, found, exported."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import sql as statements
from psycopg.rows import class_row

from penstock.account import policies
from penstock.audience import meaning, number, reach
from penstock.audience.columns import PHONE
from penstock.audience.number import Number
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
    """One person, with the attributes that messages can use.

    `phone` is the number for SMS in E.164, `region` its country (ISO 3166-1 alpha-2); without an e-mail address the number is the address.
    """

    id: int
    address: str
    normal: str
    phone: str | None
    region: str | None
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime

    @property
    def email(self) -> str | None:
        """The e-mail address, where there is one."""
        return self.address if "@" in self.normal else None


SHARING: Final = 20
"""So many of those who share a telephone number are named: a family, or an office; more are told from one another by their addresses."""

COLUMNS: Final = "c.id, c.address, c.normal, c.phone, c.region, c.attributes, c.created_at, c.updated_at"
"""What a Contact is made of, of a row `c`."""


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


def reachable(conn: psycopg.Connection[Any], account: int, list_id: int | None = None) -> dict[str, int]:
    """Return how many contacts of the account, or of one of its lists, can be reached by each channel: {"email": 900, "sms": 412}.

    Whoever is suppressed is counted in.
    """
    among = (
        ""
        if list_id is None
        else " and c.id in (select contact_id from audience_membership where list_id = %(list)s)"
    )
    wanted = ", ".join(f"count(*) filter (where {each.reachable})" for each in reach.CHANNELS.values())
    row = conn.execute(
        f"select {wanted} from audience_contact c where c.account_id = %(account)s{among}",
        {"account": account, "list": list_id},
    ).fetchone()
    assert row is not None
    return dict(zip(reach.CHANNELS, map(int, row), strict=True))


def find(conn: psycopg.Connection[Any], account: int, address: str) -> Contact | None:
    """Return the contact with `address`, however it is written; of several with one telephone number the first. Raises AddressError."""
    return next(iter(having(conn, account, address, limit=1)), None)


def having(
    conn: psycopg.Connection[Any], account: int, address: str, *, limit: int, after: int = 0
) -> list[Contact]:
    """Return the contacts with this e-mail address (one at most) or this telephone number, by number, those behind `after`.

    Raises AddressError.
    """
    meant = meaning.parse(conn, account, address)
    known = "phone" if isinstance(meant, Number) else "normal"
    with conn.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(
            f"select {COLUMNS} from audience_contact c where account_id = %s and {known} = %s and id > %s order by id limit %s",
            (account, meant.normal, after, limit),
        ).fetchall()


def sharing(
    conn: psycopg.Connection[Any], account: int, contact: Contact, *, limit: int = SHARING
) -> list[Contact]:
    """Return the others who have the telephone number of a contact, by number."""
    if contact.phone is None:
        return []
    found = having(conn, account, contact.phone, limit=limit + 1)
    return [each for each in found if each.id != contact.id][:limit]


def get(conn: psycopg.Connection[Any], account: int, contact: int) -> Contact | None:
    """Return the contact of this number, None when the account has none."""
    with conn.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(
            f"select {COLUMNS} from audience_contact c where account_id = %s and id = %s", (account, contact)
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
    """Return the contacts whose address, or telephone number, begins so (in either case), by address or number.

    `after`: those behind this place, as `place_of` says it.
    """
    begin = prefix.strip().lower().replace("\0", "")
    digits = number.beginning(begin, policies.read(conn, account).country)
    behind, _, contact = after.replace("\0", "").partition(" ")
    given = {
        "account": account, "prefix": digits or begin, "end": (digits or begin) + "\U0010ffff", "limit": limit,
        "after": behind, "contact": int(contact) if contact.isdecimal() and contact.isascii() and len(contact) < 19 else 0,
    }  # fmt: skip
    with conn.cursor(row_factory=class_row(Contact)) as cursor:
        name = "numbers_starting_with" if digits else "contacts_starting_with"
        return cursor.execute(sql("penstock.audience", name), given).fetchall()


def place_of(conn: psycopg.Connection[Any], account: int, found: Contact, prefix: str) -> str:
    """Return where a contact stands among those whose address or number begins with `prefix`; several can have one number."""
    by_number = number.beginning(prefix, policies.read(conn, account).country)
    return f"{found.phone} {found.id}" if by_number else found.normal


def with_address(
    conn: psycopg.Connection[Any], account: int, address: str, list_id: int | None = None,
    *, limit: int = 100, after: int = 0,
) -> list[Contact]:  # fmt: skip
    """Return the contact with `address`, or those with a number (on the list, where one is named). Raises AddressError."""
    found = having(conn, account, address, limit=limit, after=after)
    if not found or list_id is None:
        return found
    on_it = conn.execute(
        "select m.contact_id from audience_membership m join audience_list l on l.id = m.list_id"
        " where l.account_id = %s and m.list_id = %s and m.contact_id = any(%s)",
        (account, list_id, [each.id for each in found]),
    )
    members = {contact for (contact,) in on_it}
    return [each for each in found if each.id in members]


_OLD_PHONE: Final = "(c.attributes ->> 'phone')"


def has_phones(conn: psycopg.Connection[Any], account: int) -> bool:
    """Tell whether any contact has a telephone number; quick, for the index has nothing else."""
    row = conn.execute(
        "select exists (select from audience_contact where account_id = %s and phone is not null)", (account,)
    ).fetchone()
    return bool(row and row[0])


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
    """Yield the contacts as a CSV file in UTF-8: `email`, `phone` where anybody has one, then every attribute.

    Importing it again changes nothing.

    Values are written as they are, also those that a spreadsheet takes for formulas (`=…`), unless it is `for_people`:
    then such a value gets an apostrophe before it, and importing the file again would bring that along.
    """
    has_numbers = has_phones(conn, account)
    keys = [key for key in variables(conn, account, list_id) if not (has_numbers and key == PHONE)]
    shown = cell_in_sql if for_people else str
    columns = [
        statements.SQL(shown("case when position('@' in c.normal) > 0 then c.address end")),
        # What was called so before there were numbers is one, or will be said to be none.
        *[statements.SQL(f"coalesce(c.phone, {shown(_OLD_PHONE)})") for _ in range(has_numbers)],
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
    yield (
        ",".join(("email", *[PHONE] * has_numbers, *keys)) + "\n"
    ).encode()  # keys are letters, digits and _: nothing to quote
    with (
        conn.cursor() as cursor,
        cursor.copy(statement.format(statements.SQL(", ").join(columns), chosen)) as copy,
    ):
        for block in copy:
            yield bytes(block)
