"""`penstock stray …`: what came back and could not be placed."""

from typing import Annotated

import typer

from penstock.cli.options import Json

app = typer.Typer(
    help="What came back and could not be placed, or was forged.", rich_markup_mode=None, no_args_is_help=True
)

Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="Its number (`stray list`).")]
Of = Annotated[
    str | None,
    typer.Option(
        "--account", metavar="NAME", help="Only those of this account; otherwise all, and nobody's."
    ),
]


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most.")] = 50,
    before: Annotated[
        int | None, typer.Option(metavar="ID", min=1, help="Only those before this number.")
    ] = None,
    account: Of = None,
    json: Json = False,
) -> None:
    """List them, the newest first. They are thrown away after 30 days."""
    from penstock.cli.strays import list_strays

    list_strays(account, limit, before, json)


@app.command()
def show(number: Number, account: Of = None, json: Json = False) -> None:
    """Show one with its beginning, as it came, with nothing in it that moves a terminal."""
    from penstock.cli.strays import show_stray

    show_stray(number, account, json)


@app.command()
def discard(number: Number, account: Of = None, json: Json = False) -> None:
    """Throw one away."""
    from penstock.cli.strays import discard_stray

    discard_stray(number, account, json)
