"""What gateways call the states of a message, and what each means. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from penstock.transport.short import Progress

_WORDS: Final[dict[Progress, str]] = {
    "delivered": "delivered deliverd delivrd delivered_to_handset delivered_to_recipient deliveredtohandset read seen displayed success",
    "failed": "failed undelivered undeliverable undeliv rejected rejectd expired deleted blocked canceled cancelled error invalid"
    " not_delivered delivery_failed permanently_failed",
    "underway": "accepted acceptd queued sending sent enroute scheduled buffered pending submitted submitted_to_carrier delivered_to_network"
    " delivered_to_operator delivered_to_carrier processing in_progress handed_off partially_delivered",
}
_STATES: Final[dict[str, Progress]] = {
    word: state for state, words in _WORDS.items() for word in words.split()
}
PROGRESS: Final = ("delivered", "failed", "underway")


def state_of(word: str, own: Mapping[str, Progress] | None = None) -> Progress:
    """Return what a gateway's word for a state means, `unknown` where nobody knows it. own: the words that somebody named, which go first."""
    plain = plain_word(word)
    return (own or {}).get(plain) or _STATES.get(plain, "unknown")


def plain_word(word: str) -> str:
    """A word as it is compared: small letters, underscores between."""
    return re.sub(r"[\s.-]+", "_", word[:100].strip().lower())
