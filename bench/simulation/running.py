"""One mailing on its way: its packages, who waits again, and how far it is."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NamedTuple, TypeAlias

from bench.simulation import decisions
from bench.simulation.scenario import DAY, DOMAINS, ZONES, Wanted
from penstock.account.policy import RULES
from penstock.mailing.timeline import Pace, pace_of, releases

PACKAGE_SIZE: Final = int(RULES["package_size"].default)


@dataclass(eq=False, slots=True)
class Package:
    """So many recipients with one release time. `ages`: of a retry, (how many, tried first when)."""

    no: int
    kind: str
    size: int
    release_at: float
    domain: str | None
    attempt: int = 0
    ages: list[tuple[int, float]] = field(default_factory=list)
    left: float = 0.0
    begun_at: float = 0.0
    judged: int = 0  # recipients whose answers have been noted


Entry: TypeAlias = tuple[tuple[float, int], int, Package]


@dataclass(eq=False, slots=True)
class Waiting:
    """Released packages of one lane, those who were tried before apart; the first of each heap is the next."""

    plain: list[Entry] = field(default_factory=list)
    again: list[Entry] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.plain or self.again)

    def put(self, package: Package) -> None:
        """It may be taken."""
        key = decisions.opens(package.kind, package.release_at, package.no)
        heap = self.again if decisions.is_again(package.kind) else self.plain
        heapq.heappush(heap, (key, package.no, package))

    def take(self, last_was_again: bool) -> Package:
        """The next one, of two heaps that are not both empty."""
        if self.again and (
            decisions.prefers_again(last_was_again) or not self.plain or self.again[0] < self.plain[0]
        ):
            return heapq.heappop(self.again)[2]
        return heapq.heappop(self.plain)[2]


class Due(NamedTuple):
    """Some who wait again."""

    at: float
    order: int
    count: int
    since: float
    attempt: int
    domain: str | None


@dataclass(eq=False)
class Running:
    """A mailing and its figures. Times are virtual seconds."""

    wanted: Wanted
    node: int
    state: str = "scheduled"
    served_at: float | None = None
    ahead: list[tuple[float, int, Package]] = field(default_factory=list)
    waiting: dict[str | None, Waiting] = field(default_factory=dict)
    was_again: bool = False  # the last package that was taken was of those tried before
    due: list[Due] = field(default_factory=list)
    gathering: list[tuple[float, float]] = field(
        default_factory=list
    )  # (until when, due when) of those in `due`
    came_from: str = "sending"
    lanes: int = 0
    plain_left: int = 0  # plain packages that are not done
    packing_at: float = math.inf
    packages: int = 0
    accepted: int = 0
    bounced: int = 0
    in_doubt: int = 0
    first_at: float | None = None
    handed_off_at: float | None = None
    settled_at: float | None = None

    @property
    def number(self) -> int:
        return self.wanted.number

    @property
    def settled(self) -> int:
        """Recipients of whom nothing more is tried."""
        return self.accepted + self.bounced + self.in_doubt

    @property
    def deferred(self) -> int:
        """Those who wait for their time."""
        return sum(each.count for each in self.due)

    def freeze(self, now: float) -> None:
        """Cut the audience into packages, as its plan spreads it over time."""
        for release in self._releases(now):
            for domain, count in _divided(release[1], DOMAINS).items():
                for size in _cut(count):
                    package = self._package("plain", size, release[0], domain)
                    heapq.heappush(self.ahead, (package.release_at, package.no, package))
                    self.plain_left += 1

    def _releases(self, now: float) -> Iterator[tuple[float, int]]:
        pace: Pace = pace_of(self.wanted.plan, zone="Europe/Berlin", quiet_hours=self.wanted.quiet_hours)
        zones = ZONES if pace.by_zone else {None: 1.0}
        start = DAY + timedelta(seconds=now)
        for each in releases(pace, _divided(self.wanted.recipients, zones), start):
            yield (each.at - DAY).total_seconds(), each.count

    def _package(self, kind: str, size: int, release_at: float, domain: str | None) -> Package:
        self.packages += 1
        return Package(self.packages, kind, size, release_at, domain, left=float(size))

    def release(self, now: float) -> set[str | None]:
        """Let those packages go whose time has come; return the domains concerned."""
        found = set()
        while self.ahead and self.ahead[0][0] <= now:
            package = heapq.heappop(self.ahead)[2]
            self.put(package)
            found.add(package.domain)
        return found

    def put(self, package: Package) -> None:
        """It may be taken."""
        self.waiting.setdefault(package.domain, Waiting()).put(package)

    def take(self, domain: str | None, now: float) -> Package | None:
        """The next package, as delivery_open gives it."""
        waiting = self.waiting.get(domain)
        if not waiting:
            return None
        package = waiting.take(self.was_again)
        self.was_again = decisions.is_again(package.kind)
        package.begun_at = package.begun_at or now
        self.served_at = now
        if self.first_at is None:
            self.first_at = now
        return package

    def wait_again(self, due: Due, gathers: float) -> None:
        """They are due then, and gather for so many seconds."""
        heapq.heappush(self.due, due)
        heapq.heappush(self.gathering, (due.at + gathers, due.at))

    def next_packing(self) -> float:
        """When the ticker packs next; infinity: never."""
        earliest = self.due[0].at if self.due else math.inf
        while self.gathering and self.gathering[0][1] < earliest:
            heapq.heappop(self.gathering)
        return self.gathering[0][0] if self.gathering else math.inf

    def pack(self, now: float) -> Iterator[Package]:
        """Make packages of those who are due, as delivery_promote does: of one number of attempts each."""
        ready: dict[tuple[int, str | None], list[tuple[int, float]]] = {}
        while self.due and self.due[0].at <= now:
            due = heapq.heappop(self.due)
            ready.setdefault((due.attempt, due.domain), []).append((due.count, due.since))
        for (attempt, domain), ages in ready.items():
            package = self._package("retry", sum(count for count, _ in ages), now, domain)
            package.attempt, package.ages = attempt, ages
            yield package


def _cut(count: int) -> Iterator[int]:
    while count > 0:
        yield min(count, PACKAGE_SIZE)
        count -= PACKAGE_SIZE


def _divided(count: int, parts: dict[str | None, float]) -> dict[str | None, int]:
    """Whole numbers that add up; what rounding leaves goes to the last."""
    found = {name: int(count * part) for name, part in parts.items()}
    last = next(reversed(found))
    found[last] += count - sum(found.values())
    return found
