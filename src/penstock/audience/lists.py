"""Lists: named sets of contacts, made, changed, deleted; contacts join and leave them.

A *public* list is one that people may leave and join themselves, on the page that the link to unsubscribe leads to. It has a
title and a description for them; its name is the account's own affair.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.audience.attributes import storable
from penstock.audience.contacts import UnknownContact, UnknownList
from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.platform.database import sql

LONGEST_NAME: Final = 200  # characters
LONGEST_TITLE: Final = 100
LONGEST_DESCRIPTION: Final = 300
MOST_PUBLIC: Final = 50
"""Public lists of an account: they stand on one page, for people on a telephone."""
_COLUMNS = "id, name, public, title, description, created_at"


class ListNameProblem(ValueError):
    """A name, title or description that a list cannot have, or a list that cannot be public."""


class ListNameTaken(Exception):
    """Another list of the account has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a list {name!r} already. Give this one another name.")


class ListInUse(Exception):
    """Mailings that are not at their end are to go to this list (`mailings`), or segments name it: some of them."""

    def __init__(self, number: int, mailings: list[int], segments: Sequence[int] = ()) -> None:
        which = ", ".join(map(str, mailings or segments))
        super().__init__(
            f"List {number} is the audience of mailings that have not ended ({which})."
            " Give them another audience, or end or delete them first."
            if mailings
            else f"List {number} is named by segments ({which}). Change or delete them first."
        )
        self.mailings = mailings
        self.more = {"mailings": mailings} if mailings else {"segments": list(segments)}


@dataclass(frozen=True, slots=True)
class ContactList:
    """One list. `contacts` is how many are on it; None where nobody counted. `more`: there are more than these.

    `public`: people may leave and join it themselves; `title` and `description` are what they read.
    """

    id: int
    name: str
    public: bool
    title: str
    description: str
    created_at: datetime
    contacts: int | None = None
    more: bool = False


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, after: int = 0, name: str | None = None
) -> list[ContactList]:
    """Return lists by number, those behind `after`, not counted; `name`: only the one of this name."""
    with conn.cursor(row_factory=class_row(ContactList)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from audience_list where account_id = %(account)s and id > %(after)s"
            " and (%(name)s::text is null or name = %(name)s) order by id limit %(limit)s",
            {"account": account, "after": after, "limit": limit, "name": name and name.strip()},
        ).fetchall()


def require(
    conn: psycopg.Connection[Any], account: int, number: int, *, most: int | None = None
) -> ContactList:
    """Return one list with the number of its contacts; `most`: counted only so far. Raises UnknownList."""
    with conn.cursor(row_factory=class_row(ContactList)) as cursor:
        found = cursor.execute(
            f"select {_COLUMNS}, (select count(*) from"
            " (select from audience_membership where list_id = l.id limit %(most)s::bigint + 1) as few) as contacts"
            " from audience_list l where account_id = %(account)s and id = %(list)s",
            {"account": account, "list": number, "most": most},
        ).fetchone()
    if found is None:
        raise _unknown(number)
    if most is not None and found.contacts is not None and found.contacts > most:
        return replace(found, contacts=most, more=True)
    return found


def some(conn: psycopg.Connection[Any], account: int, numbers: Sequence[int]) -> list[ContactList]:
    """Return those of the account's lists that have these numbers, by number, not counted."""
    with conn.cursor(row_factory=class_row(ContactList)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from audience_list where account_id = %s and id = any(%s) order by id",
            (account, list(numbers)),
        ).fetchall()


def require_all(conn: psycopg.Connection[Any], account: int, numbers: Sequence[int]) -> None:
    """Raise UnknownList unless every number is one of the account's lists; they cannot be deleted until the transaction ends."""
    rows = conn.execute(
        "select id from audience_list where account_id = %s and id = any(%s) order by id for key share",
        (account, list(numbers)),
    ).fetchall()
    if missing := sorted(set(numbers) - {number for (number,) in rows}):
        raise _unknown(missing[0])


def create(
    conn: psycopg.Connection[Any], account: int, name: str, *,
    public: bool = False, title: str = "", description: str = "",
) -> ContactList:  # fmt: skip
    """Make an empty list. Raises ListNameProblem, ListNameTaken."""
    wanted = {"name": check_name(name)} | _facing(public, title, description)
    with conn.transaction():
        made = conn.execute(
            "insert into audience_list (account_id, name, public, title, description)"
            " values (%(account)s, %(name)s, %(public)s, %(title)s, %(description)s)"
            " on conflict (account_id, name) do nothing returning id",
            wanted | {"account": account},
        ).fetchone()
        if made is None:
            raise ListNameTaken(str(wanted["name"]))
        _check_number(conn, account, public)
    return require(conn, account, int(made[0]))


