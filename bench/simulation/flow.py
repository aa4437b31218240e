"""Workers, their lanes, and the meters that lanes share: who sends how fast, between two events."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.simulation.running import Package, Running


class Meter:
    """Something with a rate that mailings share: each has its turn (delivery_grant), and its lanes share what it gets."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.streams: dict[Running, set[Stream]] = {}

    def join(self, stream: Stream) -> None:
        self.streams.setdefault(stream.mailing, set()).add(stream)

    def leave(self, stream: Stream) -> None:
        left = self.streams[stream.mailing]
        left.discard(stream)
        if not left:
            del self.streams[stream.mailing]

    def shares(self) -> None:
        """Say to each stream what is its part: evenly, and what one cannot use goes to the others."""
        needs = {mailing: mailing.wanted.rate or math.inf for mailing in self.streams}
        for mailing, part in filled(self.rate, needs).items():
            for stream in self.streams[mailing]:
                stream.parts[self] = part / len(self.streams[mailing])
                stream.most = min(stream.connections, *stream.parts.values())


@dataclass(eq=False, slots=True)
class Stream:
    """What a lane sends of one kind: those of a limited domain, or everybody else. `rate`: messages a second, now."""

    worker: Worker
    mailing: Running
    domain: str | None
    package: Package
    meters: list[Meter]
    connections: float  # messages a second that its connections carry
    parts: dict[Meter, float] = field(default_factory=dict)
    rate: float = 0.0
    since: float = 0.0  # until when it is accounted for
    expected_at: float = 0.0  # when it is looked at next
    turn: int = 0  # an event for an earlier turn is no news
    most: float = 0.0  # the rate that its meters and connections allow

    def __post_init__(self) -> None:
        self.most = self.connections


class Worker:
    """A sender process: so many messages a second, over all of its lanes."""

    def __init__(self, number: int, capacity: float) -> None:
        self.number, self.capacity, self.alive = number, capacity, True
        self.lanes: dict[Running, dict[str | None, Stream]] = {}
        self.begun: dict[Running, float] = {}

    @property
    def streams(self) -> list[Stream]:
        return [stream for lane in self.lanes.values() for stream in lane.values()]


def filled(capacity: float, needs: dict) -> dict:
    """Divide a capacity evenly; who needs less than its part gets what it needs, and the others share the rest."""
    if sum(needs.values()) <= capacity:
        return needs
    parts, left, others = {}, capacity, len(needs)
    for who, need in sorted(needs.items(), key=_need):
        parts[who] = part = min(need, left / others)
        left -= part
        others -= 1
    return parts


_need = itemgetter(1)


def settle_rates(meters: Iterable[Meter]) -> set[Worker]:
    """Share these meters anew; return the workers that this concerns."""
    touched = set()
    for meter in meters:
        meter.shares()
        touched |= {stream.worker for streams in meter.streams.values() for stream in streams}
    return touched
