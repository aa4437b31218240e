"""How fast: messages per time as people write it, `100/s`, `5000/min`, `1000/h`, `20000/d`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

FASTEST = 1_000_000.0
"""Messages a second that a rate may say."""
_PER = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "day": 86_400}
_WORDS = {1: "s", 60: "min", 3600: "h", 86_400: "d"}
_WRITTEN = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(?:/\s*([a-z]{1,3}))?\s*")


class PaceError(ValueError):
    """What was given is no rate; says how to write one."""


@dataclass(frozen=True, slots=True)
class Pace:
    """So many messages `per` seconds, evenly."""

    messages: float
    per: int = 1

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.per

    def __str__(self) -> str:
        return f"{self.messages:.10g}/{_WORDS[self.per]}"


def shortest(rate: float, digits: int = 10) -> Pace:
    """Messages a second in the unit that says them shortest: 1000/h rather than 0.277778/s; a measured rate needs few `digits`."""
    told = (Pace(float(f"{rate * per:.{digits}g}"), per) for per in _WORDS)
    return min(
        told, key=lambda pace: (abs(pace.rate - rate) > rate * 1e-9, len(f"{pace.messages:.10g}"), pace.per)
    )


def read(text: str) -> Pace:
    """Read a rate; without a unit of time it is messages a second. Raises PaceError."""
    match = _WRITTEN.fullmatch(text.lower())
    per = _PER.get(match[2] or "s") if match else None
    if match is None or per is None:
        raise PaceError(f"{text[:40]!r} is no rate; write it as 100/s, 5000/min, 20000/h or 100000/d.")
    pace = Pace(float(match[1]), per)
    if not 0 < pace.rate <= FASTEST:
        raise PaceError(
            f"{text[:40]!r} is no rate; it is more than 0, and at most {FASTEST:,.0f}/s. To stop, pause or put a kill switch."
        )
    return pace
