"""All commands by name. Their modules declare options only; what a command needs is imported when it runs."""

import sys

import typer

from penstock.cli import (
    account,
    bounce,
    catch,
    contacts,
    credits,
    demo,
    domain,
    limit,
    lists,
    mailbox,
    mailing,
    order,
    picture,
    running,
    segment,
    send,
    sms,
    stray,
    suppression,
    switch,
    template,
    text,
    token,
    transport,
    upkeep,
    user,
)
from penstock.cli.endings import Exit

_EPILOG = (
    "Exit status: 0 done, 1 failed, 2 wrong usage or refused, 3 interrupted, 4 paused, 5 cancelled.   "
    "Environment: PENSTOCK_HOME, PENSTOCK_DATABASE_URL, PENSTOCK_BASE_URL, PENSTOCK_SECRET_KEY."
)

# Without rich, help is there in a third of the time.
app = typer.Typer(
    name="penstock",
    help="Bulk mail from your own machine: every message accounted for, none sent twice.",
    epilog=_EPILOG,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("send")(send.send)
app.command("demo")(demo.demo)
app.command("up")(running.up)
app.command("down")(running.down)
app.command("web")(running.web)
app.command("worker")(running.worker)
app.command("inbound")(running.inbound)
app.add_typer(catch.app, name="catch")
app.add_typer(mailing.app, name="mailing")
app.add_typer(contacts.app, name="contacts")
app.add_typer(lists.app, name="list")
app.add_typer(segment.app, name="segment")
app.add_typer(suppression.app, name="suppression")
app.add_typer(domain.app, name="domain")
app.add_typer(transport.app, name="transport")
app.add_typer(bounce.app, name="bounce")
app.add_typer(sms.app, name="sms")
app.add_typer(mailbox.app, name="mailbox")
app.add_typer(stray.app, name="stray")
app.add_typer(template.app, name="template")
app.add_typer(text.app, name="text")
app.add_typer(picture.app, name="picture")
app.add_typer(credits.app, name="credits")
app.add_typer(order.app, name="order")
app.add_typer(limit.app, name="limit")
app.add_typer(switch.app, name="kill-switch")
app.add_typer(account.app, name="account")
app.add_typer(user.app, name="user")
app.add_typer(token.app, name="token")
app.command("backup")(upkeep.backup)
app.command("restore")(upkeep.restore)
app.command("doctor")(upkeep.doctor)
app.command("migrate")(upkeep.migrate)


def _version(asked: bool) -> None:
    if asked:
        import penstock

        sys.stdout.write(f"penstock {penstock.__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


def run() -> int:
    """Run what the command line says and return the exit status."""
    try:
        status = app(standalone_mode=False, prog_name="penstock")
    except typer.Abort:
        return Exit.FAILED
    except typer.TyperException as wrong:  # an option that does not exist, a value that cannot be
        show = getattr(wrong, "show", None)
        if show is None:
            raise
        show()
        return Exit.REFUSED
    if status == 130:  # typer's word for Ctrl-C
        raise KeyboardInterrupt
    return int(status or Exit.DONE)
