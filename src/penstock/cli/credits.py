"""`penstock credits …`: what an account may still send, where its credits are counted."""

from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(
    help="See an account's credits and what planned mailings will take; add some.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Channel = Annotated[str, typer.Option("--channel", metavar="NAME", help="The channel: email, or sms.")]


@app.command()
def show(account: Account = None, json: Json = False) -> None:
    """Show what is available, reserved and spent, which mailings hold some, and the date on which they run short."""
    from penstock.cli.crediting import show_credits

    with _database() as conn:
        show_credits(conn, account, json)


@app.command("top-up")
def top_up(
    amount: Annotated[
        int,
        typer.Argument(
            metavar="CREDITS", help="So many; with --take-back they are taken back, as added by mistake."
        ),
    ],
    note: Annotated[str, typer.Option("--note", help="What for; stands in the history.")] = "",
    reference: Annotated[
        str | None,
        typer.Option(help="Of an invoice or a payment. It counts once: given again, nothing is added."),
    ] = None,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Take them back instead; wants a --note.")
    ] = False,
    channel: Channel = "email",
    account: Account = None,
    json: Json = False,
) -> None:
    """Add credits. A mailing that was interrupted for too few goes on when it is resumed: it is named."""
    from penstock.cli.crediting import add_credits

    with _database() as conn:
        add_credits(conn, account, -amount if take_back else amount, channel, note, reference, json)


@app.command()
def history(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="So many entries at most.")] = 50,
    account: Account = None,
    json: Json = False,
) -> None:
    """List what was added, reserved, spent, released and returned, newest first."""
    from penstock.cli.crediting import list_entries

    with _database() as conn:
        list_entries(conn, account, limit, json)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock credits")
