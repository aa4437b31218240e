"""`penstock text …`: what a short message takes, before anything is sent: parts, coding, and what makes it long."""

from typing import Annotated

import typer

app = typer.Typer(
    help="See how long a short message is, and what makes it so.", rich_markup_mode=None, no_args_is_help=True
)
text = app


@app.command()
def check(
    words: Annotated[
        str, typer.Argument(metavar="TEXT", help="The message; - reads it from standard input.")
    ],
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME=VALUE",
            help="A value for {{ NAME }}, stop_hint too; without one it is empty. Repeatable.",
        ),
    ] = None,
    alphabets: Annotated[
        str, typer.Option(metavar="LANGUAGES", help="National tables that may be used, as 'turkish spanish'.")
    ] = "off",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Print the text with what the default alphabet has instead (’ to ')."),
    ] = False,
    spelling: Annotated[
        bool, typer.Option("--spelling", help="With --replace: also where it changes the spelling (ê to e).")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say how many parts a text takes, in which coding, and which characters force UCS-2; needs no database."""
    from penstock.cli.wording import Wanted, tell_length, tell_replaced

    wanted = Wanted(words, tuple(given or ()), alphabets)
    if replace:
        tell_replaced(wanted, spelling=spelling)
    else:
        tell_length(wanted, json=json)
