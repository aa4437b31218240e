"""Where mail leaves, as `--via` says: a server by its address, or `transport:NAME`, a transport that is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg

from penstock.cli.endings import wrong
from penstock.content.accepting import SMS
from penstock.transport.provider.provider import Provider
from penstock.transport.smtp.server import Server
from penstock.transport.terms import Terms, terms

NAMED: Final = "transport:"


@dataclass(frozen=True)
class Via:
    """A way out: `server`, or the transport of that `name`, of which `settled` finds out the rest."""

    server: Terms | None = None
    name: str = ""
    number: int | None = None
    hosts: tuple[str, ...] = ()
    loopback: bool = False
    channel: str = "email"

    @classmethod
    def read(cls, given: str, connections: int | None = None) -> Via:
        """Read what was given. Raises ServerURLError."""
        if given.startswith(NAMED):
            return cls(name=given.removeprefix(NAMED).strip())
        found = terms(given)
        return cls.of(replace(found, connections=connections) if connections else found)

    @classmethod
    def of(cls, server: Terms) -> Via:
        """Return the way over one server."""
        return cls(
            server,
            hosts=(str(server) if isinstance(server, Provider) else server.host,),
            loopback=server.loopback,
            channel=server.channel,
        )

    def settled(self, conn: psycopg.Connection[Any], account: int) -> Via:
        """Find the transport that is named. Raises UnknownTransport."""
        if self.server is not None:
            return self
        from penstock.account import transports

        found = transports.chosen(conn, account, self.name)
        hosts = tuple(_host(terms(each.url, "")) for each in found.servers if each.enabled)
        return replace(self, number=found.id, hosts=hosts, loopback=found.is_local, channel=found.channel)

    def refuse_other(self, channel: str) -> None:
        """Return when it carries messages of this channel, or that is not known yet. Raises Failure."""
        if self.channel == channel or (self.server is None and self.number is None):
            return
        if channel == SMS:
            cure = "Name an SMS centre or a gateway: --via smpp://system-id:password@host, sms+https://…, or transport:NAME."
            raise wrong(f"{self} carries e-mail, and this is a short message.", cure)
        raise wrong(
            f"{self} carries short messages.", "Give the text with --sms, or name a mail server with --via."
        )

    def store(self, conn: psycopg.Connection[Any], account: int) -> int:
        """Return the number of the transport, made when there is none at this address. Raises UnknownTransport."""
        from penstock.account import transport_url, transports

        if self.server is None:
            return self.number or transports.chosen(conn, account, self.name).id
        return transports.store(conn, account, transport_url.join(self.server.url, self.server.password))

    @property
    def host(self) -> str:
        """The hosts, for people."""
        return ", ".join(dict.fromkeys(self.hosts)) or self.name

    def __str__(self) -> str:
        return str(self.server) if self.server is not None else f"{self.name} ({self.host})"


def _host(server: Terms) -> str:
    return server.host if isinstance(server, Server) else str(server)
