"""An import on the screen: its bar, what came of it, the first lines that were not taken."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from penstock.audience import contacts, importing
from penstock.audience.problems import Problem, commonest, problems
from penstock.cli.bar import bar
from penstock.cli.endings import Exit, wrong
from penstock.cli.screen import document, line, number, table, tell, written
from penstock.mailing import mailings
from penstock.transport.reply import UNPRINTABLE

_SHOWN = 10  # problems on the screen; all of them are in the report
_PHASES = {"checking": "checking the encoding", "reading": "reading", "storing": "storing", "done": "done"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said about a file: its columns of addresses and of telephone numbers, and whose the national ones are."""

    address_column: str | None = None
    phone_column: str | None = None
    country: str | None = None


def show_import(
    conn: psycopg.Connection[Any], account: int, file: Path, to: str | None, wanted: Wanted, json: bool
) -> int:
    """Import `file` under a bar and write the result; status 1 when not one row was usable."""
    if to is not None and not to.strip():
        raise wrong("--list needs a name.")
    if to is not None and UNPRINTABLE.search(to):
        raise wrong(
            f"--list {to!r} has control characters in it.", "Give the list a name of one printable line."
        )
    try:
        with bar() as shown:

            def watch(at: importing.Progress) -> None:
                share = at.read / at.total if at.total and at.phase != "storing" else None
                rows = f"{number(at.rows)} rows" if at.rows else ""
                shown.show(f"Importing {file.name}", _PHASES[at.phase], share, rows)

            result = importing.import_file(
                conn, account, file, list_name=to, progress=watch, **asdict(wanted)
            )
    except importing.ImportFileError as error:
        what = error.what if str(file) in error.what else f"{file}: {error.what}"
        raise wrong(what, error.cure) from None
    warn_of_mailings_under_way(conn, account, result)
    warn_of_numbers(conn, result)
    found = problems(conn, result.id, most=_SHOWN)
    if json:
        total = contacts.count(conn, account)
        document({**result.document(), "contacts": total, "problems": [each._asdict() for each in found]})
    else:
        _write(result, found)
    return Exit.FAILED if result.rows == result.rejected else Exit.DONE


def warn_of_mailings_under_way(conn: psycopg.Connection[Any], account: int, result: importing.Result) -> None:
    """Say whom new values reach: a message takes them when it is made, not when its mailing was started."""
    going = mailings.under_way(conn, account) if result.updated else []
    if going:
        which = ", ".join(map(str, going[:5])) + (" …" if len(going) > 5 else "")
        tell(
            f"warning: {number(result.updated)} contacts were changed while mailing {which} is not finished:"
            " whoever it has not reached yet gets the new values."
        )


def warn_of_numbers(conn: psycopg.Connection[Any], result: importing.Result) -> None:
    """Say that a column of telephone numbers held none, which a single figure does not tell, and what to do to keep it."""
    if result.numbers or not result.numbers_refused:
        return
    reason, lines = commonest(conn, result.id, "number")
    tell(
        f"warning: not one of the {number(result.numbers_refused)} telephone numbers was taken, so that nobody of this file gets an SMS;"
        f" the column is no attribute either. In {number(lines)} lines the number {line(reason.partition(';')[0])}."
        " --country says whose the national ones are, --phone-column which column holds them; --phone-column '' has it imported as it is."
    )


def _write(result: importing.Result, found: list[Problem]) -> None:
    figures = ("rows", "created", "updated", "unchanged", "duplicates", "rejected")
    for name in figures:
        written(f"{number(getattr(result, name)):>12}  {name}")
    if result.numbers_refused:
        written(f"{number(result.numbers_refused):>12}  without their number, which was no good")
    if not found:
        return
    tell(
        table(
            ("line", "value", "reason"),
            [(each.line, each.value[:40], each.reason) for each in found],
            right="line",
        )
    )
    tell(f"All of them: `penstock contacts problems {result.id}`.")
