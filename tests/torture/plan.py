"""What happens during a run, drawn from one seed: printed, so that a run can be repeated."""

import os
import random
from dataclasses import dataclass

KILLS = ("kill_sender", "kill_worker", "kill_database", "kill_backend")


@dataclass(frozen=True)
class Plan:
    """One run. `reply_delay`, the mean seconds between dot and reply until the last event, makes the run outlast its events."""

    recipients: int
    processes: int
    connections: int
    reply_delay: float
    events: dict[str, int]
    between: tuple[float, float]  # seconds from one event to the next
    patience: float  # seconds that the rest may take after the last event
    seed: int

    @property
    def senders(self) -> int:
        return self.processes

    def kills(self) -> int:
        return sum(self.events.get(kind, 0) for kind in KILLS)

    @property
    def in_hand(self) -> float:
        """What a sender may have claimed and not recorded: 0.2 s of work, at least two a connection; with a factor of 2."""
        return 2 * max(2 * self.connections, 0.2 * self.connections / self.reply_delay)

    def senders_hit(self, event: str) -> int:
        """How many senders may have lost what they had in hand."""
        if event in ("kill_worker", "kill_database"):
            return self.senders
        return int(event in ("kill_sender", "kill_backend", "freeze_sender"))

    def draw(self) -> list[tuple[float, str]]:
        """The events in order, each with the seconds to wait before it."""
        chance = random.Random(self.seed)
        events = [kind for kind, times in self.events.items() for _ in range(times)]
        chance.shuffle(events)
        return [(chance.uniform(*self.between), kind) for kind in events]


def chosen() -> Plan:
    """The long form with PENSTOCK_TORTURE=full, else the short one; PENSTOCK_TORTURE_SEED repeats a run."""
    seed = int(os.environ.get("PENSTOCK_TORTURE_SEED") or random.SystemRandom().randrange(1_000_000))
    if os.environ.get("PENSTOCK_TORTURE") == "full":
        return Plan(
            recipients=100_000, processes=3, connections=10, reply_delay=0.040, between=(0.3, 2.5), patience=240, seed=seed,
            events={
                "kill_sender": 8, "kill_worker": 5, "kill_database": 4, "kill_backend": 3, "freeze_sender": 4,
                "stall_sink": 4, "cut_connections": 4, "pause": 8, "cancel": 4, "withhold": 3,
            },
        )  # fmt: skip
    return Plan(
        recipients=5_000, processes=2, connections=5, reply_delay=0.045, between=(0.2, 0.8), patience=60, seed=seed,
        events={
            "kill_sender": 2, "kill_worker": 1, "kill_database": 1, "cut_connections": 1, "stall_sink": 1, "pause": 2,
            "cancel": 1, "withhold": 1,
        },
    )  # fmt: skip
