"""Asks the DNS, within time limits. An answer says so when nobody answered, and never raises: a check must not hang or fail."""

import ipaddress
import os
import time
from typing import Final
from urllib.parse import urlsplit

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.nameserver
import dns.rcode
import dns.rdatatype
import dns.resolver

from penstock.account.records.answers import Answer
from penstock.platform.trouble import Trouble

VARIABLE: Final = "PENSTOCK_DNS"
PATIENCE: Final = 4.0
"""Seconds for one question, over all servers."""
PATIENCE_OF_ONE: Final = 1.5
"""Seconds for one server before the next is tried, or the same again."""
DEADLINE: Final = 12.0
"""Seconds for all questions of one check: longer than any that is answered."""

_PAYLOAD = 1232  # octets of a UDP answer that arrive unfragmented everywhere (DNS flag day 2020)


class Resolver:
    """Asks the system's resolvers, or those of PENSTOCK_DNS, until its deadline. For several threads at once."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._until = time.monotonic() + deadline
        self._trouble: str | None = None
        try:
            self._resolver = _resolver(given_servers())
        except dns.resolver.NoResolverConfiguration:
            self._trouble = f"this machine knows no DNS server; set {VARIABLE}"
        except Trouble as trouble:
            self._trouble = trouble.what.rstrip(".")

    def ask(self, name: str, kind: str) -> Answer:
        """Return the records of `name` of a kind; the CNAMEs on the way are followed."""
        left = self._until - time.monotonic()
        if self._trouble or left <= 0:
            return Answer(trouble=self._trouble or "the time for this check was over")
        try:
            wanted = dns.name.from_text(name)
            found = self._resolver.resolve(wanted, kind, search=False, lifetime=min(PATIENCE, left))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as nothing:
            return Answer(alias=_alias(nothing, name))
        except dns.resolver.LifetimeTimeout:
            return Answer(trouble=f"no answer within {min(PATIENCE, left):.0f} s")
        except dns.resolver.NoNameservers as failed:
            return Answer(trouble=_said(failed))
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return Answer(trouble=str(error) or type(error).__name__)
        return Answer(tuple(sorted(_text(each) for each in found)), _other(found.canonical_name, name))


def given_servers() -> list[tuple[str, int]]:
    """Return the servers that PENSTOCK_DNS names; none: the system's. Raises Trouble when it cannot be read."""
    given = os.environ.get(VARIABLE, "").strip()
    try:
        return [_server(each.strip()) for each in given.split(",") if each.strip()]
    except ValueError:
        raise Trouble(
            f"{VARIABLE} is {given!r}, which is no address of a DNS server.",
            "Write it as 192.0.2.53, 127.0.0.1:5353 or [2001:db8::53]:53; commas between several.",
        ) from None


def _server(text: str) -> tuple[str, int]:
    """Return address and port. Raises ValueError."""
    try:
        return str(ipaddress.ip_address(text)), 53
    except ValueError:
        parts = urlsplit(f"//{text}")
        if parts.path or parts.username is not None:
            raise
        return str(ipaddress.ip_address(parts.hostname or "")), parts.port or 53


def _resolver(servers: list[tuple[str, int]]) -> dns.resolver.Resolver:
    """Return a resolver that keeps nothing: what is checked is what is there now."""
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(*server) for server in servers]
    resolver.timeout = PATIENCE_OF_ONE
    resolver.use_edns(0, 0, _PAYLOAD)
    return resolver


def _text(rdata: object) -> str:
    """Return a record as it is compared: a text in one piece, everything else as the DNS writes it, without the last dot."""
    strings = getattr(rdata, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    exchange = getattr(rdata, "exchange", None)
    if exchange is not None:
        return f"{getattr(rdata, 'preference', 0)} {exchange.to_text(omit_final_dot=True).lower()}"
    return str(rdata)


def _alias(nothing: dns.resolver.NXDOMAIN | dns.resolver.NoAnswer, name: str) -> str | None:
    """Return where a CNAME led, if one did, at whose end there is nothing."""
    if isinstance(nothing, dns.resolver.NXDOMAIN):
        return _other(nothing.canonical_name, name)
    response = nothing.kwargs.get("response")
    try:
        return _other(response.canonical_name(), name) if response else None
    except dns.exception.DNSException:
        return None


def _other(found: dns.name.Name, name: str) -> str | None:
    text = found.to_text(omit_final_dot=True).lower()
    return text if text != name.lower() else None


def _said(failed: dns.resolver.NoNameservers) -> str:
    """Return what the servers answered, each once: `192.0.2.53 answered SERVFAIL`."""
    told = dict.fromkeys(f"{error[0]} answered {error[3] or 'nothing'}" for error in failed.kwargs["errors"])
    return "; ".join(told)[:300] or "no server answered"
