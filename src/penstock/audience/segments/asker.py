"""Segments that are about to be asked: read, at one moment, and put into statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from penstock.audience.segments import document
from penstock.audience.segments.compiling import Compiler, Indexed, Moment
from penstock.audience.segments.conditions import NUMBER, TEXT, Condition


@dataclass(frozen=True)
class Asker:
    """Conditions by the number of their segment, and what every one of them is asked with."""

    conditions: Mapping[int, Condition]
    moment: Moment
    indexed: Indexed

    def sql(
        self, segment: int, *, among: str | None = None, negated: bool = False
    ) -> tuple[str, dict[str, Any]]:
        """Return a segment in SQL over a contact `c`, with its parameters: the same text and names each time. `account` is needed, too."""
        compiler = Compiler(self.moment, prefix=f"segment{segment}_", among=among, indexed=self.indexed)
        text = compiler.compile(self.conditions[segment], negated=negated)
        return text, compiler.parameters


def ready(conn: psycopg.Connection[Any], account: int, kept: Mapping[str, Mapping[str, Any]]) -> Asker:
    """Read segments as `keeping.as_they_are` gives them, to be asked now. Raises SegmentError."""
    conditions = {int(number): document.read(each["definition"]) for number, each in kept.items()}
    return Asker(conditions, moment(conn, account), indexed(conn, account))


def moment(conn: psycopg.Connection[Any], account: int) -> Moment:
    """Now, by the database's clock (of the transaction), and the account's zone."""
    row = conn.execute("select now(), zone from account_account where id = %s", (account,)).fetchone()
    if row is None:
        raise LookupError(f"There is no account {account}.")
    return Moment(row[0], ZoneInfo(row[1]))


def indexed(conn: psycopg.Connection[Any], account: int) -> Indexed:
    """The attributes of an account that have an index which is ready."""
    rows = conn.execute(
        "select type, attribute from audience_indexed where account_id = %s and state = 'ready'", (account,)
    ).fetchall()
    numbers, texts = (
        frozenset(str(name) for type, name in rows if type == wanted) for wanted in (NUMBER, TEXT)
    )
    return Indexed(numbers, texts)
