"""Who of several takes the next message, so that over time each takes its part. Pure arithmetic.

Each has a position that a message moves on by one divided by the weight; whoever is not too far before the last one may take.
So the parts are exact but for the slack, whatever the order in which they ask. Who cannot take now (it failed, or has used up a
limit of its own) is left out: nobody waits for it, and it makes up for nothing when it comes back.
"""

from __future__ import annotations

from collections.abc import Sequence


class Turns:
    """The positions of so many takers. `room` is the number of messages that they have in hand together."""

    def __init__(self, weights: Sequence[int], room: int) -> None:
        self._weights = list(weights)
        self._room = room
        self._at = [0.0] * len(weights)
        self._waited_for = [True] * len(weights)

    @property
    def slack(self) -> float:
        """How far one may be before the last: about what all connections carry at a time, and one message of each at least."""
        total = sum(weight for weight, there in zip(self._weights, self._waited_for, strict=True) if there)
        return max(1.0, self._room / total) if total else 1.0

    def may(self, taker: int) -> bool:
        """Whether it may take one now; somebody always may."""
        return self._at[taker] <= self._last() + self.slack

    def took(self, taker: int) -> None:
        """It took one. Who is not waited for makes up for nothing either."""
        if not self._waited_for[taker] and any(self._waited_for):
            self._at[taker] = max(self._at[taker], self._last())
        self._at[taker] += 1 / self._weights[taker]

    def gave_back(self, taker: int) -> None:
        """One that it took is back, unsent."""
        self._at[taker] -= 1 / self._weights[taker]

    def leave(self, taker: int) -> None:
        """Nobody waits for it any more."""
        self._waited_for[taker] = False

    def join(self, taker: int) -> None:
        """It is waited for again, from where the others are."""
        if not self._waited_for[taker]:
            if any(self._waited_for):
                self._at[taker] = self._last()
            self._waited_for[taker] = True

    def behind(self, taker: int) -> list[int]:
        """Those whom `taker` waits for."""
        reach = self._at[taker] - self.slack
        return [other for other, there in enumerate(self._waited_for) if there and self._at[other] < reach]

    def weigh(self, taker: int, weight: int) -> None:
        """Change a weight, from now on."""
        self._weights[taker] = weight

    def _last(self) -> float:
        there = [at for at, waited_for in zip(self._at, self._waited_for, strict=True) if waited_for]
        return min(there, default=max(self._at))
