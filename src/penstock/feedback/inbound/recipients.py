"""Whose address is it: what the listener takes mail for. Everything else is refused, so that nothing is ever relayed."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from penstock.account import domain_name
from penstock.content.links import parse_return_path, verify_public
from penstock.platform.database import sql

MAILBOXES: Final = frozenset({"bounce", "bounces", "fbl", "abuse", "postmaster", "unsubscribe"})
"""Local parts that are taken at the accounts' own domains: where feedback loops are registered to, unsubscribing by mail is sent on
to, and what RFC 5321 §4.5.1 and RFC 2142 want to be there."""
POSTMASTER: Final = "postmaster"
"""The one address without a domain that every server takes (RFC 5321 §4.5.1), in any case of letters; what comes for it is a stray."""
LONGEST: Final = 320
"""Octets of an address; a longer one is nobody's (RFC 5321 §4.5.3.1)."""


def is_return_path(address: str, key: bytes) -> bool:
    """Whether `address` is the return path of one of our messages: made by us, whatever domain it was made at."""
    token = parse_return_path(address) if len(address) <= LONGEST else None
    return token is not None and verify_public(token, key) is not None


def role_at(address: str) -> str | None:
    """Return the domain of an address that one of MAILBOXES may have, as A-labels; None for any other address."""
    local, _, domain = address.rpartition("@")
    name, _, extension = local.lower().partition("+")
    if len(address) > LONGEST or name not in MAILBOXES or (name == "bounce" and extension):
        return None  # bounce+… is a return path, and ours or forged
    try:
        return domain_name.host(domain)
    except domain_name.DomainNameError:
        return None


def is_ours(conn: psycopg.Connection[Any], domain: str) -> bool:
    """Whether an account sends as this domain, or has its return path there."""
    return conn.execute(sql("penstock.feedback", "domain_is_ours"), {"domain": domain}).fetchone() is not None
