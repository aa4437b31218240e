"""One event as a provider told it, and what it means in the terms of the ledger and of events. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

LONGEST: Final = 1_000
"""Characters of a provider's words that are looked at."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event, normalised by django-anymail. `mark`: what the message bore (rebuilding.Parts), "" where it comes without.

    kind: anymail's EventType; reason: its RejectReason, ""; text: the receiving server's words, or else the provider's; `raw`: the
    provider's own event.
    """

    kind: str
    mark: str
    at: datetime | None
    reason: str = ""
    text: str = ""
    url: str = ""
    agent: str = ""
    raw: Any = None


class Act(StrEnum):
    """What is to be done about an event."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    OPENED = "opened"
    CLICKED = "clicked"
    NOTHING = "nothing"  # on its way, deferred, an answering machine: the end is told by another event
    UNKNOWN = "unknown"  # nobody knows what it means


_ACTS: Final = {
    "delivered": Act.DELIVERED, "bounced": Act.BOUNCED, "rejected": Act.BOUNCED, "failed": Act.BOUNCED,
    "complained": Act.COMPLAINED, "unsubscribed": Act.UNSUBSCRIBED, "opened": Act.OPENED, "clicked": Act.CLICKED,
    "queued": Act.NOTHING, "sent": Act.NOTHING, "deferred": Act.NOTHING, "autoresponded": Act.NOTHING,
    "subscribed": Act.NOTHING, "inbound": Act.NOTHING, "inbound_failed": Act.NOTHING,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about a message that bounced, as SMTP would have: code (0: not told), enhanced code (RFC 3463; "" likewise)."""

    code: int
    enhanced: str
    text: str


_ENHANCED: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE: Final = re.compile(r"(?<![\d.])([245]\d\d)(?=[ -]|$)(?![\d.])")
_BY_REASON: Final = {
    "invalid": (550, "5.1.3", "the provider holds the address for invalid"),
    "blocked": (550, "5.7.1", "blocked: by the receiving server, or by the provider, which sends nothing to this address"),
    "spam": (550, "5.7.1", "taken for spam, or the provider knows of a complaint from this address"),
    "unsubscribed": (550, "5.7.1", "the provider has this address among those who unsubscribed"),
    "timed_out": (0, "4.4.7", "the receiving server could not be reached in time"),
}  # fmt: skip


def act_of(told: Told) -> Act:
    """Return what is to be done about an event."""
    return _ACTS.get(told.kind, Act.UNKNOWN)


def said_of(told: Told, title: str) -> Said:
    """Return what an event of a bounce says. Where the receiving server is quoted its codes count, else what the provider makes of it.

    `title`: the provider's name, which stands before the words.
    """
    text = told.text[:LONGEST]
    enhanced = found[1] if (found := _ENHANCED.search(text)) else ""
    code = int(found[1]) if (found := _CODE.search(text)) else 0
    if code or enhanced:
        return Said(code, enhanced, f"{title}: {text}")
    usual, status, words = _usual(told)
    return Said(usual, status, f"{title}: {text or words}")


def _usual(told: Told) -> tuple[int, str, str]:
    """Code, enhanced code and words for a bounce of which nobody quotes a reply."""
    if told.reason in _BY_REASON:
        return _BY_REASON[told.reason]
    if told.kind == "rejected":  # by the provider itself, before anybody was asked
        return 550, "5.7.1", "rejected by the provider (suppressed, blocked, or by its policy)"
    if told.kind == "failed":
        return 0, "5.0.0", "the provider tried and failed"
    if (hard := is_hard(told.raw)) is None:
        return 0, "5.0.0", "bounced"
    return (550, "5.1.1", "a hard bounce") if hard else (0, "4.0.0", "a soft bounce")


_SPARKPOST_HARD: Final = frozenset({"10", "30", "90"})
_SOFT: Final = re.compile(r"soft|transient|temporary|undetermined", re.IGNORECASE)
_HARD: Final = re.compile(r"hard|permanent", re.IGNORECASE)


def is_hard(raw: Any) -> bool | None:
    """Whether a provider calls a bounce hard (the address is at fault) or soft, by the names each has for it; None: neither."""
    raw = raw if isinstance(raw, Mapping) else {}
    if isinstance(raw.get("hard_bounce"), bool):  # Mailjet
        return bool(raw["hard_bounce"])
    bounce = _within(raw, "msys", "message_event", "bounce_class")  # SparkPost
    if bounce is not None:
        return str(bounce) in _SPARKPOST_HARD
    named = (
        raw.get("event"), raw.get("Type"), raw.get("type"), raw.get("status"), _within(raw, "data", "type"),
        _within(raw, "data", "bounce", "type"), _within(raw, "event-data", "severity"),
    )  # fmt: skip
    words = " ".join(each for each in named if isinstance(each, str))
    if _SOFT.search(words):
        return False
    return True if _HARD.search(words) else None


def by_machine(raw: Any) -> bool:
    """Whether the provider itself says that a machine opened or clicked: a privacy proxy, a bot."""
    raw = raw if isinstance(raw, Mapping) else {}
    bot = _within(raw, "event-data", "client-info", "bot")  # Mailgun
    name = raw.get("event")  # Brevo
    return bool(bot) or (isinstance(name, str) and "proxy_open" in name) or raw.get("is_proxy_open") is True


def key_of(told: Told, which: str) -> str:
    """Return the key under which opens and clicks of the same link within an hour, and each repetition of a request, are one event."""
    hour = (
        told.at.strftime("%Y-%m-%dT%H")
        if told.at
        else blake2b(repr(told.raw).encode(), digest_size=8).hexdigest()
    )
    link = f" {blake2b(told.url.encode('utf-8', 'replace'), digest_size=6).hexdigest()}" if told.url else ""
    return f"hook {told.kind} {which}{link} {hour}"


def _within(found: Any, *path: str) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
