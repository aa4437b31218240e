"""`penstock suppression …`: addresses and telephone numbers that are not written to."""

from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json, Yes

app = typer.Typer(
    help="Addresses and telephone numbers that are not written to.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Known = Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address or a telephone number.")]
Reason = Annotated[
    str,
    typer.Option(metavar="REASON", help="manual, unsubscribed, complaint or hard_bounce."),
]


@app.command()
def add(
    addresses: Annotated[list[str] | None, typer.Argument(metavar="ADDRESS…", help="Whom.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="A list of them: an address or a number on each line."),
    ] = None,
    reason: Reason = "manual",
    account: Account = None,
    json: Json = False,
) -> None:
    """Suppress addresses and numbers. Mailings under way skip them from now on; who is so already keeps the first reason."""
    from penstock.cli import suppressing
    from penstock.cli.choosing import chosen_account

    with _database() as conn:
        suppressing.add(conn, chosen_account(conn, account), addresses or [], file, reason, json)


@app.command()
def lift(address: Known, yes: Yes = False, account: Account = None, json: Json = False) -> None:
    """Let an address or a number be written to again. Who unsubscribed must have asked for it; the journal says who lifted it."""
    from penstock.cli import suppressing
    from penstock.cli.choosing import chosen_account

    with _database() as conn:
        suppressing.lift(conn, chosen_account(conn, account), address, yes, json)


@app.command("list")
def list_(
    reason: Annotated[str | None, typer.Option(metavar="REASON", help="Only those for this reason.")] = None,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=1, max=100_000, help="So many, the newest first.")
    ] = 100,
    account: Account = None,
    json: Json = False,
) -> None:
    """List who is not written to, why, and since when; the newest first."""
    from penstock.cli import suppressing
    from penstock.cli.choosing import chosen_account

    with _database() as conn:
        suppressing.show(conn, chosen_account(conn, account), reason, most, json)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock suppression")
