"""Templates: messages kept to make mailings from. Each change makes another version; the earlier ones stay.

A mailing made from a template has the template's message of that moment: what becomes of the template later does not touch it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.account.journalling import record
from penstock.mailing.actor import Actor
from penstock.platform.database import sql
from penstock.transport.reply import UNPRINTABLE

LONGEST_NAME: Final = 200
"""Characters."""


class UnknownTemplate(LookupError):
    """There is no such template, or no such version of it."""


class TemplateNameProblem(ValueError):
    """A name that a template cannot have."""


class TemplateNameTaken(Exception):
    """Another template of the account has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a template {name!r} already. Give this one another name.")


@dataclass(frozen=True, slots=True)
class Template:
    """One template; `message` is the number of its newest message, `subject` that one's."""

    id: int
    name: str
    channel: str
    subject: str
    version: int
    message: int
    made_by: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """What a template was at some time."""

    version: int
    message: int
    made_by: str
    at: datetime


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, after: int = 0, name: str | None = None,
    channel: str | None = None,
) -> list[Template]:  # fmt: skip
    """Return templates by number, those behind `after`; of this name, and of this channel, where that is said."""
    return _found(conn, account, limit=limit, after=after, name=name and name.strip(), channel=channel)


def require(conn: psycopg.Connection[Any], account: int, number: int) -> Template:
    """Return one template. Raises UnknownTemplate."""
    found = _found(conn, account, number=number)
    if not found:
        raise UnknownTemplate(f"There is no template {number}.")
    return found[0]


def named(conn: psycopg.Connection[Any], account: int, name: str) -> Template:
    """Return the template of this name, or else of this number. Raises UnknownTemplate, which names those there are."""
    found = _found(conn, account, name=name.strip())
    if not found and name.isascii() and name.isdigit() and len(name) < 10:
        found = _found(conn, account, number=int(name))
    if not found:
        some = ", ".join(repr(each.name) for each in _found(conn, account, limit=10))
        raise UnknownTemplate(
            f"There is no template {name!r}. " + (f"There are: {some}." if some else "There is none yet.")
        )
    return found[0]


def create(conn: psycopg.Connection[Any], account: int, *, name: str, message: int, actor: Actor) -> Template:
    """Make a template of a stored message. Raises TemplateNameProblem, TemplateNameTaken."""
    wanted = _name(name)
    with conn.transaction():
        row = conn.execute(
            "insert into content_template (account_id, name, message_id, made_by) values (%s, %s, %s, %s)"
            " on conflict (account_id, name) do nothing returning id",
            (account, wanted, message, actor.name),
        ).fetchone()
        if row is None:
            raise TemplateNameTaken(wanted)
        _keep(conn, row[0], 1, message, actor)
        record(conn, account, actor, "template_create", template=row[0], name=wanted)
    return require(conn, account, int(row[0]))


def change(
    conn: psycopg.Connection[Any], account: int, number: int, *, actor: Actor, name: str | None = None,
    message: int | None = None,
) -> Template:  # fmt: skip
    """Give a template another name, another (stored) message, or both; another message makes another version.

    Raises UnknownTemplate, TemplateNameProblem, TemplateNameTaken.
    """
    with conn.transaction():
        there = _locked(conn, account, number)
        wanted = there.name if name is None else _name(name)
        anew = message is not None and message != there.message
        try:
            with conn.transaction():
                conn.execute(
                    "update content_template set name = %s, message_id = %s, version = %s, changed_at = now() where id = %s",
                    (wanted, message or there.message, there.version + anew, number),
                )
        except psycopg.errors.UniqueViolation:
            raise TemplateNameTaken(wanted) from None
        if anew:
            _keep(conn, number, there.version + 1, message or there.message, actor)
        record(
            conn,
            account,
            actor,
            "template_change",
            template=number,
            name=wanted,
            version=there.version + anew,
        )
    return require(conn, account, number)


def delete(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Delete a template with its versions; mailings made from it stay as they are. Raises UnknownTemplate."""
    with conn.transaction():
        there = _locked(conn, account, number)
        conn.execute("delete from content_template_version where template_id = %s", (number,))
        conn.execute("delete from content_template where id = %s", (number,))
        record(conn, account, actor, "template_delete", template=number, name=there.name)


def versions(
    conn: psycopg.Connection[Any], account: int, number: int, *, limit: int, before: int | None = None
) -> list[Version]:
    """Return the versions of a template, newest first, those before `before`. Raises UnknownTemplate."""
    require(conn, account, number)
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(
            "select version, message_id as message, made_by, at from content_template_version"
            " where template_id = %s and (%s::integer is null or version < %s) order by version desc limit %s",
            (number, before, before, limit),
        ).fetchall()


def message_of(conn: psycopg.Connection[Any], account: int, number: int, version: int | None = None) -> int:
    """Return the number of a template's message, in this version or the newest. Raises UnknownTemplate."""
    there = require(conn, account, number)
    if version is None:
        return there.message
    row = conn.execute(
        "select message_id from content_template_version where template_id = %s and version = %s",
        (number, version),
    ).fetchone()
    if row is None:
        raise UnknownTemplate(
            f"Template {number} has no version {version}; it is at version {there.version}."
        )
    return int(row[0])


def _found(conn: psycopg.Connection[Any], account: int, **given: Any) -> list[Template]:
    asked = {
        "account": account,
        "number": None,
        "name": None,
        "channel": None,
        "after": 0,
        "limit": 1,
        **given,
    }
    with conn.cursor(row_factory=class_row(Template)) as cursor:
        return cursor.execute(sql("penstock.content", "templates"), asked).fetchall()


def _locked(conn: psycopg.Connection[Any], account: int, number: int) -> Template:
    """The template, not to be changed by anybody else until the transaction ends."""
    conn.execute(
        "select from content_template where account_id = %s and id = %s for update", (account, number)
    )
    return require(conn, account, number)


def _keep(conn: psycopg.Connection[Any], number: int, version: int, message: int, actor: Actor) -> None:
    conn.execute(
        "insert into content_template_version (template_id, version, message_id, made_by) values (%s, %s, %s, %s)",
        (number, version, message, actor.name),
    )


def _name(name: str) -> str:
    wanted = name.strip()
    if not 0 < len(wanted) <= LONGEST_NAME or UNPRINTABLE.search(wanted):
        raise TemplateNameProblem(
            f"A template's name is one printable line of at most {LONGEST_NAME} characters."
        )
    return wanted
