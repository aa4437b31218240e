"""The message tried on everybody before anything is submitted: what fails for one is found while nothing is sent."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg

from penstock.audience.variables import variable
from penstock.cli.bar import bar
from penstock.cli.composing import Composed, reach_of
from penstock.cli.endings import wrong
from penstock.cli.screen import line, number, tell

_BATCH = 5_000
_SHOWN = 3
_QUIETLY = 1.0  # seconds before it is worth a bar

# Without those who would be skipped anyway.
_ROWS = """
select {address}{attributes}
  from audience_membership m join audience_contact c on c.id = m.contact_id
 where m.list_id = {contacts:d} and {reachable} and not {suppressed}
 order by c.id
"""


def rows(conn: psycopg.Connection[Any], program: Composed, contacts: int) -> psycopg.ServerCursor[Any]:
    """Return a server-side cursor over the values that `program` wants of the list's recipients; in a transaction."""
    how = reach_of(program)
    attributes = "".join(f", {variable(name).as_string(conn)}" for name in program.variables[1:])
    text = _ROWS.format(
        address=how.address,
        attributes=attributes,
        contacts=contacts,
        reachable=how.reachable,
        suppressed=how.suppressed,
    )
    cursor = conn.cursor(name="recipients")
    cursor.itersize = _BATCH
    cursor.execute(text.encode())
    return cursor


def try_all(conn: psycopg.Connection[Any], program: Composed, contacts: int, *, skip_failing: bool) -> None:
    """Make the message for every recipient of the list. Raises Failure when it fails for one, or, if they may be
    skipped, for all. Costs nothing where the message cannot fail."""
    if not program.fallible:
        return
    failed, tried, told = _outcome(conn, program, contacts)
    if not failed:
        return
    what = f"The message cannot be made for {number(failed)} of {number(tried)} recipients"
    if skip_failing and failed < tried:
        tell(f"{what}; they will be skipped. The first of them:\n  {told[0]}")
        return
    if failed > len(told):
        told.append(f"and {number(failed - len(told))} more")
    raise wrong(
        "\n  ".join([f"{what}. Nothing was sent.", *told]),
        "Mend their data and import it again, or mend the template."
        + ("" if skip_failing else " Or send to the others only: --skip-failing."),
    )


def _outcome(conn: psycopg.Connection[Any], program: Composed, contacts: int) -> tuple[int, int, list[str]]:
    """Return how many failed, how many were tried, and a line for each of the first that failed."""
    row = conn.execute("select count(*) from audience_membership where list_id = %s", (contacts,)).fetchone()
    total, failed, tried = (row[0] if row else 0), 0, 0
    address, told = "", list[str]()
    begun = time.monotonic()
    with bar() as shown, conn.transaction(), rows(conn, program, contacts) as cursor:

        def counted() -> Iterator[tuple[str | None, ...]]:
            nonlocal tried, address
            for values in cursor:
                tried, address = tried + 1, values[0]
                if tried % _BATCH == 0 and time.monotonic() - begun > _QUIETLY:
                    words = f"{number(tried)} of {number(total)} recipients"
                    shown.show("Trying the message", "", tried / max(total, tried), words)
                yield values

        for _, error in program.check(counted()):
            failed += 1
            if len(told) < _SHOWN:
                told.append(line(f"{address}: {error}"))
    return failed, tried, told
