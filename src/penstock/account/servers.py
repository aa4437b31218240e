"""The servers of a transport: checked, kept with their passwords encrypted, shown without them.

They are given as a whole list: its order is their order, one with the number of a server there is changes it, one without makes
a new one, and who is not named goes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import dict_row

from penstock.account.secrets import decrypt, encrypt
from penstock.account.transport_url import join, same_keeper, split
from penstock.mailing.actor import Actor
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.provider.provider import Provider
from penstock.transport.smpp.centre import Centre
from penstock.transport.smtp.server import Server as SmtpServer
from penstock.transport.smtp.server import ServerURLError
from penstock.transport.terms import Terms, Way, terms

MOST = 20
"""Servers of one transport."""
MOST_WEIGHT = 1000
MOST_CONNECTIONS = 10_000
_COLUMNS = "id, place, url, secret, weight, connections, connection_limit, rate, enabled"
_KEPT = ("url", "secret", "weight", "connections", "connection_limit", "rate", "enabled")
_USUAL: dict[str, Any] = {"weight": 1, "rate": None, "connection_limit": None, "enabled": True}


class TransportError(ValueError):
    """A transport or a server of one that cannot be so; says what to do."""


@dataclass(frozen=True)
class Server:
    """One server as it is shown. `connections` are those of one sender for one mailing; `rate` (messages a second) and
    `connection_limit` hold over all senders and mailings, None: no limit. `weight`: its part in proportion to the others."""

    id: int
    place: int
    url: str
    has_password: bool
    weight: int
    connections: int
    connection_limit: int | None
    rate: float | None
    enabled: bool


def of(conn: psycopg.Connection[Any], transports: Iterable[int]) -> dict[int, list[Server]]:
    """Return the servers of each transport, in their order."""
    found: dict[int, list[Server]] = {number: [] for number in transports}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            f"select transport_id, {_COLUMNS} from account_server where transport_id = any(%s) order by transport_id, place",
            (list(found),),
        )
        for row in rows:
            number, secret = row.pop("transport_id"), row.pop("secret")
            found[number].append(Server(**row, has_password=secret is not None))
    return found


def ways(conn: psycopg.Connection[Any], transport: int, *, every: bool = False) -> list[Way]:
    """Return the servers that are switched on (or `every` one), with their passwords: for whoever sends.

    Raises SecretError, ServerURLError.
    """
    rows = conn.execute(
        "select id, url, secret, weight, rate, connection_limit from account_server"
        " where transport_id = %s and (enabled or %s) order by place",
        (transport, every),
    ).fetchall()
    found = [(row, terms(row[1], decrypt(row[2]) if row[2] else "")) for row in rows]
    return [
        Way(number, its, weight, rate, limit or usual_limit(its))
        for (number, _, _, weight, rate, limit), its in found
    ]


def usual_limit(found: Terms) -> int | None:
    """The limit of connections over all senders that a server has without one of its own: a centre counts the binds of an account."""
    return found.connections if isinstance(found, Centre) else None


def put(
    conn: psycopg.Connection[Any], transport: int, given: Sequence[Mapping[str, Any]], actor: Actor
) -> list[dict[str, Any]]:
    """Make `given` the servers of a transport, in a transaction; return what the journal may say of them.

    Keys are url (with or without the password), weight, rate, connection_limit, enabled, and id for one there is; what is not
    named stays, or is as usual. Raises TransportError.
    """
    before = _rows(conn, transport)
    wanted = [_wanted(each, before, actor) for each in given]
    _check_list(wanted)
    numbers = [each["id"] for each in wanted if "id" in each]
    conn.execute("delete from account_server where transport_id = %s and id <> all(%s)", (transport, numbers))
    for place, each in enumerate(wanted, 1):
        values = {
            **{name: each[name] for name in _KEPT},
            "transport": transport,
            "place": place,
            "id": each.get("id"),
        }
        conn.execute(_UPDATE if "id" in each else _INSERT, values)
    found = [terms(each["url"], "") for each in wanted]
    conn.execute(
        "update account_transport set is_local = %s, channel = %s, receipts = %s, version = version + 1 where id = %s",
        (
            all(each.loopback for each in found), _channel(conn, transport, found), any(each.receipts for each in found), transport,
        ),
    )  # fmt: skip
    return [_told(each, before.get(each.get("id", 0))) for each in wanted]


_INSERT = (
    f"insert into account_server (transport_id, place, {', '.join(_KEPT)})"
    f" values (%(transport)s, %(place)s, {', '.join(f'%({name})s' for name in _KEPT)})"
)
_UPDATE = f"update account_server set place = %(place)s, {', '.join(f'{name} = %({name})s' for name in _KEPT)} where id = %(id)s"


def with_password(row: Mapping[str, Any]) -> str:
    """Return the address of a row of account_server with its password in it. Raises SecretError."""
    return join(row["url"], decrypt(row["secret"])) if row["secret"] else str(row["url"])


def _rows(conn: psycopg.Connection[Any], transport: int) -> dict[int, dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            f"select {_COLUMNS} from account_server where transport_id = %s order by place", (transport,)
        ).fetchall()
    return {row["id"]: row for row in rows}


def _wanted(
    given: Mapping[str, Any], before: Mapping[int, Mapping[str, Any]], actor: Actor
) -> dict[str, Any]:
    """The row that a server given is to have."""
    number = given.get("id")
    if number is not None and number not in before:
        raise TransportError(f"The transport has no server {number}. Leave the id out to make a new one.")
    there = before[number] if number is not None else None
    row = dict(there) if there else dict(_USUAL)
    row |= {name: given[name] for name in _USUAL if name in given}
    if given.get("url") is not None:
        row |= address(there, given["url"], actor)
    elif there is None:
        raise TransportError("A server needs an address: smtp://user:password@host:587?tls=starttls")
    _check(row)
    return row


def address(there: Mapping[str, Any] | None, url: str, actor: Actor) -> dict[str, Any]:
    """Return the columns of an address. Raises TransportError where it cannot be, or the password has to be given again."""
    found = checked(url, actor, there["url"] if there else "")
    bare, password = split(url)
    columns: dict[str, Any] = {"url": bare, "connections": found.connections}
    if password or there is None or not there["secret"]:
        return columns | {"secret": encrypt(password) if password else None}
    if isinstance(found, SmtpServer) and urlsplit(bare).username is None:
        return columns | {"secret": None}
    if not same_keeper(there["url"], bare):
        raise TransportError(
            "The password is kept for the server and the user that it was given for, on the same terms."
            " Give it again with the new address."
        )
    return columns


def checked(url: str, actor: Actor, before: str = "") -> Terms:
    """Return what the address says; `before` is the one that it replaces. Raises TransportError for one that cannot be used."""
    try:
        found = terms(url)
    except ServerURLError as error:
        raise TransportError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    if isinstance(found, SmtpServer | Centre) and found.cafile and actor.door != "cli":
        raise TransportError(
            "The option cafile names a file of this server: it is set on the command line only."
        )
    if isinstance(found, Gateway) and found.inward and actor.door != "cli":
        raise TransportError(
            "A gateway on this machine or in a private network is named on the command line only."
        )
    if isinstance(found, Centre) and found.inward and actor.door != "cli" and not _named(before, found):
        raise TransportError(
            "A centre on this machine or in a private network is named on the command line only."
        )
    if isinstance(found, Provider) and found.elsewhere and actor.door != "cli":
        # Whoever administers an account could otherwise have this machine call, and read out, what only it can reach.
        raise TransportError(
            f"{found.host} is not where {found.title} is known to be: such a host is named on the command line only."
        )
    return found


def _named(before: str, centre: Centre) -> bool:
    """Whether the command line has named this very place: its other terms may then be changed from anywhere."""
    there = terms(before) if before else None
    return isinstance(there, Centre) and (there.host, there.port, there.private) == (
        centre.host,
        centre.port,
        centre.private,
    )


def _check(row: Mapping[str, Any]) -> None:
    weight, limit, rate = row["weight"], row["connection_limit"], row["rate"]
    if not 1 <= weight <= MOST_WEIGHT:
        raise TransportError(f"A server's weight is a whole number from 1 to {MOST_WEIGHT:,}.")
    if limit is not None and not 1 <= limit <= MOST_CONNECTIONS:
        raise TransportError(f"A server's limit of connections is from 1 to {MOST_CONNECTIONS:,}, or none.")
    if rate is not None and not 0.001 <= rate <= 1_000_000:
        raise TransportError("A server's rate is from 0.001 to 1,000,000 messages a second, or none.")


def _check_list(wanted: Sequence[Mapping[str, Any]]) -> None:
    if not 1 <= len(wanted) <= MOST:
        raise TransportError(f"A transport has 1 to {MOST} servers.")
    if not any(each["enabled"] for each in wanted):
        raise TransportError("One server at least has to be switched on; to stop sending, put a kill switch.")
    numbers = [each["id"] for each in wanted if "id" in each]
    if len(set(numbers)) < len(numbers):
        raise TransportError("A server is named twice.")


def _channel(conn: psycopg.Connection[Any], transport: int, found: Sequence[Terms]) -> str:
    """What all of them carry; what a mailing goes by does not change under it. Raises TransportError."""
    channels = sorted({each.channel for each in found})
    if len(channels) > 1:
        raise TransportError(
            "A transport carries e-mail or SMS, not both: make one of its servers a transport of its own."
        )
    row = conn.execute(
        "select channel from mailing_mailing where transport_id = %s and channel <> %s limit 1",
        (transport, channels[0]),
    ).fetchone()
    if row:
        raise TransportError(
            f"Mailings go out over this transport by {row[0]}: its servers cannot become some of another channel."
        )
    return channels[0]


def _told(row: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    told = {name: row[name] for name in _KEPT if name != "secret"}
    return told | {"password_changed": (before or {"secret": None})["secret"] != row["secret"]}
