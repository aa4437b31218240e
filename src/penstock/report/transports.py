"""How the servers of a transport fare: what senders say of them, and what a try finds out."""

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account import servers, transports
from penstock.account.access import require_in
from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.platform.database import sql
from penstock.transport import trying
from penstock.transport.diagnosis import Diagnosis
from penstock.transport.smpp.centre import Centre
from penstock.transport.smtp.server import Server as SmtpServer
from penstock.transport.terms import Terms, Way

_SCOPE = "transports:write"
_UNREACHED = "cannot be reached"


@dataclass(frozen=True)
class Health:
    """One server: `state` is sound, shaky (it had trouble, and none was answered since), aside (it gets nothing but tries, the
    next at `retry_at`), unused (no mailing goes by it now) or off. `open`, `busy`: connections, and those with a message on the
    wire; `answered`: messages, of the mailings that are being sent. `trouble`: the last one of a day, though it may be over."""

    id: int
    place: int
    url: str
    state: str
    senders: int
    open: int
    busy: int
    answered: int
    retry_at: datetime | None
    trouble: str | None
    troubled_at: datetime | None


@dataclass(frozen=True)
class Tried:
    """What a try of one server found out; `id` is the server's."""

    id: int
    found: Diagnosis

    def document(self) -> dict[str, Any]:
        """As a document."""
        found = self.found
        held = found.certificate
        return {
            "id": self.id, "server": found.server, "ok": found.ok, "summary": found.summary,
            "steps": [asdict(step) for step in found.steps], "offers": found.offers, "size": found.size,
            "certificate": asdict(held) if held else None,
        }  # fmt: skip


def health(conn: psycopg.Connection[Any], account: int, transport: int) -> list[Health]:
    """Return how each server fares. Raises UnknownTransport."""
    transports.find(conn, account, transport)
    with conn.cursor(row_factory=class_row(Health)) as cursor:
        query = sql("penstock.report", "transport_health")
        return cursor.execute(query, {"account": account, "transport": transport}).fetchall()


def ways(
    conn: psycopg.Connection[Any], account: int, transport: int, actor: Actor, server: int | None = None
) -> list[Way]:
    """Return what `diagnose` is to try: all servers that are switched on, or one. Raises UnknownTransport, SecretError, Forbidden."""
    require_in(actor, _SCOPE, account)
    transports.find(conn, account, transport)
    found = servers.ways(conn, transport, every=server is not None)
    if server is None:
        return found
    if not (one := [way for way in found if way.number == server]):
        raise transports.UnknownTransport(f"transport {transport} has no server {server}")
    return one


def diagnose(tried: Sequence[Way], actor: Actor) -> list[Tried]:
    """Try the servers side by side; nothing is sent. Takes seconds, so hold no connection meanwhile.

    Servers in private networks may be tried as they may be used: relays stand there, and who may name one is an administrator
    of the account. But what answers at an address in a private network is told to nobody but the platform and the command
    line, unless it speaks SMTP, or SMPP: nobody else is to explore the network that way.
    """
    found = asyncio.run(trying.diagnose([way.terms for way in tried]))
    if actor.door != "cli" and PLATFORM not in actor.roles:
        found = [_discreet(way.terms, each) for way, each in zip(tried, found, strict=True)]
    return [Tried(way.number, each) for way, each in zip(tried, found, strict=True)]


def _discreet(terms: Terms, found: Diagnosis) -> Diagnosis:
    """Without what a failed look at a private address would tell of the network."""
    spoken = any(
        (step.ok and step.name == "greeting") or (step.name == "bind" and " refused: " in step.text)
        for step in found.steps
    )
    if found.ok or spoken or not _is_private(terms.host, found):
        return found
    last = found.steps[-1]
    step = replace(
        last,
        name="connect",
        text=f"{found.server} {_UNREACHED}, or does not speak {_language(terms)}",
        seconds=0.0,
    )
    return Diagnosis(found.server, [step])


def _language(terms: Terms) -> str:
    """What is spoken to such a server."""
    return "SMTP" if isinstance(terms, SmtpServer) else "SMPP" if isinstance(terms, Centre) else "HTTP"


def _is_private(host: str, found: Diagnosis) -> bool:
    """Whether the host is in a private network, or was looked up to an address there."""
    words = " ".join(
        [host, *(step.text.replace(",", " ") for step in found.steps if step.name in ("lookup", "connect"))]
    )
    for word in words.split():
        bare = word.strip("[]").rpartition(":")[0] if word.count(":") == 1 else word.strip("[]")
        try:
            if not ipaddress.ip_address(bare).is_global:
                return True
        except ValueError:
            continue
    return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
