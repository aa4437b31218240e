"""`penstock sms …`: what people send by SMS."""

from typing import Annotated

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(help="Messages that people send by SMS.", rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def sms() -> None:
    """Keep `inbox` a command of its own."""


@app.command()
def inbox(
    number: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Only those of this telephone number.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most.")] = 50,
    before: Annotated[
        int | None, typer.Option(metavar="ID", min=1, help="Only those before this one.")
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """List what people wrote, the newest first. STOP and its kin unsubscribe by themselves, START takes that back."""
    from penstock.cli.inbox import list_messages

    list_messages(account, number, limit, before, json)
