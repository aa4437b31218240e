"""One recipient of one mailing: found by address, and their whole story across all attempts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql
from penstock.report.ledger import LAST, Row, chosen

FIRST = datetime.min.replace(tzinfo=UTC)
FOUND = 20
"""People that a search shows at most."""


@dataclass(frozen=True, slots=True)
class Event:
    """One outcome. `kind` of its package: plain, retry (tried again), again (given back before), skipped (when frozen). `code` 0: our
    own words; `command`: the SMTP command that was answered. `transport` None: it is gone, or none was used."""

    at: datetime
    state: str
    package: int
    kind: str | None
    attempt: int | None
    code: int
    enhanced: str
    text: str
    command: str
    transport: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """What they did with the message, or what a machine did for them. `url`: where the link that was followed leads; `order`: the
    shop's number, where they ordered."""

    at: datetime
    kind: str
    url: str | None
    order: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is. `due_at`: when they are tried again (infinite ones are None), `closed`: that this will not happen any more. `is_known`:
    the contact is still there. `suppressed`: why nothing is sent to them now."""

    seq: int
    contact: int
    address: str
    package: int
    frozen_at: datetime | None
    is_known: bool
    package_state: str | None
    begun_at: datetime | None
    release_at: datetime | None
    due_at: datetime | None
    why: str | None
    attempts_made: int | None
    closed: str | None
    suppressed: str | None
    suppressed_by: str | None
    suppressed_at: datetime | None


@dataclass(frozen=True)
class Story:
    """A recipient, the state they are in, and what was recorded of them, oldest first."""

    person: Person
    row: Row
    events: list[Event]
    done: list[Done]

    @property
    def moments(self) -> list[tuple[Event | None, Done | None]]:
        """What was recorded and what they did, oldest first; of each one is there."""
        known: list[tuple[Event | None, Done | None]] = [(each, None) for each in self.events]
        known += [(None, each) for each in self.done]
        return sorted(known, key=lambda each: each[0].at if each[0] else each[1].at if each[1] else FIRST)


def find(conn: psycopg.Connection[Any], mailing: int, address: str) -> list[Row]:
    """Return the recipients whose address begins so, in the ledger's order; of those skipped at the freeze only the address itself."""
    given = {"mailing": mailing, "prefix": address.strip().lower(), "limit": FOUND}
    seqs = [row[0] for row in conn.execute(sql("penstock.report", "ledger_person"), given).fetchall()]
    return _told(conn, mailing, seqs) if seqs else []


def story(conn: psycopg.Connection[Any], account: int, mailing: int, seq: int) -> Story | None:
    """Return the story of number `seq` of the mailing's ledger; None where there is no such number."""
    if not 0 < seq <= LAST:
        return None
    given = {"mailing": mailing, "seq": seq, "account": account}
    with conn.cursor(row_factory=class_row(Person)) as cursor:
        person = cursor.execute(sql("penstock.report", "story_person"), given).fetchone()
    if person is None:
        return None
    with conn.cursor(row_factory=class_row(Event)) as cursor:
        events = cursor.execute(sql("penstock.report", "story"), given).fetchall()
    with conn.cursor(row_factory=class_row(Done)) as cursor:
        done = cursor.execute(
            sql("penstock.report", "story_done"), {**given, "contact": person.contact}
        ).fetchall()
    return Story(person, _told(conn, mailing, [seq])[0], events, done)


def _told(conn: psycopg.Connection[Any], mailing: int, seqs: list[int]) -> list[Row]:
    query = f"{sql('penstock.report', 'ledger')} select {', '.join(Row._fields)} from told order by seq"
    given = chosen(mailing, None, None) | {"seqs": seqs}
    return [Row._make(row) for row in conn.execute(query, given, prepare=False).fetchall()]
