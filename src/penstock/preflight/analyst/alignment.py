"""Whether receivers will believe the sender: From, DKIM and return path set against what the domain's DMARC record asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import psycopg

from penstock.account import domain_name, domains
from penstock.account.domain import Domain
from penstock.preflight.analyst.findings import NOTE, WARNING, Finding

FREE: Final = frozenset(
    {"gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "aol.com", "outlook.com", "hotmail.com", "live.com", "msn.com",
     "icloud.com", "me.com", "mac.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "mail.ru", "yandex.ru", "proton.me",
     "protonmail.com", "orange.fr", "free.fr", "laposte.net", "libero.it", "t-online.de"}
)  # fmt: skip
"""Providers of mailboxes: their domains are not their customers' to send newsletters from, and most of them ask receivers to refuse it."""

_PLACES: Final = {"spf": "SPF", "dmarc": "DMARC", "return_path": "return path", "dkim": "DKIM"}


def look(conn: psycopg.Connection[Any], account: int, transport: int, sender: str) -> Iterator[Finding]:
    """Judge the sender's domain (A-labels) by what the last check of it said; nothing for a transport on this machine."""
    row = conn.execute("select is_local from account_transport where id = %s", (transport,)).fetchone()
    if row is None or row[0]:
        return
    if sender in FREE:
        yield Finding(
            WARNING, "sender_freemail", "from", f"{sender} belongs to a provider of mailboxes, who signs and allows only its own servers",
            "Send from a domain of your own; reply-to may be the mailbox.",
        )  # fmt: skip
        return
    domain = _domain(conn, account, sender)
    if domain is None or not domain.verified:
        what = "is not among the sending domains" if domain is None else "is not verified"
        yield Finding(WARNING, "sender_unverified", "from", f"{sender} {what} of this account: nothing is signed, and receivers cannot tell it from a forgery",
                      "Add it, and set its records: penstock domain add.")  # fmt: skip
        return
    yield from _records(domain)
    yield from _aligned(conn, account, domain, sender)


def _domain(conn: psycopg.Connection[Any], account: int, sender: str) -> Domain | None:
    """The domain at or above the sender's that counts for it: a verified one before others, then the nearest."""
    over = [
        each
        for each in domains.listed(conn, account)
        if each.name == sender or sender.endswith(f".{each.name}")
    ]
    return max(over, key=lambda each: (each.verified, len(each.name)), default=None)


def _records(domain: Domain) -> Iterator[Finding]:
    """What the last check said of the records that are not right."""
    for record in domain.records:
        if record.state in ("found", "unchecked", "unreachable") or (
            record.kind == "dkim" and domain.failing_since is None
        ):
            continue
        place = f"{_PLACES.get(record.kind, record.kind)} of {domain.name}"
        yield Finding(WARNING, f"sender_{record.kind}", place, record.what.rstrip("."), record.cure)


def _aligned(conn: psycopg.Connection[Any], account: int, domain: Domain, sender: str) -> Iterator[Finding]:
    """DMARC passes where DKIM or the return path is of the sender's domain: the same, or, relaxed, of one organisation (RFC 7489 §3.1)."""
    asked = domain.found.get("dmarc", {})
    signing = sorted({key[0] for key in domains.signing_keys(conn, account, sender)})
    back = domains.return_host(conn, account, sender) or sender
    by_key = any(_same(sender, name, asked.get("adkim", "r")) for name in signing)
    by_path = _same(sender, back, asked.get("aspf", "r"))
    policy = asked.get("policy")
    if not signing:
        yield Finding(
            WARNING,
            "dkim_missing",
            "from",
            f"no key signs for {sender}",
            "Set the DKIM record of one of its keys, and check it.",
        )
    if not by_key and not by_path:
        follows = (
            f", and its DMARC record asks to {policy} what is not aligned"
            if policy in ("quarantine", "reject")
            else ""
        )
        text = f"neither the signature ({', '.join(signing) or 'none'}) nor the return path ({back}) is of {sender}{follows}"
        yield Finding(
            WARNING,
            "sender_unaligned",
            "from",
            text,
            "Add the sender's very domain, or relax adkim and aspf in its DMARC record.",
        )
    elif not by_key and signing:
        text = f"the signature is of {', '.join(signing)}, which is not aligned with {sender} (adkim=s); only the return path is"
        yield Finding(
            NOTE,
            "dkim_unaligned",
            "from",
            text,
            "Add the sender's very domain with a key of its own: forwarding breaks SPF.",
        )


def _same(sender: str, other: str, mode: str) -> bool:
    if mode == "s":
        return sender == other
    return domain_name.organisation(sender) == domain_name.organisation(other)
