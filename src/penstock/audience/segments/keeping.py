"""Segments of an account: kept under a name, changed as a whole, deleted when no mailing needs them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from penstock.audience.attributes import storable
from penstock.audience.lists import LONGEST_NAME
from penstock.audience.segments import conditions, document, naming
from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.platform.database import sql


class UnknownSegment(LookupError):
    """There is no such segment in this account."""

    def __init__(self, segment: int | str) -> None:
        super().__init__(
            f"There is no segment {segment!r}."
            if isinstance(segment, str)
            else f"There is no segment {segment}."
        )


class SegmentNameTaken(Exception):
    """Another segment of the account has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a segment {name!r} already. Give this one another name.")


class SegmentInUse(Exception):
    """Mailings that are not at their end are to go by this segment; `mailings` are some of them."""

    def __init__(self, number: int, mailings: list[int]) -> None:
        which = ", ".join(map(str, mailings))
        super().__init__(
            f"Segment {number} says who gets mailings that have not ended ({which})."
            " Give them another audience, or end or delete them first."
        )
        self.mailings = mailings
        self.more = {"mailings": mailings}


class SegmentChanged(Exception):
    """Somebody has changed it since it was looked at."""

    def __init__(self, version: int, expected: int) -> None:
        super().__init__(
            f"The segment has changed: it is at version {version}, not {expected}. Look at it again."
        )
        self.version = version


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `definition` is the document; `version` grows with each change."""

    id: int
    name: str
    definition: dict[str, Any]
    version: int
    made_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def condition(self) -> conditions.Condition:
        """What it says."""
        return document.read(self.definition)


_COLUMNS = "id, name, definition, version, made_by, created_at, updated_at"


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, after: int = 0, name: str | None = None
) -> list[Segment]:
    """Return segments by number, those behind `after`; `name`: only the one of this name."""
    with conn.cursor(row_factory=class_row(Segment)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from audience_segment where account_id = %(account)s and id > %(after)s"
            " and (%(name)s::text is null or name = %(name)s) order by id limit %(limit)s",
            {"account": account, "after": after, "limit": limit, "name": name and name.strip()},
        ).fetchall()


def require(conn: psycopg.Connection[Any], account: int, number: int) -> Segment:
    """Return one segment. Raises UnknownSegment."""
    if (found := some(conn, account, [number])) == []:
        raise UnknownSegment(number)
    return found[0]


def named(conn: psycopg.Connection[Any], account: int, name: str) -> Segment:
    """Return the segment of this name. Raises UnknownSegment."""
    if (found := page(conn, account, limit=1, name=name)) == []:
        raise UnknownSegment(name)
    return found[0]


def some(conn: psycopg.Connection[Any], account: int, numbers: Collection[int]) -> list[Segment]:
    """Return those of the account's segments that have these numbers, by number."""
    with conn.cursor(row_factory=class_row(Segment)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from audience_segment where account_id = %s and id = any(%s) order by id",
            (account, list(numbers)),
        ).fetchall()


def create(
    conn: psycopg.Connection[Any], account: int, name: str, condition: conditions.Condition, actor: Actor
) -> Segment:
    """Keep a condition under a name. Raises SegmentError, SegmentNameTaken."""
    wanted = _name(name)
    with conn.transaction():
        given = naming.resolved(conn, account, condition)
        made = conn.execute(
            "insert into audience_segment (account_id, name, definition, lists, made_by) values (%s, %s, %s, %s, %s)"
            " on conflict (account_id, name) do nothing returning id",
            (account, wanted, Jsonb(document.write(given)), sorted(conditions.lists(given)), actor.who),
        ).fetchone()
        if made is None:
            raise SegmentNameTaken(wanted)
        _note(conn, account, actor, "create_segment", int(made[0]), wanted)
    return require(conn, account, int(made[0]))


def change(
    conn: psycopg.Connection[Any], account: int, number: int, actor: Actor, *,
    name: str | None = None, condition: conditions.Condition | None = None, expected: int | None = None,
) -> Segment:  # fmt: skip
    """Change a segment. Mailings that were submitted keep what it was then; drafts go by what it is now.

    Raises UnknownSegment, SegmentChanged (`expected` is another version), SegmentError, SegmentNameTaken.
    """
    with conn.transaction():
        there = _locked(conn, account, number)
        if expected not in (None, there.version):
            raise SegmentChanged(there.version, expected or 0)
        given = naming.resolved(conn, account, condition or there.condition)
        wanted = _name(name) if name is not None else there.name
        try:
            with conn.transaction():
                conn.execute(
                    "update audience_segment set name = %s, definition = %s, lists = %s, version = version + 1,"
                    " updated_at = clock_timestamp() where id = %s",
                    (wanted, Jsonb(document.write(given)), sorted(conditions.lists(given)), number),
                )
        except psycopg.errors.UniqueViolation:
            raise SegmentNameTaken(wanted) from None
        _note(conn, account, actor, "change_segment", number, wanted)
    return require(conn, account, number)


def delete(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Delete a segment. Raises UnknownSegment, SegmentInUse."""
    with conn.transaction():
        there = _locked(conn, account, number)
        given = {"account": account, "segment": number}
        if users := [
            int(user) for (user,) in conn.execute(sql("penstock.audience", "segment_in_use"), given)
        ]:
            raise SegmentInUse(number, users)
        conn.execute("delete from audience_segment where id = %s", (number,))
        _note(conn, account, actor, "delete_segment", number, there.name)


def named_by(rule: Mapping[str, Any]) -> list[int]:
    """The segments that an audience rule names: `segment` and those of `not_segment`."""
    wanted: Sequence[int] = rule.get("not_segment") or []
    return [*([rule["segment"]] if rule.get("segment") is not None else []), *wanted]


def as_they_are(
    conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the segments of a rule as they are now, by number: what a submission keeps. None where it names none.

    Raises UnknownSegment.
    """
    numbers = named_by(rule)
    if not numbers:
        return None
    found = {each.id: each for each in some(conn, account, numbers)}
    for number in numbers:
        if number not in found:
            raise UnknownSegment(number)
    return {
        str(each.id): {"name": each.name, "version": each.version, "definition": each.definition}
        for each in found.values()
    }


def _name(name: str) -> str:
    wanted = name.strip()
    if not wanted or len(wanted) > LONGEST_NAME or not wanted.isprintable() or not storable(wanted):
        text = f"A segment's name is one printable line of at most {LONGEST_NAME} characters."
        raise conditions.SegmentError(text, "name")
    return wanted


def _locked(conn: psycopg.Connection[Any], account: int, number: int) -> Segment:
    found = conn.execute(
        "select from audience_segment where account_id = %s and id = %s for update", (account, number)
    ).fetchone()
    if found is None:
        raise UnknownSegment(number)
    return require(conn, account, number)


def _note(
    conn: psycopg.Connection[Any], account: int, actor: Actor, command: str, number: int, name: str
) -> None:
    journal.append(
        conn, account=account, mailing=None, actor=actor.name, door=actor.door, command=command,
        data={"segment": number, "name": name},
    )  # fmt: skip
