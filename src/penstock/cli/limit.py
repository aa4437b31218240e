"""`penstock limit …`: how fast, and over how many connections at most, something is sent to."""

from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(
    help="Limits of speed and connections, changed while mailings run.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.command("set")
def set_(
    scope: Annotated[str, typer.Argument(help="account, transport, domain; all: the whole installation.")],
    value: Annotated[
        str, typer.Argument(help="The transport's number or the domain; an account has none, or its number.")
    ] = "",
    rate: Annotated[
        str | None,
        typer.Option(
            metavar="N/s", help="No more than this, evenly: 100/s, 5000/min, 1000/h, 20000/d. Of SMS, parts."
        ),
    ] = None,
    connections: Annotated[
        int | None,
        typer.Option(
            min=1, help="No more than so many, over all senders; to a domain: messages on the wire at a time."
        ),
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Set a limit from now on, in place of the one of the same scope and value.

    `all` and `account` with a number are the platform's limits; so is any with --account all.
    """
    from penstock.cli.limiting import set_limit

    with _database() as conn:
        set_limit(conn, scope, value, rate, connections, account, json)


@app.command()
def remove(
    number: Annotated[int, typer.Argument(metavar="ID", help="The limit's number (`limit list`).", min=1)],
    json: Json = False,
) -> None:
    """Take a limit away, from now on."""
    from penstock.cli.limiting import remove_limit

    with _database() as conn:
        remove_limit(conn, number, json)


@app.command("list")
def list_(account: Account = None, json: Json = False) -> None:
    """List the limits, and the domains that are asked less because they refuse for now."""
    from penstock.cli.limiting import list_limits

    with _database() as conn:
        list_limits(conn, account, json)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock limit")
