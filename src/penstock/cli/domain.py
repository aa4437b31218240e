"""`penstock domain …`: what mail is sent as, and the DNS records that this takes."""

from typing import Annotated, Any

import typer

from penstock.cli.options import Account, Json, Yes

app = typer.Typer(
    help="Add and check sending domains; see the DNS records they need.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Domain = Annotated[
    str, typer.Argument(metavar="DOMAIN", help="Its name, such as example.org, or its number.")
]
Spf = Annotated[
    str | None,
    typer.Option(
        "--spf",
        metavar="MECHANISMS",
        help="What lets your servers send: 'include:spf.example.net', 'ip4:192.0.2.7'.",
    ),
]
ReturnHost = Annotated[
    str | None,
    typer.Option(
        metavar="HOST", help="Host of the return path under the domain, as `bounce`; '' takes it away."
    ),
]
ReturnTarget = Annotated[
    str | None,
    typer.Option(metavar="HOST", help="The mail server that its MX is to name; '' is any that takes mail."),
]
Zone = Annotated[bool, typer.Option("--zone", help="Print the records as lines of a zone file.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The domain, such as example.org.")],
    spf: Spf = None,
    return_host: ReturnHost = None,
    return_target: ReturnTarget = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Add a domain, with keys of its own, and print the records to set."""
    from penstock.cli import domain_records

    with _database() as conn:
        domain_records.add(conn, name, spf, return_host, return_target, account, json=json)


@app.command("list")
def list_(account: Account = None, json: Json = False) -> None:
    """List the domains, and whether mail may leave as them."""
    from penstock.cli import domain_records

    with _database() as conn:
        domain_records.list_all(conn, account, json=json)


@app.command()
def show(domain: Domain, zone: Zone = False, account: Account = None, json: Json = False) -> None:
    """Show a domain: its keys, its records, and what the last check said of them."""
    from penstock.cli import domain_records

    with _database() as conn:
        domain_records.show(conn, domain, account, zone=zone, json=json)


@app.command()
def check(domain: Domain, account: Account = None, json: Json = False) -> None:
    """Look the records up now. Ends with status 0 when the domain is verified, else with 1."""
    from penstock.cli import domain_records

    with _database() as conn:
        status = domain_records.check(conn, domain, account, json=json)
    raise typer.Exit(status)


@app.command()
def edit(
    domain: Domain,
    spf: Spf = None,
    return_host: ReturnHost = None,
    return_target: ReturnTarget = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Change what its records are to say."""
    from penstock.cli import domain_records

    with _database() as conn:
        domain_records.edit(conn, domain, spf, return_host, return_target, account, json=json)


@app.command()
def key(
    domain: Domain,
    algorithm: Annotated[str, typer.Option(help="rsa, which everybody verifies, or ed25519.")] = "rsa",
    delete: Annotated[
        str | None,
        typer.Option("--delete", metavar="SELECTOR", help="Delete this key instead of making one."),
    ] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """Make another key: it takes over from the one of its algorithm when its record is found. Or delete one."""
    from penstock.cli import domain_records

    with _database() as conn:
        if delete is None:
            domain_records.make_key(conn, domain, algorithm, account, json=json)
        else:
            domain_records.delete_key(conn, domain, delete, account, json=json)


@app.command()
def delete(domain: Domain, yes: Yes = False, account: Account = None, json: Json = False) -> None:
    """Delete a domain and its keys, for good, unless mailings that are submitted or on their way send as it."""
    from penstock.cli import domain_records

    with _database() as conn:
        domain_records.delete(conn, domain, account, yes=yes, json=json)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock domain")
