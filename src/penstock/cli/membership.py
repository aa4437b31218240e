"""What the commands about accounts, people and tokens share: whose terminal this is, and whom they name."""

from typing import Any

import psycopg

from penstock.cli.person import actor
from penstock.cli.screen import tell
from penstock.mailing.actor import Actor
from penstock.platform import database

_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - what is listened on, not what is opened


def session(name: str) -> psycopg.Connection[Any]:
    """Return a connection to the database, brought up to date; it closes with its block."""
    database.ready()
    return database.connect(name=name)


def owner() -> Actor:
    """Return the person at this terminal, with every role there is: the home, and so everything in it, is theirs."""
    return actor()


def welcome(host: str, port: int) -> str | None:
    """Print a link that signs the first person in, and return it; nothing once anybody has signed in."""
    from penstock.account import links
    from penstock.platform import environment

    shown = f"[{host}]" if ":" in host else host
    here = f"http://{'127.0.0.1' if host in _EVERY_ADDRESS else shown}:{port}"
    base = environment.base_url() if environment.base_url_is_given() else here
    actor = owner()
    with database.connect(name="penstock up") as conn:
        link = links.first(conn, actor.name, actor, base=base)
    if link:
        tell(f"Sign in as {link.person}, once, within {links.MINUTES} minutes: {link.url}")
    return link.url if link else None


def account_of(conn: psycopg.Connection[Any], name: str | None) -> int:
    """Return the account of this name (or number); the first one without a name."""
    from penstock.account import accounts

    return accounts.find(conn, name).id if name else accounts.FIRST


def person_of(conn: psycopg.Connection[Any], email: str) -> Any:
    """Return the person with this address."""
    from penstock.account import people

    return people.find(conn, email)
