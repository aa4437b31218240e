"""`penstock user …`: people, their roles, and the links by which they sign in."""

import shlex
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Add people, set their roles, and make links by which they sign in.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
user = app

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their address.")]
Of = Annotated[
    str | None, typer.Option("--account", metavar="NAME", help="The account; otherwise the first one.")
]
_ROLES = "author, approver, operator or administrator"


@app.command()
def create(
    email: Email,
    role: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE",
            help=f"What they may do: {_ROLES}. Again for more. Without one: nothing yet; the first person of all: everything.",
        ),
    ] = None,
    account: Of = None,
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    zone: Annotated[str, typer.Option(help="The time zone they see times in.")] = "UTC",
    platform: Annotated[
        bool, typer.Option("--platform", help="Staff of the platform: they moderate all accounts.")
    ] = False,
    json: Json = False,
) -> None:
    """Add somebody, and print a link that signs them in once. Without --role the first person of an installation gets every role."""
    from penstock.account import accounts, links, people
    from penstock.cli.membership import account_of, owner, session
    from penstock.cli.screen import tell

    with session("penstock user") as conn:
        actor, number = owner(), account_of(conn, account)
        made = people.create(
            conn,
            email=email,
            name=name,
            zone=zone,
            account=number,
            roles=role or (),
            platform=platform,
            actor=actor,
        )
        link = links.make(conn, made.email, actor)
        names = {str(each.id): each.name for each in accounts.listed(conn)}
        governed = people.has_administrator(conn, number)
    tell(f"{made.email} has these roles: {_roles(made, names) or 'none yet'}.")
    if not governed:
        tell(_ungoverned(made, number, names[str(number)]))
    _show(made, link, json)


@app.command()
def reset(
    email: Email,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Forget their second factor too: they lost it.")
    ] = False,
    json: Json = False,
) -> None:
    """End somebody's sessions, forget their password, and print a link that signs them in once, within a quarter of an hour."""
    from penstock.account import links, people
    from penstock.cli.membership import owner, session

    with session("penstock user") as conn:
        link = links.reset(conn, email, owner(), second_factor=second_factor)
        person = people.find(conn, email)
    _show(person, link, json)


@app.command("list")
def list_(
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="Only those of this account.")
    ] = None,
    json: Json = False,
) -> None:
    """List the people with their roles."""
    from dataclasses import asdict

    from penstock.account import accounts, people
    from penstock.cli.membership import account_of, session
    from penstock.cli.screen import document, moment, table, written

    with session("penstock user") as conn:
        found = people.listed(conn, account_of(conn, account) if account else None)
        names = {str(each.id): each.name for each in accounts.listed(conn)}
    if json:
        document([asdict(each) for each in found])
        return
    rows = [(p.email, p.name, _roles(p, names), moment(p.last_login)) for p in found]
    written(table(("address", "name", "roles", "last signed in"), rows))


@app.command()
def roles(
    email: Email,
    role: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ROLE]...", help=f"{_ROLES}; none of them takes the person out."),
    ] = None,
    account: Of = None,
    json: Json = False,
) -> None:
    """Give somebody exactly these roles in the account; their tokens never do more than they may."""
    from dataclasses import asdict

    from penstock.account import people
    from penstock.cli.membership import account_of, owner, session
    from penstock.cli.screen import document, tell

    with session("penstock user") as conn:
        number = account_of(conn, account)
        person = people.set_roles(conn, email=email, account=number, roles=role or (), actor=owner())
    tell(f"{person.email}: {', '.join(person.accounts.get(str(number), [])) or 'no role here any more'}.")
    if json:
        document(asdict(person))


@app.command()
def platform(
    email: Email,
    off: Annotated[bool, typer.Option("--off", help="They are no longer.")] = False,
) -> None:
    """Make somebody staff of the platform: they moderate all accounts, and put kill switches."""
    from penstock.account import people
    from penstock.cli.membership import owner, session
    from penstock.cli.screen import tell

    with session("penstock user") as conn:
        person = people.set_platform(conn, email=email, platform=not off, actor=owner())
    tell(f"{person.email} {'is' if person.is_platform else 'is not'} staff of the platform.")


@app.command()
def lock(email: Email) -> None:
    """Let somebody in no longer: their sessions, links and tokens are void at once."""
    _active(email, False)


@app.command()
def unlock(email: Email) -> None:
    """Let somebody in again."""
    _active(email, True)


def _active(email: str, active: bool) -> None:
    from penstock.account import people
    from penstock.cli.membership import owner, session
    from penstock.cli.screen import tell

    with session("penstock user") as conn:
        person = people.set_active(conn, email=email, active=active, actor=owner())
    tell(f"{person.email} {'may come in again' if person.is_active else 'may not come in any longer'}.")


def _show(person: Any, link: Any, json: bool) -> None:
    """Print the link to stdout alone: it is a secret, and is passed on."""
    from dataclasses import asdict

    from penstock.cli.screen import document, moment, tell, written

    if json:
        document({"link": link.url, "expires_at": link.expires_at, "person": asdict(person)})
        return
    tell(f"{person.email} signs in with this link, once, until {moment(link.expires_at)}:")
    written(link.url)


def _ungoverned(person: Any, account: int, name: str) -> str:
    """Return what to do about an account that has no administrator; `roles` sets exactly those that it is given."""
    from penstock.account.accounts import FIRST

    given = [shlex.quote(person.email), *person.accounts.get(str(account), []), "administrator"]
    where = "" if account == FIRST else f" --account {shlex.quote(name)}"
    return f"Nobody is administrator of {name}: `penstock user roles{where} {' '.join(given)}` makes {person.email} one."


def _roles(person: Any, names: dict[str, str]) -> str:
    each = [f"{names.get(number, number)}: {', '.join(roles)}" for number, roles in person.accounts.items()]
    marks = (["platform"] if person.is_platform else []) + ([] if person.is_active else ["locked out"])
    return "; ".join(each + marks)
