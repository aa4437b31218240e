"""What a provider's answer means for a message, in the terms of SMTP: a reply, a doubt, or certainly nothing sent.

A request that was refused as a whole is the sender's mistake or the provider's, never the recipient's: it is told as a refusal
of MAIL, which strikes nobody off, and interrupts the mailing when it repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from penstock.transport.fate import Fate, Replied, Unanswered, Unsent
from penstock.transport.reply import Reply, sanitise

REST: Final = 5.0
"""Seconds after "too many requests" when the provider does not say how long."""
LONGEST_REST: Final = 300.0
_WORDS: Final = {"queued": "queued", "sent": "sent", "unknown": "taken; what became of it is not known yet"}
_REFUSED: Final = {
    "invalid": ("5.1.3", "the provider holds the address for invalid"),
    "rejected": ("5.7.1", "rejected by the provider (suppressed, blocked, or by its policy)"),
    "failed": ("5.0.0", "the provider tried and failed"),
}


@dataclass(frozen=True)
class Answer:
    """The fate of one message; `rest`: seconds for which the provider wants no more; `sick`: its service is in trouble."""

    fate: Fate
    rest: float = 0.0
    sick: bool = False


def of_status(status: str, number: str | None, peer: str) -> Answer:
    """Of a request that was taken: anymail's normalised status of the recipient, and the provider's message number."""
    if status in _REFUSED:
        enhanced, words = _REFUSED[status]
        return Answer(Replied(Reply(550, enhanced, words, "rcpt", peer)))
    words = _WORDS.get(status, sanitise(status))
    return Answer(Replied(Reply(250, "2.0.0", f"{words} as <{number}>" if number else words, "dot", peer)))


def of_http(code: int, text: str, retry_after: str | None, peer: str) -> Answer:
    """Of a request that was answered with an HTTP error."""
    said = sanitise(f"HTTP {code}: {text}") if text else f"HTTP {code}"
    if code == 429:
        return Answer(Replied(Reply(451, "4.7.0", said, "dot", peer)), rest=rest_of(retry_after))
    if code >= 500:  # it may have been taken before whatever broke broke
        return Answer(Unanswered(said), sick=True)
    if code in (401, 402, 403, 407):
        return Answer(Unsent(said, permanent=True))
    if code == 413:
        return Answer(Replied(Reply(552, "5.3.4", said, "mail", peer)))
    return Answer(Replied(Reply(554, "5.0.0", said, "mail", peer)))


def rest_of(retry_after: str | None) -> float:
    """Seconds of a Retry-After field, within bounds; one that gives a date counts as none."""
    try:
        seconds = float(retry_after or REST)
    except ValueError:
        seconds = REST
    return min(max(seconds, 0.1), LONGEST_REST) if seconds == seconds else REST
