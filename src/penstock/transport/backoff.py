"""When to try a server again that could not be reached."""

from __future__ import annotations

import random
from typing import Final

FIRST: Final = 0.5
LONGEST: Final = 60.0
PERMANENT: Final = 300.0
"""Seconds after a trouble that will not pass by itself: nobody's account is to be locked by our insisting."""


class Backoff:
    """Growing rests with jitter: 0.5 s, 1, 2, … 60, each shortened at random by up to half."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.Random()  # noqa: S311 -- only spreads the load
        self.failures = 0
        self.until = 0.0
        self.failed_at = 0.0

    def failed(self, now: float, permanent: bool = False) -> None:
        """An attempt failed at `now`. Attempts that fail together count once."""
        self.failed_at = now
        if now >= self.until or not self.failures:
            rest = min(LONGEST, FIRST * 2**self.failures)
            self.failures = min(self.failures + 1, 16)
            self.until = now + rest * (1 - self._chance.random() / 2)
        if permanent:
            self.until = now + PERMANENT

    def succeeded(self) -> None:
        """The server took up work on a connection made since: what was before is forgotten."""
        self.failures = 0

    def reset(self) -> None:
        """Try at once."""
        self.failures = 0
        self.until = 0.0
