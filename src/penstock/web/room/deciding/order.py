"""The sequence as the page of a move shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from penstock.report.sequence import expected_starts


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mailing of the sequence in its place, the first being 1; `expected`: when it may start, None where nobody can say."""

    place: int
    id: int
    name: str
    expected: datetime | None


def waiting(conn: psycopg.Connection[Any], account: int, numbers: list[int]) -> list[Waiting]:
    """Return those who wait, in order."""
    names = dict(
        conn.execute("select id, name from mailing_mailing where id = any(%s)", (numbers,)).fetchall()
    )
    expected = expected_starts(conn, account)
    return [
        Waiting(place, number, names.get(number, ""), expected.get(number))
        for place, number in enumerate(numbers, 1)
    ]
