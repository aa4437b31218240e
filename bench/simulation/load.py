"""What the database does, minute by minute: transactions, rows, write-ahead log, CPU, disk; over nodes that mailings are spread on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from penstock.delivery.window import step, window

MINUTE: Final = 60.0
BEAT: Final = 0.1
"""Seconds after which a lane records what it has, however few (lane.BEAT)."""
GRAIN: Final = 0.05
"""Seconds of work that one grant of a meter is for (pace.GRAIN)."""
CHANNELS: Final = ("transactions", "rows", "log", "cpu")


@dataclass(frozen=True)
class Costs:
    """Seconds of CPU, bytes of log and of disk for one of each, as bench.costs measures them."""

    turn_cpu: float = 1000e-6  # a lane's: record, claim, read
    row_cpu: float = 10e-6  # each recipient in it
    turn_log: float = 700.0
    row_log: float = 119.0
    row_disk: float = 101.0
    frozen_cpu: float = 12e-6
    frozen_log: float = 302.0
    frozen_disk: float = 187.0
    deferred_cpu: float = 25e-6  # noted, packed again
    deferred_log: float = 360.0
    grant_cpu: float = 100e-6
    grant_log: float = 150.0
    beat_cpu: float = 300e-6  # a sender's beat and look


COSTS: Final = Costs()


@cache
def turns(rate: int, limit: float | None, connections: int) -> float:
    """Turns at the database in a second of a lane that sends `rate` messages in it."""
    if rate <= 0:
        return 0.0
    each = step(rate, window(rate, limit, connections), connections)
    return max(rate / each, min(float(rate), 1 / BEAT))


class Load:
    """Sums by minute and node. A flow is noted by its rate and its two ends; the sums are made when they are read."""

    def __init__(self, nodes: int, minutes: int) -> None:
        self.nodes, self.minutes = nodes, minutes
        self._exact = [[[0.0] * (minutes + 2) for _ in CHANNELS] for _ in range(nodes)]
        self._slopes = [[[0.0] * (minutes + 2) for _ in CHANNELS] for _ in range(nodes)]
        self.disk = 0.0

    def at(self, node: int, when: float, *amounts: float) -> None:
        """So much of each channel, at one moment."""
        minute = min(int(when / MINUTE), self.minutes)
        for channel, amount in enumerate(amounts):
            self._exact[node][channel][minute] += amount

    def flow(self, node: int, begun: float, ended: float, *rates: float) -> None:
        """So much of each channel in a second, from `begun` until `ended`."""
        first, last = min(int(begun / MINUTE), self.minutes), min(int(ended / MINUTE), self.minutes)
        for channel, rate in enumerate(rates):
            exact, slopes = self._exact[node][channel], self._slopes[node][channel]
            if first == last:
                exact[first] += rate * (ended - begun)
                continue
            exact[first] += rate * ((first + 1) * MINUTE - begun)
            exact[last] += rate * (ended - last * MINUTE)
            slopes[first + 1] += rate * MINUTE
            slopes[last] -= rate * MINUTE

    def sums(self, node: int, channel: str) -> list[float]:
        """The sum of each minute."""
        place, running, found = CHANNELS.index(channel), 0.0, []
        for exact, slope in zip(self._exact[node][place], self._slopes[node][place], strict=True):
            running += slope
            found.append(exact + running)
        return found

    # -- what happens ---------------------------------------------------------

    def sends(
        self, node: int, begun: float, ended: float, rate: float, limit: float | None, connections: int
    ) -> None:
        """A lane sends: turns, and grants where there is a limit. `limit`: the whole mailing's."""
        often = turns(round(rate) or 1, limit, connections) if rate >= 1 else rate
        grants = rate / max(1, int(limit * GRAIN)) if limit else 0.0
        c = COSTS
        self.flow(
            node, begun, ended,
            2 * often + grants,
            rate + often + grants,
            often * c.turn_log + rate * c.row_log + grants * c.grant_log,
            often * c.turn_cpu + rate * c.row_cpu + grants * c.grant_cpu,
        )  # fmt: skip
        self.disk += rate * (ended - begun) * c.row_disk

    def freezes(self, node: int, begun: float, ended: float, count: int) -> None:
        """The audience of a mailing is written."""
        each = count / (ended - begun)
        self.flow(node, begun, ended, 0.0, each, each * COSTS.frozen_log, each * COSTS.frozen_cpu)
        self.disk += count * COSTS.frozen_disk

    def opens(self, node: int, when: float) -> None:
        """A package is taken."""
        self.at(node, when, 1.0, 2.0, COSTS.turn_log, COSTS.turn_cpu)

    def defers(self, node: int, when: float, count: int) -> None:
        """So many wait again, and are packed."""
        self.at(node, when, 0.0, 2.0 * count, count * COSTS.deferred_log, count * COSTS.deferred_cpu)

    def beats(self, workers: int, ended: float) -> None:
        """Senders say that they are there and look for work; on the first node, where the small tables are."""
        self.flow(0, 0.0, ended, 3.0 * workers, 2.0 * workers, 400.0 * workers, 3 * COSTS.beat_cpu * workers)
