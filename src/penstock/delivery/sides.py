"""Destination domains with limits, beside the rest of a mailing: each has packages of its own, and keeps nobody else waiting.

What is claimed of them goes out over the connections of the lane like everything else; their pace is kept by claiming no more
than their meters grant, and their number of messages on the wire by claiming no more than are free.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from penstock.delivery.claim import Held
from penstock.delivery.metering import Apart, Count
from penstock.delivery.pacing import Pacing
from penstock.delivery.window import WINDOW


class Place:
    """A limited number of messages on the wire to a domain (a Holder of penstock.delivery.slots)."""

    def __init__(self, side: Side, count: Count) -> None:
        self.side, self.count = side, count
        self.slots = 0

    @property
    def most(self) -> int:
        return self.side.most if self.side.held or self.side.waits else 0

    @property
    def held(self) -> int:
        return self.side.on_the_way

    def give(self, number: int) -> None:
        """So many are ours now."""
        self.slots = number
        self.side.changed()


class Side:
    """One such domain, in one lane."""

    def __init__(self, domain: str, most: int, changed: Callable[[], None]) -> None:
        self.domain, self.most, self.changed = domain, most, changed
        self.apart = Apart()
        self.places: list[Place] = []
        self.held: Held | None = None  # the package that it claims from
        self.packages: set[Held] = set()  # those with something of theirs on the way
        self.waits = False  # there may be a package of its own to be had
        self.parts = 1  # that each of its messages takes
        self.limited = False
        self.allowance = (
            0  # messages, or parts of them, that may be claimed where it is limited; below 0 as in HandOff
        )

    def limit(self, apart: Apart) -> None:
        """These limits hold from now on."""
        self.apart = apart
        self.limited = bool(apart.meters)
        if not self.limited:
            self.allowance = 0
        there = {place.count.name: place for place in self.places}
        self.places = [there.get(count.name) or Place(self, count) for count in apart.counts]
        for place, count in zip(self.places, apart.counts, strict=True):
            place.count = count

    @property
    def shut(self) -> bool:
        """Nothing may be on the wire to it from here: its packages are for others."""
        return any(place.slots == 0 for place in self.places)

    @property
    def on_the_way(self) -> int:
        """Messages claimed and not answered."""
        return sum(held.unrecorded - sum(held.counts) for held in self.packages)

    def room(self) -> int:
        """How many recipients may be claimed now: the last of them may take more parts than there are."""
        room = -(-self.allowance // self.parts) if self.limited else WINDOW
        if self.places:
            room = min(room, min(place.slots for place in self.places) - self.on_the_way)
        return max(0, room)

    def wanted(self, low: int) -> bool:
        """A grant is wanted: there is something to claim."""
        return self.held is not None and not self.held.exhausted and self.allowance <= low

    def grant(self, messages: int) -> None:
        """So many more may be claimed."""
        self.allowance += messages
        self.changed()

    def claimed(self, number: int) -> None:
        """So many were."""
        if self.limited:
            self.allowance = max(1 - self.parts, self.allowance - number * self.parts)

    def take(self, held: Held) -> None:
        """A package is ours."""
        held.apart = True
        self.held, self.parts = held, held.parts
        self.packages.add(held)


class Sides:
    """All of one lane. Empty for a mailing without such limits."""

    def __init__(self, pacing: Pacing, most: int, changed: Callable[[], None]) -> None:
        self._pacing, self._most, self._changed = pacing, most, changed
        self._sides: dict[str, Side] = {}

    def __bool__(self) -> bool:
        return bool(self._sides)

    def __iter__(self) -> Iterator[Side]:
        return iter(list(self._sides.values()))

    @property
    def domains(self) -> list[str]:
        """Their names."""
        return list(self._sides)

    def limit(self, domains: Mapping[str, Apart]) -> None:
        """These domains have limits from now on, and no others."""
        for gone in [each for each in self._sides if each not in domains]:
            del self._sides[gone]
            self._pacing.keep(("domain", gone), (), lambda _: False, lambda _: None)
        for domain, apart in domains.items():
            side = self._sides.setdefault(domain, Side(domain, self._most, self._changed))
            side.limit(apart)
            self._pacing.keep(("domain", domain), apart.meters, side.wanted, side.grant)

    def hear(self, waiting: Collection[str]) -> None:
        """Packages of these domains wait."""
        for side in self:
            side.waits = side.waits or side.domain in waiting

    def keeps(self, held: Held) -> bool:
        """Whether a package is being claimed from."""
        return any(side.held is held for side in self._sides.values())

    def drop(self, given_up: Collection[Held] | None = None) -> None:
        """Claim no more from these packages, None: from any."""
        for side in self._sides.values():
            if given_up is None or side.held in given_up:
                side.held = None

    def forget(self, done: Collection[Held]) -> None:
        """Nothing of these packages is on the way any more."""
        for side in self._sides.values():
            side.packages.difference_update(done)
            if side.held in done:
                side.held, side.waits = None, True

    @property
    def places(self) -> list[Place]:
        """Their limited numbers of messages on the wire."""
        return [place for side in self._sides.values() for place in side.places]
