"""Ways out: the servers an account hands messages to, by address, with the passwords kept apart and encrypted.

A password goes in and never comes out again, but for the senders (`ways`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import dict_row

from penstock.account import access, servers
from penstock.account.journalling import record
from penstock.account.secrets import SecretError, decrypt, encrypt
from penstock.account.servers import Server, TransportError
from penstock.account.transport_url import split
from penstock.mailing.actor import Actor
from penstock.transport.reply import UNPRINTABLE
from penstock.transport.terms import Way, terms

__all__ = ["InUse", "Transport", "TransportError", "UnknownTransport"]

_LONGEST_NAME = 100
_SELECT = (
    "select id, name, is_local, channel, created_at from account_transport where account_id = %(account)s"
)


class UnknownTransport(LookupError):
    """There is no transport of this number."""


class InUse(TransportError):
    """A transport that mailings refer to: it cannot be deleted."""


@dataclass(frozen=True)
class Transport:
    """One way out as it is shown. `url`, `has_password` are those of its first server; `connections` what one sender opens for
    a mailing, over all servers that are switched on. `is_local`: all servers are on this machine. `channel`: what all its servers
    carry."""

    id: int
    name: str
    url: str
    has_password: bool
    connections: int
    is_local: bool
    channel: str
    servers: list[Server]
    created_at: datetime


def create(
    conn: psycopg.Connection[Any], account: int, *, name: str, actor: Actor,
    url: str | None = None, given: Sequence[Mapping[str, Any]] | None = None,
) -> Transport:  # fmt: skip
    """Make a transport of one server at `url`, or of those in `given` (as `servers.put` takes them).

    The passwords stand in the addresses. Raises TransportError, Forbidden.
    """
    access.require_in(actor, "transports:write", account)
    wanted = _listed(url, given)
    if wanted is None:
        raise TransportError("A transport needs an address: smtp://user:password@host:587?tls=starttls")
    with conn.transaction():
        number = _insert(conn, account, _name(name))
        told = servers.put(conn, number, wanted, actor)
        record(conn, account, actor, "transport_create", transport=number, name=name.strip(),
               url=told[0]["url"], servers=told)  # fmt: skip
    return find(conn, account, number)


def update(
    conn: psycopg.Connection[Any], account: int, number: int, *, actor: Actor, name: str | None = None,
    url: str | None = None, given: Sequence[Mapping[str, Any]] | None = None,
) -> Transport:  # fmt: skip
    """Change a transport: its name, its only server's address, or all its servers.

    Senders take weights, limits and what is switched on or off up within seconds, addresses with the next package they begin
    after a pause or an interruption. An address without a password keeps the one there is, as long as it goes to the same user
    of the same server on the same terms. Raises UnknownTransport, TransportError, Forbidden.
    """
    access.require_in(actor, "transports:write", account)
    with conn.transaction():
        conn.execute(
            "select from account_transport where id = %s and account_id = %s for update", (number, account)
        )
        before = find(conn, account, number)
        wanted = _listed(url, given, before)
        told: dict[str, Any] = {}
        if name is not None and _name(name) != before.name:
            told["name"] = _rename(conn, number, name)
        if wanted is not None:
            now = servers.put(conn, number, wanted, actor)
            changed = any(each["password_changed"] for each in now)
            if changed or servers.of(conn, [number])[number] != before.servers:
                told |= {"url": now[0]["url"], "servers": now, "password_changed": changed}
        if told:
            record(
                conn,
                account,
                actor,
                "transport_update",
                transport=number,
                **{"password_changed": False} | told,
            )
    return find(conn, account, number)


def delete(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Delete a transport that no mailing refers to. Raises UnknownTransport, InUse, Forbidden."""
    access.require_in(actor, "transports:write", account)
    with conn.transaction():
        gone = find(conn, account, number)
        conn.execute("set constraints all immediate")
        conn.execute("delete from account_server where transport_id = %s", (number,))
        try:
            conn.execute("delete from account_transport where id = %s", (number,))
        except psycopg.errors.ForeignKeyViolation:
            raise InUse(
                f"Mailings refer to the transport {gone.name}: it cannot be deleted. Change its servers instead."
            ) from None
        record(conn, account, actor, "transport_delete", transport=number, name=gone.name)


def find(conn: psycopg.Connection[Any], account: int, number: int) -> Transport:
    """Return one transport of the account. Raises UnknownTransport."""
    found = _shown(conn, f"{_SELECT} and id = %(number)s", {"account": account, "number": number})
    if not found:
        raise UnknownTransport(f"there is no transport {number}")
    return found[0]


def chosen(conn: psycopg.Connection[Any], account: int, which: str) -> Transport:
    """Return the transport of this name, or else of this number. Raises UnknownTransport, with those that there are."""
    found = listed(conn, account)
    named = [each for each in found if each.name == which] or [
        each for each in found if str(each.id) == which
    ]
    if not named:
        known = ", ".join(f"{each.id} ({each.name})" for each in found) or "none"
        raise UnknownTransport(f"There is no transport {which!r}. There are: {known}.")
    return named[0]


def listed(conn: psycopg.Connection[Any], account: int) -> list[Transport]:
    """Return the transports of the account by name."""
    return _shown(conn, f"{_SELECT} order by name, id", {"account": account})


