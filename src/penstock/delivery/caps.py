"""How many connections a lane may have, where its mailing, account or transport has a limit of them over all senders."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from penstock.delivery.metering import Count


class Cap:
    """One such limit (a Holder of penstock.delivery.slots)."""

    def __init__(self, caps: Caps, count: Count) -> None:
        self._caps, self.count = caps, count
        self.slots = 0

    @property
    def most(self) -> int:
        return self._caps.most

    @property
    def held(self) -> int:
        return self._caps.held()

    def give(self, number: int) -> None:
        """So many are ours now."""
        self.slots = number
        self._caps.fit()


class Caps:
    """All of one lane: it has as many connections as the tightest allows."""

    def __init__(self, most: int, held: Callable[[], int], resize: Callable[[int | None], None]) -> None:
        self.most, self.held, self._resize = most, held, resize
        self.all: list[Cap] = []
        self._now: int | None = None

    @property
    def shut(self) -> bool:
        """No connection is ours now: nothing is to be claimed."""
        return self._now == 0

    def limit(self, counts: Sequence[Count]) -> None:
        """These limits hold from now on; those that are new have no connections until some are given."""
        if not counts and not self.all:
            return
        there = {cap.count.name: cap for cap in self.all}
        self.all = [there.get(count.name) or Cap(self, count) for count in counts]
        for cap, count in zip(self.all, counts, strict=True):
            cap.count = count
        self.fit()

    def fit(self) -> None:
        """Have no more connections than are ours."""
        now = min((cap.slots for cap in self.all), default=None)
        if now != self._now:
            self._now = now
            self._resize(now)
