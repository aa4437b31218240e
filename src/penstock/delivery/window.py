"""How much a lane may have in hand, and how often it goes to the database. Pure arithmetic."""

from __future__ import annotations

from typing import Final

WINDOW: Final = 1000
"""Recipients that one lane may have claimed and not recorded: the most that are in doubt when a sender is killed."""
WORK: Final = 0.2
"""Seconds of work that may be claimed and not recorded: it is in doubt when the sender is killed."""
TURN: Final = 0.06
"""Seconds of work that are worth a turn at the database on a slow way: some seventeen turns a second."""

SAMPLE: Final = 0.05
"""Seconds over which the pace is measured."""


class Speed:
    """Messages a second, smoothed, over samples long enough that two turns close together do not look like speed."""

    def __init__(self, now: float) -> None:
        self.rate = 0.0
        self._since, self._counted = now, 0

    def note(self, recorded: int, now: float) -> None:
        """So many more have their outcome."""
        self._counted += recorded
        if (seconds := now - self._since) >= SAMPLE:
            self.rate += (self._counted / seconds - self.rate) * 0.3
            self._counted, self._since = 0, now


def window(rate: float, limit: float | None, connections: int) -> int:
    """How many recipients may be claimed and not recorded: 0.2 s of work, at most a micro-batch.

    `rate`: messages a second as measured; `limit`: those that are allowed, None without one. At least two for each of the
    `connections`: one on the wire, and one whose commands go out with it.
    """
    least = max(1, int(limit * WORK)) if limit else WINDOW
    rate = min(rate, limit) if limit else rate
    return min(WINDOW, max(min(2 * connections, least), int(rate * WORK)))


def step(rate: float, window: int, connections: int) -> int:
    """Outcomes after which a turn at the database is worth it.

    A turn takes milliseconds, meanwhile the connections live on what is left of the window. So on a slow way turns come
    early, some seventeen a second; on a fast one half a window is worth one.
    """
    return max(1, min(window // 2, max(connections, int(rate * TURN))))
