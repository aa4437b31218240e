"""Who got it, who did not, and why: everybody of one mailing exactly once, as CSV, JSON lines or rows.

The states are derived from the raw rows, not from the counters behind `report.progress`, so that the two can be compared.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, NamedTuple

import psycopg

from penstock.platform.database import sql
from penstock.report.progress import STATES

LAST = 2_147_483_647
"""No recipient has a higher number."""

_PATIENCE = 1.0  # seconds that a page looks for rows that are wanted
_WIDEST = 100_000  # numbers looked through at once
_AT_A_TIME = 5_000  # rows held in memory

_CHOSEN = """
 where (%(state)s::text is null or state = %(state)s) and (%(reason)s::text is null or reason = %(reason)s)
 order by seq
"""
# Newcomers' statistics may be minutes old; a nested loop over a million rows would be what the planner makes of them.
_PLAN = "set local enable_nestloop = off; set local jit = off; set local work_mem = '64MB'"

_UTC = """to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at"""
# JSON holds no control characters, so that with these for quote and delimiter each row comes out as it is.
_BARE = r"format csv, quote E'\x01', delimiter E'\x02'"


class Row(NamedTuple):
    """One recipient. `code`, `enhanced`, `text`: the last answer; code 0 is our own word. `at`: when it was noted."""

    address: str
    contact: int
    state: str
    at: datetime | None
    attempts: int
    code: int | None
    enhanced: str | None
    text: str | None
    reason: str | None
    """Why, in a word to filter by: what we decided (`unsubscribed`), or the peer's enhanced code (`5.1.1`)."""
    seq: int
    """The number in the ledger, by which single ones in doubt are released."""


_COLUMNS = ", ".join(_UTC if name == "at" else name for name in Row._fields)
_ROWS = f"select {_COLUMNS} from told {_CHOSEN}"


def ledger(
    conn: psycopg.Connection, mailing: int, state: str | None = None, reason: str | None = None
) -> Iterator[Row]:
    """Yield the rows of `mailing` in the order of its ledger, filtered; memory does not grow with their number.

    All rows are those of one instant. The connection is in a transaction until the last row is taken.
    """
    query = f"{sql('penstock.report', 'ledger')} select {', '.join(Row._fields)} from told {_CHOSEN}"
    with conn.transaction():
        conn.execute(_PLAN)
        with conn.cursor(name="ledger") as cursor:
            cursor.itersize = _AT_A_TIME
            for row in cursor.execute(query, _chosen(mailing, state, reason)):
                yield Row._make(row)


def page(
    conn: psycopg.Connection,
    mailing: int,
    after: int,
    limit: int,
    state: str | None = None,
    reason: str | None = None,
) -> tuple[list[Row], int | None]:
    """Return rows numbered beyond `after`, filtered, `limit` at most; and the number to go on after, None at the end.

    The numbers are looked through in growing stretches, for about a second: where few rows are wanted of many, a page may
    have fewer than `limit` and not be the last.
    """
    row = conn.execute("select max(seq) from delivery_recipient where mailing = %s", (mailing,)).fetchone()
    last = int(row[0] or 0) if row else 0
    found: list[Row] = []
    stretch, until = limit, time.monotonic() + _PATIENCE
    query = f"{sql('penstock.report', 'ledger')} select {', '.join(Row._fields)} from told {_CHOSEN} limit %(limit)s"
    while after < last and len(found) < limit and time.monotonic() < until:
        upto = min(last, after + stretch)
        chosen = _chosen(mailing, state, reason) | {"after": after, "upto": upto, "limit": limit - len(found)}
        found += map(Row._make, conn.execute(query, chosen).fetchall())
        after = upto if len(found) < limit else found[-1].seq
        stretch = min(stretch * 4, _WIDEST)
    return found, (after if after < last else None)


def csv_of(
    mailing: int, state: str | None = None, reason: str | None = None
) -> tuple[str, str, dict[str, Any]]:
    """Return what `write_csv` runs, for a connection of another kind: the settings, the COPY, and its parameters."""
    return (
        _PLAN,
        f"copy ({sql('penstock.report', 'ledger')} {_ROWS}) to stdout (format csv, header)",
        _chosen(mailing, state, reason),
    )


def write_csv(
    conn: psycopg.Connection,
    mailing: int,
    out: IO[bytes],
    state: str | None = None,
    reason: str | None = None,
) -> None:
    """Write the rows to `out` as CSV (RFC 4180, UTF-8, with a header)."""
    for block in _copied(conn, _ROWS, "format csv, header", _chosen(mailing, state, reason)):
        out.write(block)


def write_json_lines(
    conn: psycopg.Connection,
    mailing: int,
    out: IO[bytes],
    state: str | None = None,
    reason: str | None = None,
) -> None:
    """Write the rows to `out` as JSON lines: one object a line, UTF-8."""
    for block in _copied(
        conn, f"select to_json(o) from ({_ROWS}) as o", _BARE, _chosen(mailing, state, reason)
    ):
        out.write(block)


def write_json(
    conn: psycopg.Connection,
    mailing: int,
    out: IO[bytes],
    state: str | None = None,
    reason: str | None = None,
) -> None:
    """Write the rows to `out` as one JSON document: an array of objects."""
    rows = _copied(
        conn, f"select ',' || to_json(o) from ({_ROWS}) as o", _BARE, _chosen(mailing, state, reason)
    )
    out.write(b"[" + next(rows, b",")[1:])
    for block in rows:
        out.write(block)
    out.write(b"]\n")


def count_states(conn: psycopg.Connection, mailing: int) -> dict[str, int]:
    """Return how many recipients are in each state, counted from the raw rows: what `progress` must agree with."""
    query = f"{sql('penstock.report', 'ledger')} select state, count(*) from told group by state"
    with conn.transaction():
        conn.execute(_PLAN)
        found: dict[str, int] = dict(conn.execute(query, _chosen(mailing, None, None)).fetchall())
    return {state: found.get(state, 0) for state in STATES}


def skipped_reasons(conn: psycopg.Connection, mailing: int) -> dict[str, int]:
    """Return how many were skipped for each reason, most frequent first."""
    rows = conn.execute(
        # The word stands before the colon; what follows is about one recipient.
        "select split_part(r.text, ':', 1) as reason, count(*) from delivery_outcome o join delivery_reply r on r.id = o.reply"
        " where o.mailing = %s and o.state = 4 group by reason order by count(*) desc, reason",
        (mailing,),
    )
    return dict(rows.fetchall())


def _chosen(mailing: int, state: str | None, reason: str | None) -> dict[str, Any]:
    if state is not None and state not in STATES:
        raise ValueError(f"there is no state {state!r}; there are {', '.join(STATES)}")
    return {"mailing": mailing, "state": state, "reason": reason, "after": 0, "upto": LAST}


def _copied(conn: psycopg.Connection, select: str, form: str, chosen: dict[str, Any]) -> Iterator[bytes]:
    """Yield what PostgreSQL writes of the rows chosen, block by block: Python only passes it on."""
    query = f"copy ({sql('penstock.report', 'ledger')} {select}) to stdout ({form})"
    with conn.transaction():
        conn.execute(_PLAN)
        with conn.cursor() as cursor, cursor.copy(query, chosen) as blocks:
            for block in blocks:
                yield bytes(block)
