"""Whether what comes back later finds its way to Penstock, and how to lead it there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.account.domain import Domain
from penstock.account.records.wanted import zone_line
from penstock.platform.database import sql

LISTENER: Final = "penstock inbound"
"""What a listener calls itself to the database, for as long as it runs."""
_WITH_TLS: Final = f"{LISTENER}, certificate until "
"""How the name of one that offers TLS begins; a time in UTC follows."""
PORT: Final = 8024
"""Where the listener usually listens (`penstock inbound`)."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """The ways of one account: listeners that run now, mailboxes that are read and how many of these fail, transports whose provider
    calls us. `leaves`: mail of the account leaves this machine, so that something can come back."""

    account: int
    name: str
    listeners: int
    mailboxes: int
    failing: int
    hooks: int
    leaves: bool

    @property
    def there(self) -> bool:
        """Whether there is any way at all."""
        return bool(self.listeners or self.mailboxes or self.hooks)

    @property
    def lacking(self) -> bool:
        """Whether bounces are lost: mail leaves, and nothing comes back."""
        return self.leaves and not self.there


def listener_name(until: datetime) -> str:
    """Return what a listener calls itself that has a certificate until then."""
    return f"{_WITH_TLS}{until:%Y-%m-%d %H:%M}"


def certificates(conn: psycopg.Connection[Any]) -> list[datetime]:
    """Return until when the certificates of the listeners that run hold, the first to end first; of those that have one."""
    rows = conn.execute(
        "select substr(application_name, length(%(name)s) + 1) from pg_stat_activity"
        " where datname = current_database() and starts_with(application_name, %(name)s)",
        {"name": _WITH_TLS},
    ).fetchall()
    return sorted(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for (text,) in rows)


def ways(conn: psycopg.Connection[Any], account: int | None = None) -> list[WayBack]:
    """Return the ways back of an account, or of each."""
    with conn.cursor(row_factory=class_row(WayBack)) as cursor:
        return cursor.execute(
            sql("penstock.feedback", "ways_back"), {"account": account, "listener": LISTENER}
        ).fetchall()


@dataclass(frozen=True, slots=True)
class Route:
    """How a mail server hands over what comes back to one domain's return path: lines for two of its files, by Postfix's names.

    `own`: the return path has a host of its own, all of whose mail is ours; else it is told by its local part. `dns`: the line of the
    zone that leads mail for it to the server named as its target; empty where none is named.
    """

    domain: str
    number: int
    host: str
    own: bool
    dns: str
    main: str
    transport: str


def route(domain: Domain, port: int = PORT) -> Route:
    """Return what to write into Postfix's configuration for the return path of a domain."""
    way = f"lmtp:[127.0.0.1]:{port}"
    if host := domain.return_host:
        main = f"relay_domains = {host}\ntransport_maps = hash:/etc/postfix/transport"
        dns = zone_line("MX", host, f"10 {domain.return_target}.") if domain.return_target else ""
        return Route(domain.name, domain.id, host, True, dns, main, f"{host}    {way}")
    main = "transport_maps = regexp:/etc/postfix/transport"
    pattern = rf"/^bounce\+[0-9a-f-]+@{re.escape(domain.name)}$/    {way}"
    return Route(domain.name, domain.id, domain.name, False, "", main, pattern)
