"""`penstock kill-switch …`: stop all sending of a kind, at once, until it is lifted."""

from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(
    help="Stop sending of a kind, at once, until it is lifted.", rich_markup_mode=None, no_args_is_help=True
)


@app.command()
def put(
    scope: Annotated[
        str,
        typer.Argument(
            help="all, account, channel and sender interrupt mailings; domain and transport hold back whom they concern."
        ),
    ],
    value: Annotated[
        str,
        typer.Argument(
            help="The channel, the sender's address (of an SMS its sender), the domain or country, or the transport's number."
        ),
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; goes to the journal.")] = "",
    expires: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Until then: 2026-12-01T09:00, 09:00 or +2h; else until lifted."),
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Put a switch: nothing that it concerns leaves any more.

    For every account, unless --account or the scope account names one. When it ends, nothing is resumed by itself.
    """
    from penstock.cli.switching import put_switch

    with _database() as conn:
        put_switch(conn, scope, value, reason, expires, account, json)


@app.command()
def lift(
    number: Annotated[
        int, typer.Argument(metavar="ID", help="The switch's number (`kill-switch list`).", min=1)
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; goes to the journal.")] = "",
    json: Json = False,
) -> None:
    """Lift a switch. Whom it held back is sent to; what it interrupted waits to be resumed."""
    from penstock.cli.switching import lift_switch

    with _database() as conn:
        lift_switch(conn, number, reason, json)


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Those lifted as well.")] = False,
    account: Account = None,
    json: Json = False,
) -> None:
    """List the switches, newest first."""
    from penstock.cli.switching import list_switches

    with _database() as conn:
        list_switches(conn, account, every, json)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock kill-switch")
