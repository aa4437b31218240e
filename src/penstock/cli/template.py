"""`penstock template …`: messages kept to make mailings from."""

from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json, Yes

app = typer.Typer(
    help="Keep messages to make mailings from, in all their versions.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Which = Annotated[str, typer.Argument(metavar="TEMPLATE", help="Its name, or its number.")]
Sender = Annotated[str | None, typer.Option("--from", metavar="MAILBOX", help="From.")]
Subject = Annotated[str | None, typer.Option(help="Subject; may hold Liquid.")]
Html = Annotated[
    Path | None,
    typer.Option(help="HTML body; an .mjml file is compiled, a .json file is a design of blocks."),
]
Text = Annotated[Path | None, typer.Option(help="Text body; made from the HTML when missing.")]
ReplyTo = Annotated[str | None, typer.Option(metavar="MAILBOX", help="Reply-To.")]
Header = Annotated[
    list[str] | None, typer.Option(metavar="'NAME: VALUE'", help="A further header; repeatable.")
]


@app.command("list")
def list_(account: Account = None, json: Json = False) -> None:
    """List the templates."""
    from penstock.cli import templating

    templating.list_templates(account, json=json)


@app.command()
def show(
    which: Which,
    version: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="As it was in this version.")
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Show a template: what it holds, its versions, and what would keep a mailing of it from being submitted."""
    from penstock.cli import templating

    templating.show_template(account, which, version, json=json)


@app.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is called; no two have the same name.")
    ],
    sender: Sender = None,
    subject: Subject = None,
    html: Html = None,
    text: Text = None,
    reply_to: ReplyTo = None,
    header: Header = None,
    sms: Annotated[bool, typer.Option("--sms", help="A short message: --from and --text only.")] = False,
    mailing: Annotated[
        int | None, typer.Option(metavar="ID", min=1, help="Take the message of this mailing instead.")
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Keep a message, or a mailing's, as a template."""
    from penstock.cli import templating

    given = _given(sender, subject, html, text, reply_to, header)
    templating.create_template(account, name, given, sms=sms, mailing=mailing, json=json)


@app.command()
def edit(
    which: Which,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    sender: Sender = None,
    subject: Subject = None,
    html: Html = None,
    text: Text = None,
    reply_to: ReplyTo = None,
    header: Header = None,
    version: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Take the message of this earlier version again.")
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Change a template; what is not named stays. Mailings made from it stay as they are."""
    from penstock.cli import templating

    given = _given(sender, subject, html, text, reply_to, header)
    templating.edit_template(account, which, given, name=name, version=version, json=json)


@app.command()
def use(
    which: Which,
    list_name: Annotated[str, typer.Option("--list", metavar="NAME", help="The list to send to.")],
    via: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Server, as in `penstock send`; else the account's only one."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the mailing; else the template's.")] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Make a mailing from a template, as a draft: `penstock mailing edit` and `submit` go on from there."""
    from penstock.cli import templating

    templating.use_template(account, which, list_name, via=via, name=name, json=json)


@app.command()
def delete(which: Which, yes: Yes = False, account: Account = None, json: Json = False) -> None:
    """Delete a template with its versions; mailings made from it stay."""
    from penstock.cli import templating

    templating.delete_template(account, which, yes=yes, json=json)


def _given(
    sender: str | None, subject: str | None, html: Path | None, text: Path | None, reply_to: str | None,
    header: list[str] | None,
) -> dict[str, Any]:  # fmt: skip
    """Return the members of the message that were named. Raises Failure for files that cannot be read."""
    from penstock.cli.asked import message_parts, read_headers

    told = {"sender": sender, "subject": subject, "reply_to": reply_to}
    return {
        **{name: value for name, value in told.items() if value is not None},
        **({"headers": read_headers(header)} if header else {}),
        **message_parts(html, text),
    }
