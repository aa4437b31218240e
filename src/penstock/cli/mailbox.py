"""`penstock mailbox …`: where bounces and complaints are picked up by IMAP."""

from typing import Annotated, Literal

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(
    help="Mailboxes that bounces are picked up from: add, read, watch and change them.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Which = Annotated[
    str, typer.Argument(metavar="MAILBOX", help="The mailbox's name or number (`mailbox list`).")
]
Afterwards = Literal["seen", "move", "delete", "leave"]
Folder = Annotated[str | None, typer.Option(help="The folder to read; otherwise INBOX.")]
Then = Annotated[
    Afterwards | None,
    typer.Option("--then", help="What becomes of a message that was placed; otherwise it is marked as seen."),
]
DoneFolder = Annotated[
    str | None, typer.Option(metavar="FOLDER", help="Where such messages move to, with --then move.")
]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called; shown in lists and in the journal.")],
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="imaps://user:password@imap.example.org; - reads it from standard input."
        ),
    ],
    folder: Folder = None,
    then: Then = None,
    done_folder: DoneFolder = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Add a mailbox; it is read every minute from now on. The password is kept encrypted, and shown to nobody."""
    from penstock.cli.mailboxes import add_mailbox

    add_mailbox(name, url, account, json, folder=folder, afterwards=then, done_folder=done_folder)


@app.command("list")
def list_(account: Account = None, json: Json = False) -> None:
    """List the mailboxes and how they fare."""
    from penstock.cli.mailboxes import list_mailboxes

    list_mailboxes(account, json)


@app.command()
def show(which: Which, account: Account = None, json: Json = False) -> None:
    """Show a mailbox: where it is, what becomes of its messages, and how it fares."""
    from penstock.cli.mailboxes import show_mailbox

    show_mailbox(which, account, json)


@app.command()
def read(which: Which, account: Account = None, json: Json = False) -> int:
    """Read a mailbox now, here, and say how it went. Exit status 1 when it cannot be read."""
    from penstock.cli.mailboxes import read_mailbox

    return read_mailbox(which, account, json)


@app.command()
def edit(
    which: Which,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Another address; - reads it from standard input.")
    ] = None,
    folder: Folder = None,
    then: Then = None,
    done_folder: DoneFolder = None,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Read it, or do not.")] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Change a mailbox. Another server or folder is read from its beginning."""
    from penstock.cli.mailboxes import edit_mailbox

    given = {
        "name": name, "url": url, "folder": folder, "afterwards": then, "done_folder": done_folder, "enabled": enabled,
    }  # fmt: skip
    edit_mailbox(which, account, json, given)


@app.command()
def delete(which: Which, account: Account = None, json: Json = False) -> None:
    """Forget a mailbox. What lies in it stays there."""
    from penstock.cli.mailboxes import delete_mailbox

    delete_mailbox(which, account, json)
