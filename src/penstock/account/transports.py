"""Ways out: the servers an account hands messages to, by address, with the password kept apart and encrypted.

A password goes in and never comes out again, but for the senders (`load`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import class_row

from penstock.account import access
from penstock.account.journalling import record
from penstock.account.secrets import SecretError, decrypt, encrypt
from penstock.account.transport_url import connections_of, join, same_keeper, split
from penstock.mailing.actor import Actor
from penstock.transport.reply import UNPRINTABLE
from penstock.transport.smtp.server import Server, ServerURLError

_LONGEST_NAME = 100
_SELECT = (
    "select id, name, url, secret is not null as has_password, connections, created_at from account_transport"
    " where account_id = %(account)s"
)


class UnknownTransport(LookupError):
    """There is no transport of this number."""


class TransportError(ValueError):
    """A transport that cannot be so; says what to do."""


class InUse(TransportError):
    """A transport that mailings refer to: it cannot be deleted."""


@dataclass(frozen=True)
class Transport:
    """One way out as it is shown: `url` is without the password, `connections` are those of one sender."""

    id: int
    name: str
    url: str
    has_password: bool
    connections: int
    created_at: datetime


def create(conn: psycopg.Connection[Any], account: int, *, name: str, url: str, actor: Actor) -> Transport:
    """Make a transport; the password stands in `url`. Raises TransportError, Forbidden."""
    access.require_in(actor, "transports:write", account)
    bare, password = _checked(url, actor)
    with conn.transaction():
        try:
            row = conn.execute(
                "insert into account_transport (account_id, name, url, secret, connections, is_local, created_at)"
                " values (%s, %s, %s, %s, %s, %s, now()) returning id",
                (
                    account,
                    _name(name),
                    bare,
                    encrypt(password) if password else None,
                    connections_of(bare),
                    _local(bare),
                ),
            ).fetchone()
        except psycopg.errors.UniqueViolation:
            raise _taken(name) from None
        assert row is not None
        record(conn, account, actor, "transport_create", transport=row[0], name=name.strip(), url=bare)
    return find(conn, account, row[0])


def update(
    conn: psycopg.Connection[Any], account: int, number: int, *, actor: Actor, name: str | None = None, url: str | None = None,
) -> Transport:  # fmt: skip
    """Change a transport; senders take it up with the next package they begin after a pause or an interruption.

    A new address without a password keeps the one there is, as long as it goes to the same user of the same server on the same
    terms; otherwise it has to be given again. Raises UnknownTransport, TransportError, Forbidden.
    """
    access.require_in(actor, "transports:write", account)
    with conn.transaction():
        conn.execute(
            "select from account_transport where id = %s and account_id = %s for update", (number, account)
        )
        before = find(conn, account, number)
        changed: dict[str, Any] = {}
        if name is not None and _name(name) != before.name:
            changed["name"] = _name(name)
        if url is not None:
            changed |= _address(before, url, actor)
        if not changed:
            return before
        try:
            columns = ", ".join(f"{column} = %({column})s" for column in changed)
            conn.execute(
                f"update account_transport set {columns} where id = %(number)s", {**changed, "number": number}
            )
        except psycopg.errors.UniqueViolation:
            raise _taken(changed["name"]) from None
        told = {key: value for key, value in changed.items() if key in ("name", "url")}
        record(
            conn,
            account,
            actor,
            "transport_update",
            transport=number,
            **told,
            password_changed="secret" in changed,
        )
    return find(conn, account, number)


def delete(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Delete a transport that no mailing refers to. Raises UnknownTransport, InUse, Forbidden."""
    access.require_in(actor, "transports:write", account)
    with conn.transaction():
        gone = find(conn, account, number)
        conn.execute("set constraints all immediate")
        try:
            conn.execute("delete from account_transport where id = %s", (number,))
        except psycopg.errors.ForeignKeyViolation:
            raise InUse(
                f"Mailings refer to the transport {gone.name}: it cannot be deleted. Change its address instead."
            ) from None
        record(conn, account, actor, "transport_delete", transport=number, name=gone.name)


def find(conn: psycopg.Connection[Any], account: int, number: int) -> Transport:
    """Return one transport of the account. Raises UnknownTransport."""
    with conn.cursor(row_factory=class_row(Transport)) as cursor:
        found = cursor.execute(
            f"{_SELECT} and id = %(number)s", {"account": account, "number": number}
        ).fetchone()
    if found is None:
        raise UnknownTransport(f"there is no transport {number}")
    return found


def listed(conn: psycopg.Connection[Any], account: int) -> list[Transport]:
    """Return the transports of the account by name."""
    with conn.cursor(row_factory=class_row(Transport)) as cursor:
        return cursor.execute(f"{_SELECT} order by name, id", {"account": account}).fetchall()


def store(conn: psycopg.Connection[Any], account: int, url: str) -> int:
    """Return the number of the transport at `url`, made when there is none with this address and password.

    The address says everything about the way: `smtp://user:password@host:587?tls=starttls&connections=10`.

    A changed password makes a new transport: mailings under way keep the one they were submitted with.
    """
    bare, password = split(url)
    with conn.transaction():
        conn.execute(
            "lock table account_transport in share row exclusive mode"
        )  # so that two commands make one
        rows = conn.execute(
            "select id, secret from account_transport where account_id = %s and url = %s order by id",
            (account, bare),
        ).fetchall()
        for number, secret in rows:
            if _opens(secret) == password:
                return int(number)
        made = conn.execute(
            "insert into account_transport (account_id, name, url, secret, connections, is_local, created_at)"
            " values (%s, %s, %s, %s, %s, %s, now()) returning id",
            (
                account,
                _free_name(conn, account, bare),
                bare,
                encrypt(password) if password else None,
                connections_of(bare),
                _local(bare),
            ),
        ).fetchone()
    assert made is not None
    return int(made[0])


def load(conn: psycopg.Connection[Any], transport: int) -> str:
    """Return the address of a transport with its password in it: as it was given to `store`. For senders only."""
    row = conn.execute("select url, secret from account_transport where id = %s", (transport,)).fetchone()
    if row is None:
        raise UnknownTransport(f"there is no transport {transport}")
    bare, secret = row
    return join(bare, decrypt(secret)) if secret else str(bare)


def _address(before: Transport, url: str, actor: Actor) -> dict[str, Any]:
    """Return the columns that a new address changes. Raises TransportError where the password has to be given again."""
    bare, password = _checked(url, actor)
    columns: dict[str, Any] = {"url": bare, "connections": connections_of(bare), "is_local": _local(bare)}
    if password:
        return columns | {"secret": encrypt(password)}
    if urlsplit(bare).username is None:
        return columns | ({"secret": None} if before.has_password else {})
    if before.has_password and not same_keeper(before.url, bare):
        raise TransportError(
            "The password is kept for the server and the user that it was given for, on the same terms."
            " Give it again with the new address."
        )
    return columns


def _checked(url: str, actor: Actor) -> tuple[str, str]:
    """Return the address without its password, and the password. Raises TransportError for one that cannot be used."""
    try:
        server = Server.from_url(url)
    except ServerURLError as error:
        raise TransportError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    if server.cafile and actor.door != "cli":
        raise TransportError(
            "The option cafile names a file of this server: it is set on the command line only."
        )
    return split(url)


def _local(bare: str) -> bool:
    return Server.from_url(bare, "").loopback


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
    wanted = urlsplit(bare).netloc
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