def change(
    conn: psycopg.Connection[Any], account: int, number: int, *,
    name: str | None = None, public: bool | None = None, title: str | None = None, description: str | None = None,
) -> ContactList:  # fmt: skip
    """Change what is given of a list. Raises UnknownList, ListNameProblem, ListNameTaken."""
    try:
        with conn.transaction():
            now = _locked(conn, account, number)
            facing = _facing(
                now.public if public is None else public,
                now.title if title is None else title,
                now.description if description is None else description,
            )
            conn.execute(
                "update audience_list set name = %(name)s, public = %(public)s, title = %(title)s, description = %(description)s"
                " where account_id = %(account)s and id = %(list)s",
                facing
                | {
                    "name": now.name if name is None else check_name(name),
                    "account": account,
                    "list": number,
                },
            )
            _check_number(conn, account, bool(facing["public"]) and not now.public)
    except psycopg.errors.UniqueViolation:
        raise ListNameTaken((name or "").strip()) from None
    return require(conn, account, number)


def delete(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Delete a list; its contacts stay. Raises UnknownList, ListInUse."""
    given = {"account": account, "list": number}
    with conn.transaction():
        row = conn.execute(
            "select name from audience_list where account_id = %(account)s and id = %(list)s for update",
            given,
        ).fetchone()
        if row is None:
            raise _unknown(number)
        if users := [int(user) for (user,) in conn.execute(sql("penstock.audience", "list_in_use"), given)]:
            raise ListInUse(number, users)
        naming = "select id from audience_segment where account_id = %(account)s and lists @> array[%(list)s::integer]"
        if segments := [int(one) for (one,) in conn.execute(f"{naming} order by id limit 5", given)]:
            raise ListInUse(number, [], segments)
        conn.execute("update audience_import set list_id = null where list_id = %(list)s", given)
        conn.execute("delete from audience_membership where list_id = %(list)s", given)
        conn.execute("delete from audience_list where id = %(list)s", given)
        journal.append(
            conn, account=account, mailing=None, actor=actor.name, door=actor.door, command="delete_list",
            data={"list": number, "name": row[0]},
        )  # fmt: skip


def join(conn: psycopg.Connection[Any], account: int, number: int, contact: int) -> bool:
    """Put a contact on a list; False when it was there. Raises UnknownList, UnknownContact."""
    with conn.transaction():
        require_all(conn, account, [number])
        done = conn.execute(
            "insert into audience_membership (list_id, contact_id) select %(list)s, id from audience_contact"
            " where account_id = %(account)s and id = %(contact)s on conflict do nothing",
            {"account": account, "list": number, "contact": contact},
        )
        if done.rowcount:
            return True
        there = conn.execute(
            "select from audience_contact where account_id = %s and id = %s", (account, contact)
        )
        if there.fetchone() is None:
            raise UnknownContact(contact)
        return False


def leave(conn: psycopg.Connection[Any], account: int, number: int, contact: int) -> bool:
    """Take a contact off a list; False when it was not on it. Raises UnknownList."""
    require_all(conn, account, [number])
    done = conn.execute(
        "delete from audience_membership where list_id = %s and contact_id = %s", (number, contact)
    )
    return done.rowcount == 1


def of_contact(conn: psycopg.Connection[Any], account: int, contact: int) -> list[int]:
    """Return the numbers of the lists that a contact is on."""
    rows = conn.execute(
        "select list_id from audience_membership where contact_id = %s"
        " and list_id = any(array(select id from audience_list where account_id = %s)) order by list_id",
        (contact, account),
    )
    return [int(number) for (number,) in rows]


def check_name(name: str) -> str:
    """Return the name of a list trimmed. Raises ListNameProblem."""
    wanted = name.strip()
    if not wanted or len(wanted) > LONGEST_NAME or not wanted.isprintable() or not storable(wanted):
        raise ListNameProblem(f"A list's name is one printable line of at most {LONGEST_NAME} characters.")
    return wanted


def _locked(conn: psycopg.Connection[Any], account: int, number: int) -> ContactList:
    with conn.cursor(row_factory=class_row(ContactList)) as cursor:
        found = cursor.execute(
            f"select {_COLUMNS} from audience_list where account_id = %s and id = %s for update",
            (account, number),
        ).fetchone()
    if found is None:
        raise _unknown(number)
    return found


def _facing(public: bool, title: str, description: str) -> dict[str, Any]:
    """What people see of a list, trimmed. Raises ListNameProblem."""
    title, description = title.strip(), " ".join(description.split())
    for text, longest, what in (
        (title, LONGEST_TITLE, "title"),
        (description, LONGEST_DESCRIPTION, "description"),
    ):
        if len(text) > longest or (text and not text.isprintable()) or not storable(text):
            raise ListNameProblem(f"A list's {what} is one printable line of at most {longest} characters.")
    if public and not title:
        raise ListNameProblem("Give the list a title: it is what people read who choose whether to be on it.")
    return {"public": public, "title": title, "description": description}


def _check_number(conn: psycopg.Connection[Any], account: int, one_more: bool) -> None:
    if not one_more:
        return
    row = conn.execute(
        "select count(*) from audience_list where account_id = %s and public", (account,)
    ).fetchone()
    if row is not None and row[0] > MOST_PUBLIC:
        raise ListNameProblem(
            f"There are {MOST_PUBLIC} public lists already, as many as people can choose from. Take another one back first."
        )


def _unknown(number: int) -> UnknownList:
    return UnknownList(f"There is no list {number}.")