def store(conn: psycopg.Connection[Any], account: int, url: str) -> int:
    """Return the number of the transport whose only server is at `url`, made when there is none with this address and password.

    The address says everything about the way: `smtp://user:password@host:587?tls=starttls&connections=10`.

    A changed password makes a new transport: mailings under way keep the one they were submitted with.
    """
    bare, password = split(url)
    with conn.transaction():
        conn.execute(
            "lock table account_transport in share row exclusive mode"
        )  # so that two commands make one
        rows = conn.execute(
            "select t.id, (array_agg(s.secret))[1] from account_transport t join account_server s on s.transport_id = t.id"
            " where t.account_id = %s group by t.id having count(*) = 1 and min(s.url) = %s and bool_and(s.enabled) order by t.id",
            (account, bare),
        ).fetchall()
        for number, secret in rows:
            if _opens(secret) == password:
                return int(number)
        number = _insert(conn, account, _free_name(conn, account, bare))
        found = terms(bare, password)
        conn.execute(
            "insert into account_server (transport_id, place, url, secret, connections) values (%s, 1, %s, %s, %s)",
            (number, bare, encrypt(password) if password else None, found.connections),
        )
        conn.execute(
            "update account_transport set is_local = %s, channel = %s, receipts = %s where id = %s",
            (found.loopback, found.channel, found.receipts, number),
        )
    return number


def ways(conn: psycopg.Connection[Any], transport: int) -> list[Way]:
    """Return the servers to hand over to, with their passwords, at least one. For senders only.

    Raises UnknownTransport, SecretError, ServerURLError.
    """
    found = servers.ways(conn, transport)
    if not found:
        raise UnknownTransport(f"there is no transport {transport}")
    return found


def load(conn: psycopg.Connection[Any], transport: int) -> str:
    """Return the address of the first server with its password in it: as it was given to `store`. For senders only.

    Raises UnknownTransport, SecretError.
    """
    row = conn.execute(
        "select url, secret from account_server where transport_id = %s and enabled order by place limit 1",
        (transport,),
    ).fetchone()
    if row is None:
        raise UnknownTransport(f"there is no transport {transport}")
    return servers.with_password({"url": row[0], "secret": row[1]})


def _shown(conn: psycopg.Connection[Any], query: str, values: dict[str, Any]) -> list[Transport]:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query.encode(), values).fetchall()
    found = servers.of(conn, [row["id"] for row in rows])
    return [_transport(row, found[row["id"]]) for row in rows]


def _transport(row: Mapping[str, Any], its: list[Server]) -> Transport:
    connections = sum(each.connections for each in its if each.enabled)
    return Transport(
        **row, url=its[0].url, has_password=its[0].has_password, connections=connections, servers=its
    )


def _listed(
    url: str | None, given: Sequence[Mapping[str, Any]] | None, before: Transport | None = None
) -> Sequence[Mapping[str, Any]] | None:
    """The servers that are wanted; None when nothing is said of them."""
    if url is not None and given is not None:
        raise TransportError("Give the address of one server (url), or the servers; not both.")
    if url is None or before is None:
        return given if url is None else [{"url": url}]
    if len(before.servers) > 1:
        raise TransportError("This transport has several servers: give them all, each with its id.")
    return [{"id": before.servers[0].id, "url": url}]


def _insert(conn: psycopg.Connection[Any], account: int, name: str) -> int:
    try:
        with conn.transaction():
            row = conn.execute(
                "insert into account_transport (account_id, name, created_at) values (%s, %s, now()) returning id",
                (account, name),
            ).fetchone()
    except psycopg.errors.UniqueViolation:
        raise _taken(name) from None
    assert row is not None
    return int(row[0])


def _rename(conn: psycopg.Connection[Any], number: int, name: str) -> str:
    try:
        with conn.transaction():
            conn.execute("update account_transport set name = %s where id = %s", (_name(name), number))
    except psycopg.errors.UniqueViolation:
        raise _taken(name) from None
    return _name(name)


def _taken(name: str) -> TransportError:
    return TransportError(f"There is a transport {name.strip()!r} already. Choose another name.")


def _name(name: str) -> str:
    wanted = name.strip()
    if not 0 < len(wanted) <= _LONGEST_NAME or UNPRINTABLE.search(wanted):
        raise TransportError(
            f"A transport's name is one printable line of at most {_LONGEST_NAME} characters."
        )
    return wanted


def _opens(secret: bytes | None) -> str | None:
    """Return the password in `secret`; None when another key made it, so that it equals no password given."""
    if not secret:
        return ""
    try:
        return decrypt(secret)
    except SecretError:
        return None


def _free_name(conn: psycopg.Connection[Any], account: int, bare: str) -> str:
    """Return a name for people: user, host and port, and a number where that is taken."""
    parts = urlsplit(bare)
    provider = (
        parts.scheme.removeprefix("anymail+") if parts.scheme.startswith(("anymail+", "twilio")) else ""
    )
    wanted = f"{provider} {parts.netloc}".strip(" @")
    taken = {
        name
        for (name,) in conn.execute("select name from account_transport where account_id = %s", (account,))
    }
    free = (
        name
        for n in range(1, len(taken) + 2)
        if (name := wanted if n == 1 else f"{wanted} ({n})") not in taken
    )
    return next(free)
