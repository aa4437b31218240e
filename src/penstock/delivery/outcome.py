"""What a reply means for a recipient. Pure: a reply in, a state out.

The states of one recipient and their codes in the ledger; a later one may replace an earlier one of the same package.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final, NamedTuple

from penstock.transport.reply import Reply


class State(IntEnum):
    """`delivery_outcome.state`; the table delivery_state says the same, and a test holds them together."""

    IN_DOUBT = 1  # handed over, answer never seen
    RETURNED = 2  # claimed and given back unsent: waiting again, no attempt counted
    DEFERRED = 3  # temporary refusal: has a due time
    SKIPPED = 4  # never tried: suppressed, unsubscribed, a template error ...
    ACCEPTED = 5  # the other side took it
    DELIVERED = 6  # confirmed
    BOUNCED = 7  # permanent refusal, or deferred beyond the window


@dataclass(frozen=True)
class Schedule:
    """When the deferred are tried again: growing intervals with jitter, within a window from the first attempt. Seconds."""

    window: float = 48 * 3600.0  # policy retry_window_hours
    first: float = 60.0
    factor: float = 2.0
    longest: float = 2 * 3600.0
    jitter: float = 0.2  # an interval is this fraction shorter or longer, so that the deferred do not come back as one wave

    def interval(self, attempt: int) -> float:
        """Seconds until the next attempt after `attempt` attempts (the first is 1)."""
        plain = min(self.longest, self.first * self.factor ** min(attempt - 1, 30))
        return plain * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 (spreads load, guards nothing)


class Outcome(NamedTuple):
    """What becomes of a recipient, and for one who waits again: how many seconds from now the next attempt is due."""

    state: State
    due_in: float = 0.0
    parts: int | None = (
        None  # how many its message takes now, where that is another number than its package's
    )


ACCEPTED: Final = Outcome(State.ACCEPTED)
BOUNCED: Final = Outcome(State.BOUNCED)


def age(since: datetime | None) -> float:
    """Seconds since the first attempt, 0 before it."""
    return (datetime.now(UTC) - since).total_seconds() if since else 0.0


def decide(reply: Reply, attempt: int, age: float, schedule: Schedule) -> Outcome:
    """Say what `reply` means for a recipient on attempt `attempt` (the first is 1), `age` seconds after the first one.

    A permanent refusal of the sender waits like a temporary one, so that a mistake in our own set-up does not strike people
    off (the lane interrupts the mailing when it repeats).
    """
    if reply.positive:
        return ACCEPTED
    if reply.permanent and not blames_sender(reply):
        return BOUNCED
    left = schedule.window - age
    if left <= 0:
        return BOUNCED
    return Outcome(State.DEFERRED, min(schedule.interval(attempt), left))


def blames_sender(reply: Reply) -> bool:
    """Whether a permanent refusal is one of the sender, whoever the recipient: one of MAIL, unless it is about the message.

    With the SIZE and BODY parameters a server (or we in its stead) refuses the message itself at MAIL: RFC 1870 §6.1, RFC 6152 §3.
    """
    return reply.permanent and reply.command == "mail" and reply.enhanced not in ("5.3.4", "5.2.3", "5.6.3")


_VARIABLE = re.compile(r"(?<![\w.])(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z_-])[\w.-]{6,}(?![\w.])|<[^<>]{3,}>")


def template(text: str) -> tuple[str, str | None]:
    """Split a reply's text into what repeats and what does not: ("Ok: queued as {}", "4XyZ12").

    Only the last variable part is taken out (queue ids stand last); texts that cannot be split are kept whole. A text with
    braces of its own is kept whole as well, so that `text.replace("{}", detail)` always gives back what the peer said.
    """
    if "{}" in text:
        return text, None
    found = list(_VARIABLE.finditer(text))[-1:]
    if not found:
        return text, None
    return f"{text[: found[0].start()]}{{}}{text[found[0].end() :]}", found[0][0]
