"""`penstock order …`: tell what contacts bought, and see what it is counted for."""

from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(
    help="Tell orders; each counts for the mailing that its buyer clicked in last.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.command()
def add(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The shop's own number of the order.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who bought: a contact's address.")],
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="A decimal: 20.50.")],
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="Three letters of ISO 4217: EUR.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When: 2026-12-31T12:00:00Z; without it, now.")
    ] = None,
    account: Account = None,
    json: Json = False,
) -> int:
    """Tell one order. Told again with its key it is not counted again."""
    from penstock.cli import ordering

    with _database() as conn:
        return ordering.add(conn, account, {"key": key, "address": address, "amount": amount, "currency": currency, "at": at}, json)  # fmt: skip


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with the columns key, address, amount, currency and, if there is one, at.")
    ],
    account: Account = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Tell the orders of a file. What was told before is not counted again, so a whole export can be told every day."""
    from penstock.cli import ordering

    with _database() as conn:
        return ordering.import_file(conn, account, file, json)


@app.command("list")
def list_(
    mailing: Annotated[
        int | None, typer.Option("--mailing", metavar="ID", min=1, help="Only those counted for it.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Only the one with this number of the shop.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="So many at most.")] = 50,
    account: Account = None,
    json: Json = False,
) -> None:
    """List orders, the newest first."""
    from penstock.cli import ordering

    with _database() as conn:
        ordering.list_orders(conn, account, mailing, key, limit, json)


@app.command()
def cancel(
    keys: Annotated[list[str], typer.Argument(metavar="KEY…", help="The shop's numbers of the orders.")],
    account: Account = None,
    json: Json = False,
) -> int:
    """Cancel orders: they stay, and count for no mailing any more. Status 1: there is no such order."""
    from penstock.cli import ordering

    with _database() as conn:
        return ordering.cancel(conn, account, keys, json)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock order")
