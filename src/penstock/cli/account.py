"""`penstock account …`: the organisations on this installation, and what each has decided."""

from typing import Annotated

import typer

app = typer.Typer(
    help="Create and list accounts; see and set their policies.", rich_markup_mode=None, no_args_is_help=True
)
account = app

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is called; no two have the same name.")
    ],
    zone: Annotated[
        str, typer.Option(help="The time zone that its plans refer to, as Europe/Paris.")
    ] = "UTC",
    json: Json = False,
) -> None:
    """Make an account: its contacts, mailings, people and tokens are apart from those of every other."""
    from dataclasses import asdict

    from penstock.account import accounts
    from penstock.cli.membership import owner, session
    from penstock.cli.screen import document, tell

    with session("penstock account") as conn:
        made = accounts.create(conn, name=name, zone=zone, actor=owner())
    tell(
        f"Account {made.id} ({made.name}). `penstock user create EMAIL --account '{made.name}'` adds somebody."
    )
    if json:
        document(asdict(made))


@app.command("list")
def list_(json: Json = False) -> None:
    """List the accounts."""
    from dataclasses import asdict

    from penstock.account import accounts
    from penstock.cli.membership import session
    from penstock.cli.screen import document, moment, table, written

    with session("penstock account") as conn:
        found = accounts.listed(conn)
    if json:
        document([asdict(each) for each in found])
    else:
        rows = [(each.id, each.name, each.zone, moment(each.created_at)) for each in found]
        written(table(("id", "name", "zone", "made"), rows, right="id"))


@app.command()
def policy(
    changes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=VALUE]...", help="Set these; `default` as the value goes back to the default."
        ),
    ] = None,
    of: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="The account; otherwise the first one.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what the account has decided, or decide: `penstock account policy four_eyes=on approvals_required=2`."""
    from dataclasses import asdict

    from penstock.account import policies
    from penstock.account.policy import RULES, typed
    from penstock.cli.membership import account_of, owner, session
    from penstock.cli.screen import document, table, tell, written

    with session("penstock account") as conn:
        number = account_of(conn, of)
        if changes:
            policies.change(conn, number, dict(map(typed, changes)), owner())
            tell(f"Set: {', '.join(changes)}.")
        now = asdict(policies.read(conn, number))
    if json:
        document(now)
    elif not changes:
        rows = [
            (
                "•" if value != RULES[name].default else "",
                name,
                "–" if value is None else value,
                RULES[name].effect,
            )
            for name, value in now.items()
        ]
        written(table(("", "policy", "value", "what it does (• differs from the default)"), rows))
