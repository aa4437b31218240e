"""What an import could not take, line by line: noted while reading, kept with the import, given out as CSV."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, NamedTuple, Self

import psycopg

from penstock.platform.spreadsheet import cell_in_sql

_SHOWN = 200  # characters of a value that are kept
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\0": "\ufffd"})


class Problem(NamedTuple):
    """A line of a file, what stood there, and why it is no contact of its own (`rejected`, or `duplicate`), or one without its
    number (`number`)."""

    line: int
    kind: str
    value: str
    reason: str


class Problems:
    """Collects the rejected lines of import `number`; beyond a megabyte on the disk, so that a bad file costs no memory."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._spool = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - closed by __exit__
        self._any = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spool.close()

    def refuse(self, line: int, value: str, reason: str) -> None:
        """Note a rejected line."""
        self._note(line, "rejected", value, reason)

    def leave_out(self, line: int, value: str, reason: str) -> None:
        """Note a line whose telephone number was left out."""
        self._note(line, "number", value, reason)

    def _note(self, line: int, kind: str, value: str, reason: str) -> None:
        shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        self._spool.write(
            f"{self._number}\t{line}\t{kind}\t{shown.translate(_ESCAPED)}\t{reason.translate(_ESCAPED)}\n".encode()
        )
        self._any = True

    def store(self, conn: psycopg.Connection[Any]) -> None:
        """Write them to the database, in the transaction of `conn`."""
        if not self._any:
            return
        self._spool.seek(0)
        statement = "copy audience_import_problem (import_id, line, kind, value, reason) from stdin"
        with conn.cursor() as cursor, cursor.copy(statement) as copy:
            while block := self._spool.read(1 << 16):
                copy.write(block)


def problems(conn: psycopg.Connection[Any], number: int, *, most: int | None = None) -> list[Problem]:
    """Return the problems of import `number` in the order of the lines, at most `most`."""
    rows = conn.execute(
        "select line, kind, value, reason from audience_import_problem where import_id = %s order by line limit %s",
        (number, most),
    )
    return [Problem(*row) for row in rows]


def commonest(conn: psycopg.Connection[Any], number: int, kind: str) -> tuple[str, int]:
    """Return the reason that most lines of this kind have in import `number`, and how many have it; ("", 0) where there are none."""
    row = conn.execute(
        "select reason, count(*) from audience_import_problem where import_id = %s and kind = %s"
        " group by reason order by 2 desc, 1 limit 1",
        (number, kind),
    ).fetchone()
    return (str(row[0]), int(row[1])) if row else ("", 0)


def exists(conn: psycopg.Connection[Any], account: int, number: int) -> bool:
    """Tell whether import `number` is one of the account's."""
    found = conn.execute("select from audience_import where id = %s and account_id = %s", (number, account))
    return found.fetchone() is not None


def report(conn: psycopg.Connection[Any], number: int) -> Iterator[bytes]:
    """Yield the problems of import `number` as a CSV file in UTF-8: line, kind, value, reason.

    A value that a spreadsheet would take for a formula gets an apostrophe before it: rejected values are anybody's.
    """
    statement = (
        f"copy (select line, kind, {cell_in_sql('value')} as value, reason"
        " from audience_import_problem where import_id = {} order by line) to stdout (format csv, header)"
    )
    with conn.cursor() as cursor, cursor.copy(psycopg.sql.SQL(statement).format(number)) as copy:
        for block in copy:
            yield bytes(block)
