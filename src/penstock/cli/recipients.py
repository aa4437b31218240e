"""To whom `penstock send` sends: a file that is imported on the way, or a list that is here."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from penstock.audience import columns, contacts, header, importing, lists, reading
from penstock.cli.bar import bar
from penstock.cli.endings import wrong
from penstock.cli.importing import Wanted, warn_of_mailings_under_way, warn_of_numbers
from penstock.cli.screen import number, tell

_PHASES = {"checking": "checking", "reading": "", "storing": "storing", "done": ""}


def variables_of(file: Path, wanted: Wanted) -> frozenset[str]:
    """Return the variables that the columns of `file` give; a file that is unusable as a whole raises Failure."""
    with _named(file):
        found = reading.survey(file)
        head = header.read(reading.Reader(found).blocks())
        named = columns.understand(head.names, wanted.address_column, wanted.phone_column)
        if not any(block.strip() for block in head.blocks):
            raise wrong(f"{file} has column names but no rows.", "Nothing was imported.")
    return frozenset(named.attributes) | ({columns.PHONE} if named.phone is not None else set())


def import_file(
    conn: psycopg.Connection[Any], account: int, file: Path, wanted: Wanted
) -> tuple[int, frozenset[str]]:
    """Import `file` onto a list of its own, with a bar; return the list's number and the variables of its columns."""
    name = _free_name(conn, account, f"{file.name} {datetime.now().astimezone():%Y-%m-%d %H:%M:%S}")
    with _named(file), bar() as shown:

        def watch(at: importing.Progress) -> None:
            words = [f"{number(at.rows)} rows"] if at.rows else []
            share = at.read / at.total if at.total else None
            shown.show(
                f"Importing {file.name}", "", share, " · ".join([*words, *filter(None, [_PHASES[at.phase]])])
            )

        result = importing.import_file(conn, account, file, list_name=name, progress=watch, **asdict(wanted))
    warn_of_mailings_under_way(conn, account, result)
    warn_of_numbers(conn, result)
    left = [
        (result.duplicates, "given twice"), (result.rejected, "rejected"), (result.numbers_refused, "without their number")
    ]  # fmt: skip
    words = ", ".join(f"{number(count)} {what}" for count, what in left if count)
    good = number(result.rows - result.rejected - result.duplicates)
    tell(
        f"{good} contacts imported"
        + (f"; {words}: `penstock contacts problems {result.id}`." if words else ".")
    )
    if result.rows == result.rejected or result.list is None:
        raise wrong(
            f"{file}: none of its {number(result.rows)} rows has a usable address or number.",
            "Nothing was sent.",
        )
    has_numbers = contacts.reachable(conn, account, result.list)["sms"] > 0
    return result.list, frozenset(result.attributes) | ({columns.PHONE} if has_numbers else set())


def _free_name(conn: psycopg.Connection[Any], account: int, wanted: str) -> str:
    """Return `wanted`, or with a number where a list is called so, or another send of this second is about to call one so.

    The lock is this connection's: who else finds it taken goes on to the next number, and two files never meet on one list.
    """
    for n in itertools.count(1):
        name = wanted if n == 1 else f"{wanted} ({n})"
        taken = conn.execute(
            "select pg_try_advisory_lock(hashtextextended(%s, %s))", (f"list {name}", account)
        ).fetchone()
        if taken == (True,) and not lists.page(conn, account, limit=1, name=name):
            return name
    raise AssertionError("numbers do not end")


def find_list(conn: psycopg.Connection[Any], account: int, name: str) -> int:
    """Return the number of the list `name`. Raises Failure naming those there are."""
    try:
        return contacts.find_list(conn, account, name)
    except contacts.UnknownList as error:
        raise wrong(str(error)) from None


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Say of which file it is when something is wrong with it as a whole."""
    try:
        yield
    except importing.ImportFileError as error:
        what = error.what if str(file) in error.what else f"{file}: {error.what}"
        raise wrong(what, error.cure) from None
    except OSError as error:
        raise wrong(f"{file}: {error.strerror or error}.", "Name a file that can be read.") from None
