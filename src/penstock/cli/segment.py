"""`penstock segment …`: say who is meant, count them, keep it under a name."""

from typing import Annotated

import typer

from penstock.cli.options import Account, Json, Yes

app = typer.Typer(
    help="Say who is meant by conditions, and keep it under a name.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Which = Annotated[str, typer.Argument(metavar="SEGMENT", help="Its name, or its number.")]
Text = Annotated[
    str,
    typer.Argument(
        metavar="CONDITIONS",
        help="""Who is meant: 'city is "Paris" and not on list "Staff"'. A JSON document is understood, too; - reads stdin.""",
    ),
]
First = Annotated[int, typer.Option("--first", metavar="N", min=0, max=1000, help="Show so many of them.")]
Seconds = Annotated[
    float, typer.Option("--seconds", metavar="S", min=0.1, max=30, help="Count no longer than this.")
]


@app.command("list")
def list_(account: Account = None, json: Json = False) -> None:
    """List the segments."""
    from penstock.cli import segmenting

    segmenting.list_segments(account, json=json)


@app.command()
def show(which: Which, account: Account = None, json: Json = False) -> None:
    """Show a segment: its conditions, in both forms with --json."""
    from penstock.cli import segmenting

    segmenting.show(account, which, json=json)


@app.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is called; no two have the same name.")
    ],
    conditions: Text,
    account: Account = None,
    json: Json = False,
) -> None:
    """Keep conditions under a name."""
    from penstock.cli import segmenting

    segmenting.create(account, name, conditions, json=json)


@app.command()
def edit(
    which: Which,
    conditions: Annotated[
        str | None, typer.Option("--to", metavar="CONDITIONS", help="Who is meant from now on.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    expect: Annotated[
        int | None,
        typer.Option("--expect", metavar="VERSION", min=1, help="Only if it is at this version still."),
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Change a segment. Mailings that were submitted keep what it was then."""
    from penstock.cli import segmenting

    segmenting.edit(account, which, conditions, name, expect, json=json)


@app.command()
def delete(which: Which, yes: Yes = False, account: Account = None) -> None:
    """Delete a segment that no mailing goes by."""
    from penstock.cli import segmenting

    segmenting.delete(account, which, yes=yes)


@app.command()
def count(
    which: Annotated[str | None, typer.Argument(metavar="SEGMENT", help="Its name, or its number.")] = None,
    of: Annotated[
        str | None,
        typer.Option("--of", metavar="CONDITIONS", help="Conditions that are not kept, in place of it."),
    ] = None,
    first: First = 0,
    seconds: Seconds = 30.0,
    account: Account = None,
    json: Json = False,
) -> int:
    """Count whom a segment means now."""
    from penstock.cli import segmenting

    return segmenting.count(account, which, of, first, seconds, json=json)


@app.command()
def index(
    attribute: Annotated[
        str, typer.Argument(metavar="ATTRIBUTE", help="An attribute that segments often ask for.")
    ],
    number: Annotated[
        bool, typer.Option("--number", help="It is asked for as a number; else as a text or a date.")
    ] = False,
    account: Account = None,
    json: Json = False,
) -> None:
    """Make an attribute quick to ask for: an index is built, which a worker does in the background."""
    from penstock.cli import segmenting

    segmenting.index(account, attribute, "number" if number else "text", json=json)


@app.command()
def indexes(account: Account = None, json: Json = False) -> None:
    """List the attributes that are quick to ask for."""
    from penstock.cli import segmenting

    segmenting.list_indexes(account, json=json)


@app.command("drop-index")
def drop_index(
    number: Annotated[
        int, typer.Argument(metavar="ID", help="The index's number (`segment indexes`).", min=1)
    ],
    account: Account = None,
) -> None:
    """Let an index go."""
    from penstock.cli import segmenting

    segmenting.drop_index(account, number)
