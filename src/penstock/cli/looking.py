"""`penstock mailing preview`, `recipients`, `test`, `tests`: the options of looking at a mailing before it goes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.options import Id, Json

AsWhom = Annotated[
    str | None, typer.Option("--as", metavar="ADDRESS", help="As the contact with this address.")
]
Contact = Annotated[
    int | None, typer.Option("--contact", metavar="N", min=1, help="As the contact of this number.")
]


def preview(
    mailing: Id,
    as_whom: AsWhom = None,
    contact: Contact = None,
    next_: Annotated[bool, typer.Option("--next", help="As whoever comes after that one.")] = False,
    previous: Annotated[bool, typer.Option("--previous", help="As whoever comes before that one.")] = False,
    worst: Annotated[
        bool, typer.Option("--worst", help="Walk whom the analysis found something about, the worst first.")
    ] = False,
    case: Annotated[
        int | None, typer.Option("--case", metavar="FINDING", min=1, help="Walk the cases of this finding.")
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="The HTML part.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The text part alone.")] = False,
    source: Annotated[bool, typer.Option("--source", help="All of it, by the byte.")] = False,
    headers: Annotated[bool, typer.Option("--headers", help="Every header.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Into a file; .eml is the source, .html a page."),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="In the browser, where nothing in it runs or is loaded.")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="In a page: load pictures from outside too, which tells them.")
    ] = False,
    json: Json = False,
) -> int:
    """Show the message as a recipient gets it, by the very bytes: the first, or the one who is named."""
    from penstock.cli import previewing

    forms = [
        name
        for name, said in (("html", html), ("text", text), ("source", source), ("headers", headers))
        if said
    ]
    wanted = previewing.Wanted(
        as_whom, contact, previewing.step(next_, previous), worst, case, previewing.form(forms, json, output), output, open_, pictures
    )  # fmt: skip
    with _database() as conn:
        return previewing.show(conn, mailing, wanted)


def recipients(
    mailing: Id,
    words: Annotated[
        str, typer.Argument(help="Only those whose address begins so, or the value of a variable.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, in the order of previews.")] = 50,
    json: Json = False,
) -> None:
    """Show to whom a mailing goes: whom its audience means now, or, once it is frozen, who stands in its ledger."""
    from penstock.cli import previewing

    with _database() as conn:
        previewing.show_recipients(conn, mailing, words, limit, json)


def test(
    mailing: Id,
    addresses: Annotated[
        list[str] | None, typer.Argument(metavar="[ADDRESS]…", help="Where it is to go.")
    ] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="A test group: everybody on this list.")
    ] = None,
    as_whom: AsWhom = None,
    contact: Contact = None,
    prefix: Annotated[
        str, typer.Option(help="Put before the subject; without it the subject is as it will be.")
    ] = "",
    json: Json = False,
) -> int:
    """Send the message to a few addresses to try it, and show what their server answered. Status 1: not all were accepted.

    Each gets it as the contact that it is, or as the one who is named; in whatever state the mailing is.
    """
    from penstock.cli import trial

    with _database() as conn:
        wanted = trial.Wanted(addresses or [], list_name, as_whom, contact, prefix)
        return trial.send(conn, mailing, wanted, json)


def tests(mailing: Id, json: Json = False) -> None:
    """Show the test sends of a mailing, the newest first."""
    from penstock.cli import trial

    with _database() as conn:
        trial.show(conn, mailing, json)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock mailing")
