"""`penstock list …`: lists of contacts, and which of them people may leave and join themselves."""

from typing import Annotated

import typer

from penstock.cli.options import Account, Json, Yes

app = typer.Typer(
    help="Lists of contacts, and which of them people may leave and join themselves.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Which = Annotated[str, typer.Argument(metavar="LIST", help="Its name, or its number.")]
Public = Annotated[
    bool | None,
    typer.Option(
        "--public/--private",
        help="Whether people may leave and join it, on the page that the link to unsubscribe leads to.",
    ),
]
Title = Annotated[
    str | None,
    typer.Option("--title", metavar="TEXT", help="What they read there; a public list needs one."),
]
Description = Annotated[
    str | None, typer.Option("--description", metavar="TEXT", help="What they read below it.")
]


@app.command("list")
def list_(account: Account = None, json: Json = False) -> None:
    """List the lists."""
    from penstock.cli import enlisting

    enlisting.list_lists(account, json=json)


@app.command()
def show(which: Which, account: Account = None, json: Json = False) -> None:
    """Show a list, with how many contacts are on it."""
    from penstock.cli import enlisting

    enlisting.show(account, which, json=json)


@app.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is called; no two have the same name.")
    ],
    public: Public = False,
    title: Title = None,
    description: Description = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Make an empty list; an import fills it."""
    from penstock.cli import enlisting

    given = {"public": public or False, "title": title or "", "description": description or ""}
    enlisting.create(account, name, given, json=json)


@app.command()
def change(
    which: Which,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Call it so.")] = None,
    public: Public = None,
    title: Title = None,
    description: Description = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Change a list's name, and whether and as what people see it."""
    from penstock.cli import enlisting

    given = {"name": name, "public": public, "title": title, "description": description}
    enlisting.change(account, which, given, json=json)


@app.command()
def delete(which: Which, account: Account = None, yes: Yes = False) -> None:
    """Delete a list; its contacts stay."""
    from penstock.cli import enlisting

    enlisting.delete(account, which, yes=yes)
