"""Who sends what: a day of a large platform, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

DAY: Final = datetime(2026, 12, 1, tzinfo=UTC)
"""The simulation's midnight; virtual seconds count from here."""
HOUR: Final = 3600.0

# What part of an international audience lives in which zone.
ZONES: Final[dict[str | None, float]] = {
    "Europe/Berlin": 0.22, "Europe/London": 0.12, "Europe/Moscow": 0.06, "America/New_York": 0.17, "America/Chicago": 0.08,
    "America/Los_Angeles": 0.09, "America/Sao_Paulo": 0.06, "Asia/Kolkata": 0.08, "Asia/Tokyo": 0.05, "Australia/Sydney": 0.03,
    "Pacific/Kiritimati": 0.002, "Etc/GMT+12": 0.001, None: 0.037,
}  # fmt: skip
# What part of an audience has its mailbox where a domain has a limit of its own; everybody else: None.
DOMAINS: Final[dict[str | None, float]] = {"gmail.com": 0.30, "outlook.com": 0.12, None: 0.58}


@dataclass(frozen=True)
class Answers:
    """What servers say: the part of first attempts refused for now and for good, and of those tried again once more for now."""

    deferred: float = 0.04
    bounced: float = 0.01
    again: tuple[float, ...] = (0.5, 0.4, 0.8, 0.9)  # after the first retry, the second …; the last holds on

    def for_now(self, attempt: int) -> float:
        """The part of the attempts number `attempt` (the first is 1) that are refused for now."""
        return self.deferred if attempt == 1 else self.again[min(attempt - 2, len(self.again) - 1)]


@dataclass(frozen=True)
class Wanted:
    """One mailing. `start`: virtual seconds; `plan`: a document of mailing/plan; `rate`: its own limit; `pause`: from, until."""

    number: int
    style: str
    account: int
    recipients: int
    start: float
    plan: dict[str, Any]
    rate: float | None = None
    quiet_hours: str = "off"
    pause: tuple[float, float] | None = None


@dataclass(frozen=True)
class Scenario:
    """All of it. Capacities are messages a second; `connection`: seconds of one round trip, which is one message."""

    mailings: list[Wanted]
    workers: int
    per_worker: float
    connections: int = 10
    connection: float = 0.020
    domain_rates: dict[str, float] = field(default_factory=dict)
    account_rates: dict[int, float] = field(default_factory=dict)
    deaths: list[tuple[float, int, float]] = field(default_factory=list)  # when, which worker, for how long
    answers: Answers = Answers()
    nodes: int = 4
    days: int = 4
    seed: int = 1


STYLES: Final = {
    "at once": 70,
    "at a time": 40,
    "in sequence": 30,
    "batches": 20,
    "local time": 25,
    "limited": 15,
}


def drawn(
    recipients: int = 100_000_000, mailings: int = 200, workers: int = 50, *, accounts: int = 20,
    per_worker: float = 1100.0, nodes: int = 4, seed: int = 1,
) -> Scenario:  # fmt: skip
    """A day with so many. A worker is a sender process that signs with RSA-2048; sizes are drawn so that a few are most of it."""
    chance = random.Random(seed)
    weights = [chance.paretovariate(1.1) for _ in range(mailings)]
    sizes = _shares(recipients, weights)
    styles = chance.choices(list(STYLES), weights=list(STYLES.values()), k=mailings)
    wanted = [
        _wanted(chance, number, style, size, accounts)
        for number, (style, size) in enumerate(zip(styles, sizes, strict=True), 1)
    ]
    scale = workers * per_worker
    return Scenario(
        wanted, workers, per_worker, nodes=nodes, seed=seed,
        domain_rates={"gmail.com": 0.15 * scale, "outlook.com": 0.05 * scale},
        account_rates={account: scale * chance.choice((0.02, 0.1, 0.5)) for account in range(1, accounts + 1, 3)},
        deaths=[(chance.uniform(6, 20) * HOUR, chance.randrange(workers), chance.choice((30.0, 600.0, 7200.0)))
                for _ in range(max(1, workers // 10))],
    )  # fmt: skip


def _shares(total: int, weights: list[float]) -> list[int]:
    """Divide `total`; nobody gets nothing, and no mailing is more than an eighth of it but the largest, which takes what is left."""
    most = sum(weights) / 8
    weights = [min(weight, most) for weight in weights]
    sizes = [max(1, int(total * weight / sum(weights))) for weight in weights]
    sizes[sizes.index(max(sizes))] += total - sum(sizes)
    return sizes


def _wanted(chance: random.Random, number: int, style: str, size: int, accounts: int) -> Wanted:
    start = chance.triangular(4, 20, 8) * HOUR
    account = chance.randint(1, accounts)
    plan: dict[str, Any] = {"kind": "now"}
    rate, quiet, pause = None, "off", None
    match style:
        case "batches":
            plan |= {
                "batches": {"number": chance.choice((6, 12, 24))},
                "interval": chance.choice(("15m", "30m", "1h")),
            }
        case "local time":
            plan = {"kind": "at", "at": "2026-12-02T09:00", "zone": "Europe/Berlin", "local": True}
            start = 6 * HOUR
        case "limited":
            rate = max(1.0, size / (chance.choice((2, 4, 8)) * HOUR))
            pause = (start + HOUR, start + 1.5 * HOUR)
        case "in sequence":
            plan = {"kind": "sequence"}
            account = chance.randint(1, 3)
    if style in ("at once", "batches") and chance.random() < 0.2:
        quiet = "21:00-08:00"
    return Wanted(number, style, account, size, start, plan, rate, quiet, pause)
