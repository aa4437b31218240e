"""`penstock transport …`: ways out, their servers, how they fare, and trying them."""

from typing import Annotated

import typer

app = typer.Typer(
    help="Servers that mail leaves by: add, try, watch and change them.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Of = Annotated[
    str | None, typer.Option("--account", metavar="NAME", help="The account; otherwise the first one.")
]
Which = Annotated[
    str, typer.Argument(metavar="TRANSPORT", help="The transport's name or number (`transport list`).")
]
Servers = Annotated[
    list[str],
    typer.Argument(
        metavar="URL...",
        help="One server or several: smtp://user:password@host:587, smtps://…, anymail+postmark://:TOKEN@;"
        " for SMS smpp://id:password@host:2775, smpps://…",
    ),
]
ServerId = Annotated[
    int | None, typer.Option("--server", metavar="ID", min=1, help="Which server, where there are several.")
]
Weight = Annotated[
    int | None, typer.Option(min=1, max=1000, help="Its part of the messages, in proportion to the others.")
]
Rate = Annotated[
    str | None,
    typer.Option(
        metavar="N/s",
        help="No more than this, over all senders: 50/s, 3000/min, of SMS parts; `none` for no limit.",
    ),
]
Limit = Annotated[
    str | None,
    typer.Option(
        "--connection-limit", metavar="N", help="Connections over all senders; `none` for no limit."
    ),
]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called; shown in lists and in the journal.")],
    servers: Servers,
    account: Of = None,
    json: Json = False,
) -> None:
    """Make a transport of one or more servers, in the order given. The passwords are kept encrypted, and shown to nobody."""
    from penstock.cli.transporting import add_transport

    add_transport(name, servers, account, json)


@app.command("list")
def list_(account: Of = None, json: Json = False) -> None:
    """List the transports with their servers."""
    from penstock.cli.transporting import list_transports

    list_transports(account, json)


@app.command()
def show(which: Which, account: Of = None, json: Json = False) -> None:
    """Show a transport: each server, its part and its limits, and how it fares."""
    from penstock.cli.transporting import show_transport

    show_transport(which, account, json)


@app.command()
def test(which: Which, server: ServerId = None, account: Of = None, json: Json = False) -> int:
    """Try the servers: connect, TLS, log in. Each step is said, with what to do where it goes wrong. Nothing is sent.

    Exit status 1 when something is wrong.
    """
    from penstock.cli.trying_transports import try_transport

    return try_transport(which, server, account, json)


@app.command()
def edit(
    which: Which,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    add: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="One more server; again for more.")
    ] = None,
    remove: Annotated[int | None, typer.Option(metavar="ID", help="Take a server out.")] = None,
    server: ServerId = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Another address for the server.")] = None,
    weight: Weight = None,
    rate: Rate = None,
    connection_limit: Limit = None,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Switch the server on or off.")] = None,
    account: Of = None,
    json: Json = False,
) -> None:
    """Change a transport; running mailings take it up within a second or two."""
    from penstock.cli.transporting import edit_transport

    given = {
        "url": url,
        "weight": weight,
        "rate": rate,
        "connection_limit": connection_limit,
        "enabled": enabled,
    }
    edit_transport(
        which, account, name=name, added=add or [], removed=remove, server=server, given=given, json=json
    )


@app.command()
def delete(which: Which, account: Of = None, json: Json = False) -> None:
    """Delete a transport that no mailing refers to."""
    from penstock.cli.transporting import delete_transport

    delete_transport(which, account, json)


hook = typer.Typer(
    help="The addresses at which a transport's providers tell what became of messages.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(hook, name="hook")
OfProvider = Annotated[
    str | None,
    typer.Option("--provider", metavar="NAME", help="Of which provider, where the transport has several."),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="KEY", help="What it signs its requests with; - reads it from standard input."
    ),
]


@hook.command("make")
def make_hook(
    which: Which, provider: OfProvider = None, key: Key = None, account: Of = None, json: Json = False
) -> None:
    """Make the address to enter at a provider, and print it: the only time that it can be seen. Again: another address."""
    from penstock.cli.hooking import make

    make(which, account, provider, key, json)


@hook.command("key")
def hook_key(
    which: Which,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="As the provider shows it; - reads it from standard input.")
    ],
    provider: OfProvider = None,
    account: Of = None,
    json: Json = False,
) -> None:
    """Give the key that a provider signs its requests with."""
    from penstock.cli.hooking import change

    change(which, account, provider, key, json)


@hook.command("list")
def list_hooks(which: Which, account: Of = None, json: Json = False) -> None:
    """List the webhooks of a transport: when each told something last, and why one was not believed."""
    from penstock.cli.hooking import list_all

    list_all(which, account, json)


@hook.command("remove")
def remove_hook(which: Which, provider: OfProvider = None, account: Of = None, json: Json = False) -> None:
    """Take a webhook away: its address answers nobody any more."""
    from penstock.cli.hooking import remove

    remove(which, account, provider, json)
