"""`penstock contacts …`: bring contacts in, count them, give them out; one person's story, data and erasure."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Country, Json, Yes

app = typer.Typer(
    help="Import, count, export and erase contacts; one person's story.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
contacts = app

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's address or telephone number.")]
Which = Annotated[
    int | None,
    typer.Option(
        "--contact",
        metavar="ID",
        min=1,
        help="Of several with this telephone number: the contact of this ID.",
    ),
]
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
    phone_column: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="The column with the telephone numbers, when its name is not 'phone', 'mobile' or alike.",
        ),
    ] = None,
    country: Country = None,
    account: Account = None,
    json: Json = False,
) -> int:
    """Import contacts from a CSV file. Those that are here already are updated; unusable lines are reported."""
    from penstock.cli.choosing import chosen_account
    from penstock.cli.importing import Wanted, show_import

    with _database() as conn:
        wanted = Wanted(address_column, phone_column, country)
        return show_import(conn, chosen_account(conn, account), file, to, wanted, json)


@app.command()
def count(of: List = None, account: Account = None, json: Json = False) -> None:
    """Print how many contacts there are; with --json also how many can be reached by e-mail and by SMS."""
    from penstock.audience import contacts as room
    from penstock.cli.choosing import chosen_account
    from penstock.cli.screen import document, written

    with _database() as conn:
        chosen = chosen_account(conn, account)
        n = room.count(conn, chosen, _list(conn, chosen, of))
        if json:
            document(
                {
                    "contacts": n,
                    "list": of,
                    "reachable": room.reachable(conn, chosen, _list(conn, chosen, of)),
                }
            )
        else:
            written(str(n))


@app.command()
def export(of: List = None, account: Account = None) -> None:
    """Write the contacts as CSV to stdout: address, number and every attribute. Importing it again changes nothing."""
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
    """Write as CSV which lines of an import were rejected, given twice or without their number: line, kind, value, reason."""
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


@app.command()
def story(
    address: Address,
    contact: Which = None,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=1, max=10_000, help="So many entries.")
    ] = 100,
    account: Account = None,
    json: Json = False,
) -> None:
    """Print what happened to one person, newest first: what they were sent and what became of it, what came back, what they did.

    Several people may have one telephone number: then each one's is printed.
    """
    from penstock.cli import dossier
    from penstock.cli.choosing import chosen_account

    with _database() as conn:
        dossier.show_story(conn, chosen_account(conn, account), address, contact, most, json)


@app.command()
def data(
    address: Address,
    contact: Which = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Into this file; without it to standard output."),
    ] = None,
    account: Account = None,
) -> None:
    """Write everything that is held about one person as a ZIP archive, to be given to them (GDPR, Articles 15 and 20)."""
    from penstock.cli import dossier
    from penstock.cli.choosing import chosen_account

    with _database() as conn:
        dossier.write_data(conn, chosen_account(conn, account), address, contact, output)


@app.command()
def erase(
    addresses: Annotated[list[str] | None, typer.Argument(metavar="ADDRESS…", help="Whom.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="Everybody whose address, or number with its +, stands in this file.",
        ),
    ] = None,
    keep_out: Annotated[
        bool, typer.Option("--keep-out", help="They are not to be mailed, whoever brings their addresses.")
    ] = False,
    again: Annotated[
        Path | None,
        typer.Option(
            "--again",
            metavar="FILE",
            help="After a restore: everybody whom `contacts erased` had listed in this file.",
        ),
    ] = None,
    yes: Yes = False,
    account: Account = None,
    json: Json = False,
) -> None:
    """Erase people with everything that names them (GDPR, Article 17). Ledgers go on adding up: a pseudonym stands in place of the address.

    Running mailings skip them. A suppression stays, as a hash that is honoured when somebody with the address comes back.
    """
    from penstock.cli import dossier
    from penstock.cli.choosing import chosen_account

    with _database() as conn:
        chosen = chosen_account(conn, account)
        found = dossier.here_again(conn, chosen, again) if again else []
        dossier.erase(conn, chosen, (addresses or []) + found, file, keep_out, yes, json)


@app.command()
def erased(account: Account = None) -> None:
    """Write the pseudonyms of those who were erased, and when, as CSV: kept beside backups, it has them erased again after a restore."""
    from penstock.cli.choosing import chosen_account
    from penstock.personal import again

    with _database() as conn:
        for pseudonym, at in again.erased(conn, chosen_account(conn, account)):
            sys.stdout.write(f"{pseudonym},{at}\n")


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
