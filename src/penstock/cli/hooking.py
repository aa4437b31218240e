"""Webhooks of providers on the screen: made, given keys, listed and taken away."""

import sys
from dataclasses import asdict
from typing import Any

import psycopg

from penstock.account.transports import Transport
from penstock.cli.membership import account_of, owner, session
from penstock.cli.screen import document, line, moment, table, tell, written
from penstock.cli.transporting import NAME, chosen
from penstock.feedback.hooks import keeping
from penstock.feedback.hooks.keeping import Hook, HookProblem
from penstock.platform import environment


def make(which: str, account: str | None, provider: str | None, key: str | None, json: bool) -> None:
    """Make a webhook, or give the one there is another address; print it. Raises HookProblem, UnknownTransport."""
    with session(NAME) as conn:
        of, there = account_of(conn, account), chosen(conn, which, account)
        given = None if key is None else _read(key)
        made, url = keeping.make(conn, of, there.id, actor=owner(), provider=provider, key=given)
    if json:
        document(asdict(made) | {"url": url})
        return
    tell(
        f"Enter this address at {made.title}, for everything it can tell of messages. It is shown this once."
    )
    written(url)
    if made.wants and not made.has_key:
        needed = (
            "Until then nothing that comes is believed."
            if made.lacks_key
            else "Without it the address alone is the secret."
        )
        tell(
            f"{made.title} shows a {made.wants}: give it by  penstock transport hook key {there.id} -   {needed}"
        )
    if not environment.base_url_is_public():
        tell(f"{environment.base_url()} cannot be reached from outside: set PENSTOCK_BASE_URL first.")


def change(which: str, account: str | None, provider: str | None, key: str, json: bool) -> None:
    """Give a webhook its key and say so. Raises HookProblem, UnknownHook, UnknownTransport."""
    with session(NAME) as conn:
        of, there = account_of(conn, account), chosen(conn, which, account)
        name = _which(conn, of, there, provider)
        made = keeping.change(conn, of, there.id, name, key=_read(key), actor=owner())
    if json:
        document(asdict(made))
    else:
        tell(f"Requests of {made.title} are verified with this key from now on.")


def list_all(which: str, account: str | None, json: bool) -> None:
    """Print the webhooks of a transport."""
    with session(NAME) as conn:
        there = chosen(conn, which, account)
        found = keeping.listed(conn, account_of(conn, account), there.id)
    if json:
        document([asdict(each) for each in found])
        return
    if not found:
        tell(f"The transport has no webhook.  Make one:  penstock transport hook make {there.id}")
        return
    rows = [
        (each.provider, moment(each.made_at), _key(each), moment(each.last_at) if each.last_at else "–", each.last_kind or "–")
        for each in found
    ]  # fmt: skip
    written(table(("provider", "made", "key", "last heard", "of"), rows))
    for each in found:
        if each.refused_at:
            tell(f"{each.title} was not believed at {moment(each.refused_at)}: {line(each.refused or '')}")


def remove(which: str, account: str | None, provider: str | None, json: bool) -> None:
    """Take a webhook away and say so. Raises HookProblem, UnknownHook, UnknownTransport."""
    with session(NAME) as conn:
        of, there = account_of(conn, account), chosen(conn, which, account)
        name = _which(conn, of, there, provider)
        keeping.remove(conn, of, there.id, name, owner())
    if json:
        document({"removed": name})
    else:
        tell(f"The webhook of {name} is gone. Take its address out at the provider, too.")


def _which(conn: psycopg.Connection[Any], account: int, there: Transport, provider: str | None) -> str:
    if provider is not None:
        return provider.replace("-", "_")
    found = [each.provider for each in keeping.listed(conn, account, there.id)]
    if len(found) != 1:
        raise HookProblem(
            f"Say of which provider: --provider {' or '.join(found)}."
            if found
            else "The transport has no webhook."
        )
    return found[0]


def _read(key: str) -> str:
    """The key; `-` is read from standard input, so that no list of processes shows it."""
    return sys.stdin.readline().strip() if key == "-" else key


def _key(hook: Hook) -> str:
    return "given" if hook.has_key else "lacking" if hook.lacks_key else "–"
