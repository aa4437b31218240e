"""Attributes that segments often ask for get an index: declared by an administrator, built by a job beside everything else.

Without one a segment over attributes reads all contacts of the installation; with one, those that fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from penstock.audience.attributes import AttributeProblem, checked
from penstock.audience.segments.compiling import INDEXED
from penstock.audience.segments.conditions import NUMBER, TEXT
from penstock.mailing import journal
from penstock.mailing.actor import Actor

MOST: Final = 10
"""Indexes of one account: each one makes every import a little slower."""
TYPES: Final = (TEXT, NUMBER)
DOMAIN: Final = "audience_contact_domain"
LOCK: Final = 7031
"""The advisory lock under which one job builds."""

_UNWANTED: Final = (
    "select relname from pg_class where relkind = 'i' and relname ~ '^audience_contact_a[0-9]+_[0-9]+$'"
    " and relname not in (select format('audience_contact_a%s_%s', account_id, id) from audience_indexed)"
)


class UnknownIndex(LookupError):
    """There is no such index in this account."""


class IndexProblem(ValueError):
    """An index that cannot be."""


@dataclass(frozen=True, slots=True)
class Index:
    """An attribute that is quick to ask for once the state is `ready`; `text` serves dates, too."""

    id: int
    attribute: str
    type: str
    state: str
    made_by: str
    created_at: datetime


def all_of(conn: psycopg.Connection[Any], account: int) -> list[Index]:
    """Return the indexes of an account, by number."""
    with conn.cursor(row_factory=class_row(Index)) as cursor:
        return cursor.execute(
            "select id, attribute, type, state, made_by, created_at from audience_indexed where account_id = %s order by id",
            (account,),
        ).fetchall()


def declare(conn: psycopg.Connection[Any], account: int, attribute: str, type: str, actor: Actor) -> Index:
    """Have an index made, unless there is one. Raises IndexProblem."""
    from penstock.platform import jobs  # who only counts needs no job

    if type not in TYPES:
        raise IndexProblem(f"An index is over {' or '.join(TYPES)}, not {type!r}; dates are texts.")
    try:
        checked({attribute: ""})
    except AttributeProblem as error:
        raise IndexProblem(str(error)) from None
    with conn.transaction():
        conn.execute("select from account_account where id = %s for no key update", (account,))
        there = {(each.attribute, each.type): each for each in all_of(conn, account)}
        if (attribute, type) in there:
            return there[attribute, type]
        if len(there) >= MOST:
            raise IndexProblem(f"There are {MOST} indexes already: remove one first.")
        conn.execute(
            "insert into audience_indexed (account_id, attribute, type, made_by) values (%s, %s, %s, %s)",
            (account, attribute, type, actor.who),
        )
        _note(conn, account, actor, "index_attribute", attribute, type)
        jobs.defer(conn, "index_contacts", once="index_contacts", queue=jobs.LONG)
    return all_of(conn, account)[-1]


def drop(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Use an index no more, and have it removed. Raises UnknownIndex."""
    from penstock.platform import jobs

    with conn.transaction():
        row = conn.execute(
            "delete from audience_indexed where account_id = %s and id = %s returning attribute, type",
            (account, number),
        ).fetchone()
        if row is None:
            raise UnknownIndex(f"There is no index {number}.")
        _note(conn, account, actor, "drop_index", *row)
        jobs.defer(conn, "index_contacts", once="index_contacts", queue=jobs.LONG)


def build(conn: psycopg.Connection[Any]) -> int:
    """Build what is wanted and not there, and remove what is not wanted any more, while everybody goes on; return how many were built."""
    if not _one(conn, "select pg_try_advisory_lock(%s)", LOCK):
        return 0
    try:
        built = int(_made(conn, DOMAIN, sql.SQL("(account_id, split_part(normal, '@', 2))")))
        for (name,) in conn.execute(_UNWANTED).fetchall():
            conn.execute(sql.SQL("drop index concurrently if exists {}").format(sql.Identifier(name)))
        waiting = conn.execute(
            "select id, account_id, attribute, type from audience_indexed where state = 'waiting' order by id"
        ).fetchall()
        for number, account, attribute, type in waiting:
            built += _made(conn, _name(account, number), _over(account, attribute, type))
            conn.execute("update audience_indexed set state = 'ready' where id = %s", (number,))
        if built:  # the planner knows how the values of an expression are spread only when it has looked
            conn.execute("analyze audience_contact")
        return built
    finally:
        conn.execute("select pg_advisory_unlock(%s)", (LOCK,))


def _over(account: int, attribute: str, type: str) -> sql.Composed:
    """The same expression as segments.compiling asks by."""
    over = (
        "audience_number(attributes ->> {})"
        if type == NUMBER
        else f'left((attributes ->> {{}}), {INDEXED}) collate "C"'
    )
    return sql.SQL("((" + over + ")) where account_id = {}").format(
        sql.Literal(attribute), sql.Literal(account)
    )


def _made(conn: psycopg.Connection[Any], name: str, what: sql.SQL | sql.Composed) -> bool:
    """Make an index unless it is there; one whose building was broken off is made anew."""
    valid = _one(conn, "select indisvalid from pg_index where indexrelid = to_regclass(%s)", name)
    if valid:
        return False
    if valid is False:
        conn.execute(sql.SQL("drop index concurrently if exists {}").format(sql.Identifier(name)))
    conn.execute(
        sql.SQL("create index concurrently {} on audience_contact ").format(sql.Identifier(name)) + what
    )
    return True


def _name(account: int, number: int) -> str:
    return f"audience_contact_a{account}_{number}"


def _one(conn: psycopg.Connection[Any], statement: str, given: Any) -> Any:
    row = conn.execute(statement, (given,)).fetchone()
    return row[0] if row else None


def _note(
    conn: psycopg.Connection[Any], account: int, actor: Actor, command: str, attribute: str, type: str
) -> None:
    journal.append(
        conn, account=account, mailing=None, actor=actor.name, door=actor.door, command=command,
        data={"attribute": attribute, "type": type},
    )  # fmt: skip
