"""Unsubscribing from everything: by the link of a message, whose token is the authority, or by word of somebody who was told.

It suppresses the address for the whole account and is an event of the mailing that led to it. Undoing it is the person's own
affair, too, and lifts nothing but what unsubscribing has put there: who complained, or whose mailbox is gone, stays suppressed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.audience.suppression import lift_own, suppress
from penstock.content.links import verify_private
from penstock.feedback.events import record_of_recipient
from penstock.platform.database import sql
from penstock.platform.environment import link_key

LONGEST_TOKEN: Final = 64
"""Characters; what is longer was not made by us and is not looked at."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a message went to: a recipient of a mailing of `account`. `contact` may have been erased since."""

    account: int
    mailing: int
    seq: int
    contact: int
    address: str


def holder(token: str) -> tuple[int, int] | None:
    """Return (mailing, seq) of the recipient whose link carries `token`; None when it is forged or garbled."""
    return verify_private(token, link_key()) if len(token) <= LONGEST_TOKEN else None


def person_of(conn: psycopg.Connection[Any], token: str) -> Person | None:
    """Return who holds the private `token`; None when nobody does."""
    found = holder(token)
    return None if found is None else recipient(conn, *found)


def recipient(conn: psycopg.Connection[Any], mailing: int, seq: int) -> Person | None:
    """Return recipient `seq` of a mailing; None when there is none."""
    with conn.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(
            sql("penstock.feedback", "recipient"), {"mailing": mailing, "seq": seq}
        ).fetchone()


def unsubscribe(conn: psycopg.Connection[Any], token: str, door: str = "link") -> bool | None:
    """Suppress the holder of `token` for the account that sent the mailing, and note the event. Idempotent.

    door: how it came: link (a mail program's one click), page, mail. Returns whether it was not so before; None when nobody
    holds this token.
    """
    person = person_of(conn, token)
    return None if person is None else unsubscribe_person(conn, person, door)


def unsubscribe_person(
    conn: psycopg.Connection[Any], person: Person, door: str, at: datetime | None = None
) -> bool:
    """The same for one who is known by other means than a token of theirs, such as a provider's word."""
    with conn.transaction():
        done = suppress(conn, person.account, person.address, "unsubscribed", f"mailing {person.mailing}")
        if done:
            note(conn, person, "unsubscribed", {"door": door}, at=at)
    return done


def resubscribe(conn: psycopg.Connection[Any], token: str) -> bool | None:
    """Undo the unsubscribing of the holder of `token`; suppressions of other reasons stay. Idempotent.

    Returns whether anything was undone; None when nobody holds this token.
    """
    person = person_of(conn, token)
    if person is None:
        return None
    with conn.transaction():
        done = lift_own(conn, person.account, person.address)
        if done:
            note(conn, person, "resubscribed", {"door": "page"})
    return done


def note(
    conn: psycopg.Connection[Any], person: Person, kind: str, data: dict[str, Any], *, at: datetime | None = None
) -> None:  # fmt: skip
    """Note what they did; the same again within the hour is not: nobody fills the table by going to and fro."""
    hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
    which = f" {data['list']}" if "list" in data else ""
    key = f"{kind} {person.mailing}-{person.seq}{which} {hour}"
    record_of_recipient(conn, person.mailing, person.seq, kind, at=at, data=data, key=key)
