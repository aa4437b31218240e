"""`penstock bounce …`: who bounced, and what it means."""

from typing import Annotated

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(
    help="Who bounced, what was said, and what that means.", rich_markup_mode=None, no_args_is_help=True
)


@app.callback()
def bounces() -> None:
    """Keep `list` a command of its own."""


@app.command("list")
def list_(
    mailing: Annotated[
        int | None, typer.Option(metavar="ID", min=1, help="Only those of this mailing.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Only those of this address.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most.")] = 50,
    before: Annotated[
        int | None, typer.Option(metavar="ID", min=1, help="Only those before this number.")
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """List them, the newest first. Hard: the address is at fault; soft: it may mend itself; blocked: the sender is."""
    from penstock.cli.bounces import list_bounces

    list_bounces(account, mailing, address, limit, before, json)
