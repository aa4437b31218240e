"""`penstock mailing add-step`, `mailing chain`: the options of what makes and shows chains of mailings."""

from pathlib import Path
from typing import Annotated

import typer

from penstock.cli.options import Id, Json

Name = Annotated[str, typer.Option("--name", help="Name of the step.")]
After = Annotated[
    str,
    typer.Option(
        "--after", metavar="DELAY", help="So long after the earlier step reached somebody: 90m, 36h, 2d."
    ),
]
OnCondition = Annotated[
    str,
    typer.Option(
        "--condition",
        metavar="WHICH",
        help="all, opened, not-opened, clicked, not-clicked or bounced; judged then.",
    ),
]


def add_step(
    mailing: Id,
    name: Name,
    after: After = "0",
    condition: OnCondition = "all",
    follows: Annotated[
        int | None,
        typer.Option(metavar="ID", min=1, help="The step whose recipients it goes to; else the last."),
    ] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Only those of them on this list.")
    ] = None,
    sender: Annotated[str | None, typer.Option("--from", metavar="MAILBOX", help="From.")] = None,
    subject: Annotated[str | None, typer.Option(help="Subject.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="HTML body; an .mjml file is compiled, a .json file is a design.")
    ] = None,
    text: Annotated[Path | None, typer.Option(help="Text body.")] = None,
    sms: Annotated[
        str | None, typer.Option("--sms", metavar="TEXT", help="The step is this short message.")
    ] = None,
    json: Json = False,
) -> None:
    """Add a step to the chain of a mailing, as a draft; a mailing without a chain begins one.

    Whom the earlier step reached gets it, after the delay, on the condition. What is not said of the message is as in that step;
    with --sms it is a short message, and who has no number is skipped.
    """
    from penstock.cli.chaining import Said, add
    from penstock.platform import database

    database.ready()
    with database.connect(name="penstock mailing add-step") as conn:
        said = Said(name, after, condition, follows, list_name, sender, subject, html, text, sms)
        add(conn, mailing, said, json)


def chain(mailing: Id, json: Json = False) -> None:
    """Show the chain that a mailing belongs to, step by step."""
    from penstock.cli.chaining import show
    from penstock.platform import database

    database.ready()
    with database.connect(name="penstock mailing chain") as conn:
        show(conn, mailing, json)
