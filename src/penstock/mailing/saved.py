"""Every message that a mailing has had: nothing that was typed is lost, and each can be taken again.

A stored message is never changed: an edit stores another one and notes it here. So what was submitted stays as it was, too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.platform.database import sql


@dataclass(frozen=True)
class Saved:
    """One of them. `number` counts from 1 within its mailing, in the order in which they were saved; the highest is what it has now.

    `revision`: that of the mailing then. `submitted_at`: when it was submitted so, the last time; None: never.
    """

    number: int
    message: int
    revision: int
    who: str
    at: datetime
    sender: str
    subject: str
    submitted_at: datetime | None
    current: bool


class UnknownSaved(LookupError):
    """The mailing had no such message; says which there are."""


def save(
    conn: psycopg.Connection[Any],
    mailing: int,
    message: int,
    revision: int,
    who: str,
    *,
    typing: bool = False,
) -> None:
    """Note that the mailing has this message from now on: what it had before stays.

    `typing`: it is saved while somebody writes; what one person types within minutes is one version, not hundreds.
    """
    given = {"mailing": mailing, "message": message, "revision": revision, "who": who}
    if typing and conn.execute(sql("penstock.mailing", "saved_typing"), given).rowcount:
        return
    conn.execute(
        "insert into mailing_saved (mailing_id, message_id, revision, identity) values (%s, %s, %s, %s)",
        (mailing, message, revision, who),
    )


def listed(
    conn: psycopg.Connection[Any], mailing: int, *, before: int | None = None, limit: int = 50
) -> list[Saved]:
    """Return the messages of a mailing, newest first; `before` is the last number of the page before this one."""
    with conn.cursor(row_factory=class_row(Saved)) as cursor:
        page = {"mailing": mailing, "before": before or 2**31 - 1, "number": None, "limit": limit}
        return cursor.execute(sql("penstock.mailing", "saved"), page).fetchall()


def find(conn: psycopg.Connection[Any], mailing: int, number: int | None = None) -> Saved:
    """Return the message of this number, without one that which the mailing has now. Raises UnknownSaved."""
    with conn.cursor(row_factory=class_row(Saved)) as cursor:
        page = {"mailing": mailing, "before": 2**31 - 1, "number": number, "limit": 1}
        found = cursor.execute(sql("penstock.mailing", "saved"), page).fetchone()
    if found is None:
        row = conn.execute("select count(*) from mailing_saved where mailing_id = %s", (mailing,)).fetchone()
        last = row[0] if row else 0
        raise UnknownSaved(
            f"Mailing {mailing} has no saved message {number}: they are numbered from 1 to {last}."
        )
    return found


def message_of(conn: psycopg.Connection[Any], account: int, mailing: int, number: int | None = None) -> int:
    """Return the message that a mailing of the account had under this number, or has now. Raises UnknownSaved."""
    row = conn.execute(
        "select message_id from mailing_mailing where id = %s and account_id = %s and deleted_at is null",
        (mailing, account),
    ).fetchone()
    if row is None:
        raise UnknownSaved(f"There is no mailing {mailing}.")
    return int(row[0]) if number is None else find(conn, mailing, number).message
