"""A CSV file becomes contacts: all of it in one transaction, or nothing.

The file is streamed: decoded and checked in blocks here, while PostgreSQL takes the rows of the block before by COPY.
Whatever its size, this process holds a block of it. `loading` decides how the rows get into the table.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import psycopg
from psycopg.types.json import Jsonb

from penstock.account import policies
from penstock.audience import columns, contacts, header, loading, number, reading, returning
from penstock.audience.problems import Problems
from penstock.audience.records import Records
from penstock.audience.trouble import ImportFileError
from penstock.platform.database import sql

__all__ = ["ImportFileError", "Progress", "Result", "import_file"]

LOCK: Final = 7101
"""First key of the advisory lock that a running import holds; its second is the import's number."""

Phase = Literal["checking", "reading", "storing", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of the file read in this phase, and of how many; rows so far."""

    phase: Phase
    read: int
    total: int
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an import: rows = created + updated + unchanged + duplicates + rejected.

    `numbers`: so many of the lines that were taken had a telephone number; `numbers_refused`: one that was no good, and was left out.
    """

    id: int
    list: int | None
    attributes: tuple[str, ...]
    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    numbers: int
    numbers_refused: int

    def document(self) -> dict[str, Any]:
        """Return what the faces print as JSON."""
        return {"import": self.id, **{name: value for name, value in asdict(self).items() if name != "id"}}


Watch = Callable[[Progress], None]


def import_file(
    conn: psycopg.Connection[Any],
    account: int,
    path: Path,
    *,
    list_name: str | None = None,
    address_column: str | None = None,
    phone_column: str | None = None,
    country: str | None = None,
    progress: Watch = lambda _: None,
    name: str | None = None,
    number: int | None = None,
) -> Result:
    """Import the file at `path` for `account`, onto the list `list_name` (made when missing).

    A contact that is there already gets the file's attributes on top of its own. Of lines with one address the last
    counts. Raises ImportFileError for a file that is unusable as a whole; nothing is changed then. A line that is
    unusable is reported (`problems.problems`) and does not hinder the others. `country` (ISO 3166-1 alpha-2): whose the national
    telephone numbers are; without one the account's policy says.
    `progress` may raise to give up. `number`: the import that has waited for this; without one it is a new one. Raises
    AlreadyImported when that one is done, or is being done by somebody else.
    """
    shown = name or path.name
    with _registered(conn, account, shown, number) as number, Problems(number) as problems:
        try:
            reader, size = reading.opened(
                path, lambda read, total: progress(Progress("checking", read, total))
            )
            head = header.read(reader.blocks())
            named = columns.understand(head.names, address_column, phone_column)
            of = country_of(conn, account, country)
            with conn.transaction():
                target = loading.choose(conn, account, size, named)
                records = Records(
                    named,
                    head.delimiter,
                    account,
                    target.base,
                    head.lines,
                    problems.refuse,
                    problems.leave_out,
                    of,
                )
                target.fill(records.copy(_watched(head.blocks, reader, records, size, progress)))
                if not records.rows:
                    raise ImportFileError(
                        "no_rows", f"{path} has column names but no rows.", "Nothing was imported."
                    )
                progress(Progress("storing", size, size, records.rows))
                chosen = contacts.list_named(conn, account, list_name) if list_name else None
                problems.store(conn)
                counts = target.settle(number, chosen, records)
                returning.note(conn, account, changed=named.phone is not None)
                result = Result(
                    number, chosen, named.attributes, records.rows, **counts,
                    rejected=records.rejected, numbers=records.numbers.taken, numbers_refused=records.numbers.refused,
                )  # fmt: skip
                conn.execute(
                    sql("penstock.audience", "finish_import"),
                    {**asdict(result), "columns": Jsonb(named.attributes)},
                )
        except BaseException as error:
            _failed(conn, number, error, path, shown)
            raise
    progress(Progress("done", size, size, result.rows))
    return result


def country_of(conn: psycopg.Connection[Any], account: int, told: str | None) -> str:
    """Return whose country's national numbers are meant: as told, or else by the account's policy. Raises ImportFileError."""
    if not told:
        return str(policies.read(conn, account).country)
    country = told.strip().upper()
    if not number.is_country(country):
        raise ImportFileError(
            "country", f"{told!r} is no country.", "Give the two letters of one (ISO 3166-1), as FR."
        )
    return country


def _watched(
    blocks: Iterator[bytes], reader: reading.Reader, records: Records, size: int, progress: Watch
) -> Iterator[bytes]:
    for block in blocks:
        progress(Progress("reading", min(reader.read, size), size, records.rows))
        yield block


class AlreadyImported(Exception):
    """An import that is done, or that somebody else is doing at this moment."""


class _registered:
    """The row of an import, and the lock by which others see that it lives. Those of the dead are marked failed."""

    def __init__(
        self, conn: psycopg.Connection[Any], account: int, name: str, number: int | None = None
    ) -> None:
        self._conn = conn
        self._given = {"account": account, "name": name, "lock": LOCK, "number": number}
        self._begin = "begin_import" if number is None else "go_on_with_import"
        self._number = 0

    def __enter__(self) -> int:
        self._conn.execute(sql("penstock.audience", "fail_dead_imports"), self._given)
        row = self._conn.execute(sql("penstock.audience", self._begin), self._given).fetchone()
        if row is None:
            raise AlreadyImported(f"Import {self._given['number']} is done, or runs elsewhere.")
        self._number = int(row[0])
        return self._number

    def __exit__(self, *_: object) -> None:
        if not self._conn.closed and self._conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            self._conn.execute("select pg_advisory_unlock(%s, %s)", (LOCK, self._number))


def _failed(conn: psycopg.Connection[Any], number: int, error: BaseException, path: Path, shown: str) -> None:
    """Note why, under the file's own name; a connection that is gone leaves it to the next import."""
    text = (str(error) or type(error).__name__).replace(str(path), shown)
    code = error.code if isinstance(error, ImportFileError) else None
    try:
        conn.execute(
            "update audience_import set state = 'failed', finished_at = now(), error = %s, error_code = %s where id = %s",
            (text, code, number),
        )
    except psycopg.Error:
        pass
