"""`penstock mailing report`, `compare`, `export`, `figures`: the options of looking at what became of mailings."""

from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Id, Json

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Into this file; without it to standard output."),
]


def report(mailing: Id, json: Json = False) -> None:
    """Show whom a mailing reached, whom not and why, what they did, and what it brought in.

    Each share names what it is a share of. With --json also by domain, reason and hour.
    """
    from penstock.cli import reporting

    with _database() as conn:
        reporting.show(conn, mailing, json)


def compare(
    mailings: Annotated[list[int], typer.Argument(metavar="ID…", help="Mailings, up to 20.")],
    chain: Annotated[
        bool, typer.Option("--chain", help="All steps of the chain of this one, or it and its corrections.")
    ] = False,
    account: Account = None,
    json: Json = False,
) -> None:
    """Show mailings beside each other."""
    from penstock.cli import reporting

    with _database() as conn:
        reporting.compare(conn, account, mailings, chain, json)


def export(
    mailing: Id,
    output: Output = None,
    form: Annotated[
        str, typer.Option("--format", help="Of the files in it: csv, or jsonl (a line for each).")
    ] = "csv",
) -> None:
    """Write everything of a mailing as one ZIP archive: report, ledger, events, links, orders, bounces and journal."""
    from penstock.cli import reporting

    with _database() as conn:
        reporting.export_mailing(conn, mailing, output, form)


def figures(
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Only mailings begun since then: 2026-12-01."),
    ] = None,
    output: Output = None,
    account: Account = None,
) -> None:
    """Write the figures of all mailings of an account as CSV, one a line."""
    from penstock.cli import reporting

    with _database() as conn:
        reporting.export_figures(conn, account, since, output)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock mailing")
