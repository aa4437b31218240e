"""Which destination domains refuse so much for now that they are to be spared. Pure: the clock is given.

Judged are temporary refusals that mean us or the domain (RFC 3463: 4.3.x, 4.4.x, 4.5.x, 4.7.x, or no enhanced code), not those of one
mailbox, and not greylisting, which refuses everybody once and takes the next attempt. A domain is to be spared when it refused many,
and more than it took, over half a second at least.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from penstock.transport.reply import Reply

REFUSALS: Final = 20
"""Refusals that are enough; of a domain that is spared already fewer, as it is asked less."""
FEW: Final = 3
PERIOD: Final = 30.0
"""Seconds after which the count begins anew, and in which a domain that does not refuse gets half of its pace back."""
SHORTEST: Final = 0.5
"""Seconds that are looked at, at least: a pace is not measured in less."""
LEAST: Final = 0.1
"""Messages (of SMS: parts) a second that a domain is asked to take, however much it refuses."""
MOST: Final = 50
"""Domains of one transport that are spared, and of one lane that are suspected; where all refuse it is the transport."""
_OWN = re.compile(r"4\.[3457]\.\d+")
_GREY = re.compile(r"gr[ae]y.?list", re.IGNORECASE)


class Spared(NamedTuple):
    """A domain that is to be asked less: messages (of SMS: parts) a second that it was asked lately, refusals, and the last of them."""

    domain: str
    asked: float
    refused: int
    reply: str


@dataclass(slots=True)
class _Suspect:
    since: float
    refused: int = 0
    taken: int = 0
    parts: int = 0  # of both


class Suspects:
    """The domains of one lane that refused somebody for now lately: `found`, which is asked for every message, and is mostly empty."""

    def __init__(self) -> None:
        self.found: dict[str, _Suspect] = {}

    def refused(
        self, domain: str, reply: Reply, now: float, spared: float | None = None, parts: int = 1
    ) -> Spared | None:
        """Note a refusal. Return what is to be done when it is enough; `spared`: the rate that the domain is spared to."""
        if not blames_us(reply):
            return None
        suspect = self.found.get(domain)
        if suspect is None or now - suspect.since > PERIOD:
            if suspect is None and len(self.found) >= MOST:
                return None
            suspect = self.found[domain] = _Suspect(now)
        suspect.refused += 1
        suspect.parts += parts
        enough = REFUSALS if spared is None else max(FEW, min(REFUSALS, int(spared * PERIOD / 4)))
        seconds = now - suspect.since
        if suspect.refused < enough or suspect.refused <= suspect.taken or seconds < SHORTEST:
            return None
        del self.found[domain]
        return Spared(domain, suspect.parts / seconds, suspect.refused, str(reply))

    def took(self, domain: str, parts: int = 1) -> None:
        """Note that somebody of a domain was accepted."""
        if (suspect := self.found.get(domain)) is not None:
            suspect.taken += 1
            suspect.parts += parts

    def forget(self, now: float) -> None:
        """Suspect no longer who has not refused enough in a period."""
        for domain in [each for each, suspect in self.found.items() if now - suspect.since > PERIOD]:
            del self.found[domain]


_ABOUT_A_MESSAGE: Final = ("rcpt", "data", "dot", "submit_sm")


def blames_us(reply: Reply) -> bool:
    """Whether a temporary refusal is one of the domain or of us, rather than of one mailbox."""
    if not reply.temporary or reply.command not in _ABOUT_A_MESSAGE or _GREY.search(reply.text):
        return False
    return reply.code == 421 or not reply.enhanced or bool(_OWN.fullmatch(reply.enhanced))
