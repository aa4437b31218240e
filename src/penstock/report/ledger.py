"""Who got it, who did not, and why: everybody of one mailing exactly once, as CSV, JSON lines or rows.

The states are derived from the raw rows, not from the counters behind `report.progress`, so that the two can be compared.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, NamedTuple

import psycopg

from penstock.platform.database import sql
from penstock.platform.spreadsheet import cell_in_sql
from penstock.report.progress import STATES

LAST = 2_147_483_647
"""No recipient has a higher number."""

_AT_A_TIME = 5_000  # rows held in memory

CHOSEN = """
 where (%(state)s::text is null or state = %(state)s) and (%(reason)s::text is null or reason = %(reason)s)
   and (%(domain)s::text is null or domain = %(domain)s)
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
_ROWS = f"select {_COLUMNS} from told {CHOSEN}"
_FOR_PEOPLE = ", ".join(
    _UTC
    if name == "at"
    else f"{cell_in_sql(name)} as {name}"
    if name in ("address", "text", "reason")
    else name
    for name in Row._fields
)


def ledger(
    conn: psycopg.Connection, mailing: int, state: str | None = None, reason: str | None = None
) -> Iterator[Row]:
    """Yield the rows of `mailing` in the order of its ledger, filtered; memory does not grow with their number.

    All rows are those of one instant. The connection is in a transaction until the last row is taken.
    """
    query = f"{sql('penstock.report', 'ledger')} select {', '.join(Row._fields)} from told {CHOSEN}"
    with conn.transaction():
        conn.execute(_PLAN)
        with conn.cursor(name="ledger") as cursor:
            cursor.itersize = _AT_A_TIME
            for row in cursor.execute(query, chosen(mailing, state, reason)):
                yield Row._make(row)


def csv_of(
    mailing: int, state: str | None = None, reason: str | None = None, domain: str | None = None, *,
    for_people: bool = False,
) -> tuple[str, str, dict[str, Any]]:  # fmt: skip
    """Return what `write_csv` runs, for a connection of another kind: the settings, the COPY, and its parameters.

    `for_people`: what a spreadsheet would take for a formula gets an apostrophe before it.
    """
    rows = f"select {_FOR_PEOPLE} from told {CHOSEN}" if for_people else _ROWS
    return (
        _PLAN,
        f"copy ({sql('penstock.report', 'ledger')} {rows}) to stdout (format csv, header)",
        chosen(mailing, state, reason, domain),
    )


def write_csv(
    conn: psycopg.Connection,
    mailing: int,
    out: IO[bytes],
    state: str | None = None,
    reason: str | None = None,
) -> None:
    """Write the rows to `out` as CSV (RFC 4180, UTF-8, with a header)."""
    for block in _copied(conn, _ROWS, "format csv, header", chosen(mailing, state, reason)):
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
        conn, f"select to_json(o) from ({_ROWS}) as o", _BARE, chosen(mailing, state, reason)
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
        conn, f"select ',' || to_json(o) from ({_ROWS}) as o", _BARE, chosen(mailing, state, reason)
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
        found: dict[str, int] = dict(conn.execute(query, chosen(mailing, None, None)).fetchall())
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


def chosen(mailing: int, state: str | None, reason: str | None, domain: str | None = None) -> dict[str, Any]:
    """Return what the query of the ledger is asked: everybody in this state, with this reason, at this domain."""
    if state is not None and state not in STATES:
        raise ValueError(f"there is no state {state!r}; there are {', '.join(STATES)}")
    return {
        "mailing": mailing,
        "state": state,
        "reason": reason,
        "domain": domain,
        "after": 0,
        "upto": LAST,
        "seqs": None,
    }


def _copied(conn: psycopg.Connection, select: str, form: str, given: dict[str, Any]) -> Iterator[bytes]:
    """Yield what PostgreSQL writes of the rows chosen, block by block: Python only passes it on."""
    query = f"copy ({sql('penstock.report', 'ledger')} {select}) to stdout ({form})"
    with conn.transaction():
        conn.execute(_PLAN)
        with conn.cursor() as cursor, cursor.copy(query, given) as blocks:
            for block in blocks:
                yield bytes(block)
