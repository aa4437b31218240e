"""Transports on the screen: made, listed, shown and changed."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import psycopg

from penstock.account import transports
from penstock.account.servers import Server
from penstock.account.transports import Transport
from penstock.cli.asked import read_rate
from penstock.cli.endings import wrong
from penstock.cli.membership import account_of, owner, session
from penstock.cli.screen import document, line, moment, number, table, tell, written
from penstock.report import transports as report
from penstock.report.transports import Health

NAME = "penstock transport"


def add_transport(name: str, urls: Sequence[str], account: str | None, json: bool) -> None:
    """Make a transport and say so. Raises TransportError."""
    given = [{"url": address(url)} for url in urls]
    with session(NAME) as conn:
        made = transports.create(conn, account_of(conn, account), name=name, given=given, actor=owner())
    if json:
        document(asdict(made))
        return
    tell(f"Transport {made.id} ({made.name}) is there: {', '.join(line(each.url) for each in made.servers)}.")
    tell(f"Try it:  penstock transport test {made.id}")


def list_transports(account: str | None, json: bool) -> None:
    """Print the transports, a line for each server."""
    with session(NAME) as conn:
        found = transports.listed(conn, account_of(conn, account))
    if json:
        document([asdict(each) for each in found])
        return
    if not found:
        tell(
            "There is no transport.  Add one:  penstock transport add 'our relay' smtp://user:password@host:587"
        )
        return
    rows = [
        (
            each.id if server.place == 1 else "",
            each.name if server.place == 1 else "",
            server.url,
            *_limits(server),
        )
        for each in found
        for server in each.servers
    ]
    written(table(("id", "name", "server", "weight", "rate", "connections", "on"), rows, right="id"))


def show_transport(which: str, account: str | None, json: bool) -> None:
    """Print a transport's servers and how they fare."""
    with session(NAME) as conn:
        there = chosen(conn, which, account)
        fares = report.health(conn, account_of(conn, account), there.id)
    if json:
        document(asdict(there) | {"health": [asdict(each) for each in fares]})
        return
    local = "; all on this machine" if there.is_local else ""
    tell(f"Transport {there.id}: {there.name}{local}.")
    rows = [
        (server.id, server.url, "yes" if server.has_password else "–", *_limits(server), *_fares(health))
        for server, health in zip(there.servers, fares, strict=True)
    ]
    heads = ("server", "address", "password", "weight", "rate", "connections", "on", "state", "answered")
    written(table(heads, rows, right="server answered"))
    for health in fares:
        if health.trouble:
            again = f"; tried again at {moment(health.retry_at)}" if health.retry_at else ""
            tell(f"Server {health.id} at {moment(health.troubled_at)}: {line(health.trouble)}{again}")


def edit_transport(
    which: str, account: str | None, *,
    name: str | None, added: Sequence[str], removed: int | None, server: int | None, given: dict[str, Any], json: bool,
) -> None:  # fmt: skip
    """Change a transport and say so. Raises TransportError, UnknownTransport."""
    with session(NAME) as conn:
        there = chosen(conn, which, account)
        changes = _read({key: value for key, value in given.items() if value is not None})
        servers = _servers(there, added, removed, server, changes)
        changed = transports.update(
            conn, account_of(conn, account), there.id, actor=owner(), name=name, given=servers
        )
    if json:
        document(asdict(changed))
    else:
        tell(f"Transport {changed.id} ({changed.name}) has {number(len(changed.servers))} servers now."
             if servers is not None else f"Transport {changed.id} is called {changed.name}.")  # fmt: skip


def delete_transport(which: str, account: str | None, json: bool) -> None:
    """Delete a transport and say so. Raises InUse, UnknownTransport."""
    with session(NAME) as conn:
        there = chosen(conn, which, account)
        transports.delete(conn, account_of(conn, account), there.id, owner())
    if json:
        document({"deleted": there.id})
    else:
        tell(f"Transport {there.id} ({there.name}) is deleted.")


def chosen(conn: psycopg.Connection[Any], which: str, account: str | None) -> Transport:
    """Return the transport of this number or name. Raises UnknownTransport."""
    return transports.chosen(conn, account_of(conn, account), which)


def address(given: str) -> str:
    """Return the address; `-` is read from standard input, so that no list of processes shows a password."""
    if given != "-":
        return given
    read = sys.stdin.readline().strip()
    if not read:
        raise wrong(
            "There is no address on standard input.", "Write it as one line: smtp://user:password@host:587"
        )
    return read


def _read(given: dict[str, Any]) -> dict[str, Any]:
    """Read what stands for a rate and a limit."""
    if "url" in given:
        given["url"] = address(given["url"])
    if "rate" in given:
        given["rate"] = None if given["rate"] == "none" else read_rate(given["rate"])
    if "connection_limit" in given:
        limit = given["connection_limit"]
        if limit != "none" and not limit.isdecimal():
            raise wrong(f"--connection-limit {limit}: it is a whole number, or none.")
        given["connection_limit"] = None if limit == "none" else int(limit)
    return given


def _servers(
    there: Transport, added: Sequence[str], removed: int | None, server: int | None, changes: dict[str, Any]
) -> list[dict[str, Any]] | None:
    """The servers that are wanted; None when nothing is said of them."""
    known = [each.id for each in there.servers]
    if changes and server is None and len(known) > 1:
        raise wrong(f"Say which server: --server {' or '.join(map(str, known))}.")
    for named in (server, removed):
        if named is not None and named not in known:
            raise wrong(f"The transport has no server {named}; it has {', '.join(map(str, known))}.")
    if not (changes or added or removed):
        return None
    changing = server if server is not None else known[0]
    listed = [{"id": each} | (changes if each == changing else {}) for each in known if each != removed]
    return listed + [{"url": address(url)} for url in added]


def _limits(server: Server) -> tuple[str, str, str, str]:
    limit = f", {server.connection_limit} in all" if server.connection_limit else ""
    rate = f"{server.rate:g}/s" if server.rate else "–"
    return str(server.weight), rate, f"{server.connections}{limit}", "on" if server.enabled else "off"


def _fares(health: Health) -> tuple[str, str]:
    return health.state, number(health.answered)
