"""`penstock token …`: ways in for programs, made, listed and revoked."""

from datetime import datetime
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Make, list and revoke tokens for the API.", rich_markup_mode=None, no_args_is_help=True
)
token = app

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Of = Annotated[
    str | None, typer.Option("--account", metavar="NAME", help="The account; otherwise the first one.")
]
Everywhere = Annotated[
    bool, typer.Option("--everywhere", help="For every account: the platform's own tokens.")
]


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What it is for; shown in lists and in the journal.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="S",
            help="What it may do: a role (author, approver, operator, administrator, platform) or a single scope such as"
            " mailings:read. Again for more. Without it: everything that an account's administrator may.",
        ),
    ] = None,
    account: Of = None,
    everywhere: Everywhere = False,
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Whose it is: it never does more than they may.")
    ] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(metavar="TIME", help="When it ends, in UTC: 2027-01-31 or 2027-01-31T12:00:00."),
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Requests a second, in the long run.")] = None,
    json: Json = False,
) -> None:
    """Make a token and print it: the only time that it can be seen. What is kept is a hash of it."""
    from penstock.account import tokens
    from penstock.cli.membership import account_of, owner, person_of, session
    from penstock.cli.screen import document, tell, written
    from penstock.mailing.lifecycle import ADMINISTRATOR

    with session("penstock token") as conn:
        of = None if everywhere else account_of(conn, account)
        made = tokens.create(
            conn, account=of, name=name, scopes=scope or [ADMINISTRATOR], actor=owner(),
            person=person_of(conn, user).id if user else None, expires_at=_utc(expires), rate=rate or tokens.RATE,
        )  # fmt: skip
    if json:
        document({"token": made.secret, **_shown(made.token)})
        return
    tell(
        f"Token {made.token.id} ({made.token.name}). It is shown this once; keep it where only the program reads it."
    )
    written(made.secret)


@app.command("list")
def list_(
    account: Of = None,
    everywhere: Everywhere = False,
    revoked: Annotated[bool, typer.Option("--revoked", help="Those revoked as well.")] = False,
    json: Json = False,
) -> None:
    """List the tokens: for what, made by whom, with which scopes, and when last used."""
    from penstock.account import tokens
    from penstock.account.access import summary
    from penstock.cli.membership import account_of, session
    from penstock.cli.screen import document, moment, table, written

    with session("penstock token") as conn:
        found = tokens.listed(conn, None if everywhere else account_of(conn, account), revoked=revoked)
    if json:
        document([_shown(each) for each in found])
        return
    heads = ("id", "name", "of", "scopes", "made", "last used", "expires", "revoked")
    rows = [
        (t.id, t.name, t.person or "–", " ".join(summary(t.scopes)), moment(t.made_at), moment(t.last_used_at), moment(t.expires_at),
         moment(t.revoked_at)) for t in found
    ]  # fmt: skip
    written(table(heads, rows, right="id"))


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="The token's number (`token list`).", min=1)],
    account: Of = None,
    everywhere: Everywhere = False,
    json: Json = False,
) -> None:
    """End a token, at once and for good."""
    from penstock.account import tokens
    from penstock.cli.membership import account_of, owner, session
    from penstock.cli.screen import document, tell

    with session("penstock token") as conn:
        of = None if everywhere else account_of(conn, account)
        tokens.revoke(conn, of, number, owner())
        if json:
            document(_shown(tokens.find(conn, of, number)))
    tell(f"Token {number} is revoked.")


def _utc(given: datetime | None) -> datetime | None:
    from datetime import UTC

    return given.replace(tzinfo=UTC) if given is not None and given.tzinfo is None else given


def _shown(token: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(token)
