"""`penstock contacts …`: bring contacts in, count them, give them out."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(help="Import, count and export contacts.", rich_markup_mode=None, no_args_is_help=True)
contacts = app

List = Annotated[str | None, typer.Option("--list", metavar="NAME", help="Only this list.")]


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file; its first line names the columns.")
    ],
    to: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Put them on this list, made when missing.")
    ] = None,
    address_column: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="The column with the addresses, when its name is not 'email' or alike."
        ),
    ] = None,
    account: Account = None,
    json: Json = False,
) -> int:
    """Import contacts from a CSV file. Those that are here already are updated; unusable lines are reported."""
    from penstock.cli.choosing import chosen_account
    from penstock.cli.importing import show_import

    with _database() as conn:
        return show_import(conn, chosen_account(conn, account), file, to, address_column, json)


@app.command()
def count(of: List = None, account: Account = None, json: Json = False) -> None:
    """Print how many contacts there are."""
    from penstock.audience import contacts as room
    from penstock.cli.choosing import chosen_account
    from penstock.cli.screen import document, written

    with _database() as conn:
        chosen = chosen_account(conn, account)
        n = room.count(conn, chosen, _list(conn, chosen, of))
        if json:
            document({"contacts": n, "list": of})
        else:
            written(str(n))


@app.command()
def export(of: List = None, account: Account = None) -> None:
    """Write the contacts as CSV to stdout: the address and every attribute. Importing it again changes nothing."""
    from penstock.audience import contacts as room
    from penstock.cli.choosing import chosen_account

    with _database() as conn:
        chosen = chosen_account(conn, account)
        for block in room.export(conn, chosen, _list(conn, chosen, of)):
            sys.stdout.buffer.write(block)


@app.command()
def problems(
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="The import's number.", min=1)],
    account: Account = None,
    json: Json = False,
) -> None:
    """Write as CSV which lines of an import were rejected or given twice: line, kind, value, reason."""
    from penstock.audience import problems as room
    from penstock.cli.choosing import chosen_account
    from penstock.cli.endings import wrong
    from penstock.cli.screen import document

    with _database() as conn:
        if not room.exists(conn, chosen_account(conn, account), number):
            raise wrong(f"There is no import {number}.")
        if json:
            document([each._asdict() for each in room.problems(conn, number)])
            return
        for block in room.report(conn, number):
            sys.stdout.buffer.write(block)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock contacts")


def _list(conn: Any, account: int, name: str | None) -> int | None:
    from penstock.audience.contacts import UnknownList, find_list
    from penstock.cli.endings import wrong

    try:
        return None if name is None else find_list(conn, account, name)
    except UnknownList as error:
        raise wrong(str(error)) from None
