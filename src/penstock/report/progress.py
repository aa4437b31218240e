"""How far a mailing is: one number for each state of the ledger, two honest percentages, rate and time left."""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

import psycopg

from penstock.platform.database import sql

WINDOW = timedelta(seconds=10)
"""The rate is that of the last so many seconds."""

STATES = (
    "waiting",
    "in_flight",
    "accepted",
    "delivered",
    "deferred",
    "bounced",
    "in_doubt",
    "skipped",
    "cancelled",
    "expired",
)
"""The states of a recipient; at every commit they add up to the audience."""

SETTLED = ("accepted", "delivered", "bounced", "in_doubt", "skipped", "cancelled", "expired")
"""The states after which no further attempt follows by itself; who was accepted by SMS may await a receipt."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The figures of one instant. `recipients` is the whole audience, the skipped included."""

    recipients: int
    waiting: int
    in_flight: int
    accepted: int
    delivered: int
    deferred: int
    bounced: int
    in_doubt: int
    skipped: int
    cancelled: int
    expired: int
    tried: int
    """Recipients with at least one attempt whose end is known or given up."""
    attempts: int
    """Attempts over all recipients: a recipient tried again counts again."""
    rate: float
    """Attempts a second, lately."""
    next_at: datetime | None
    """When the next of the deferred is due."""
    last_in: float = 0.0
    """Seconds until the last package of the plan may go; 0 when all may."""
    awaiting: int = 0
    """Of those accepted by SMS: a receipt is to come, and its window is open. They are not settled yet."""

    @property
    def settled(self) -> int:
        """Recipients for whom no further attempt follows, and no receipt is awaited."""
        return sum(getattr(self, state) for state in SETTLED) - self.awaiting

    @property
    def handed_off_percent(self) -> float:
        """Tried ÷ (audience − skipped), rounded down: 100 only when it is all of them."""
        return _percent(self.tried, self.recipients - self.skipped)

    @property
    def settled_percent(self) -> float:
        """Settled ÷ audience, rounded down: 100 only when it is all of them."""
        return _percent(self.settled, self.recipients)

    @property
    def eta(self) -> float | None:
        """Seconds until everybody was tried, at the present rate, and not before the plan wants it; None when nothing moves,
        0 when nothing is left."""
        left = self.waiting + self.in_flight
        if not left:
            return 0.0
        takes = left / self.rate if self.rate > 0 else 0.0
        return max(takes, self.last_in) or None

    @property
    def adds_up(self) -> bool:
        """The accounting identity: the states together are the audience."""
        return self.recipients == sum(getattr(self, state) for state in STATES)

    def figures(self) -> dict[str, int | float | None]:
        """Return what the faces print as JSON: the audience, each state, the percentages, rate and seconds left."""
        return {
            "recipients": self.recipients,
            **{state: getattr(self, state) for state in STATES},
            "awaiting": self.awaiting,
            "handed_off_percent": self.handed_off_percent,
            "settled_percent": self.settled_percent,
            "rate": round(self.rate, 1),
            "eta": None if self.eta is None else round(self.eta, 1),
        }


def progress(conn: psycopg.Connection, mailing: int) -> Progress:
    """Return the figures of `mailing` in one statement of a few milliseconds; all zero before it is frozen."""
    row = conn.execute(
        sql("penstock.report", "progress"), {"mailing": mailing, "window": WINDOW}, prepare=True
    ).fetchone()
    assert row is not None
    return Progress(*row)


def progress_of(conn: psycopg.Connection, mailings: Collection[int]) -> dict[int, Progress]:
    """Return the figures of several mailings by their numbers, in one statement."""
    if not mailings:
        return {}
    rows = conn.execute(of_several("select unnest(%(mailings)s::integer[]) as id"), {
        "mailings": list(mailings), "window": WINDOW,
    }).fetchall()  # fmt: skip
    return {row[0]: Progress(*row[1:]) for row in rows}


def of_several(chosen: str) -> str:
    """Return the statement for the figures of every mailing that the query `chosen` gives as `id`; its columns come first."""
    each = sql("penstock.report", "progress").replace("%(mailing)s", "chosen.id")
    return f"select chosen.*, told.* from ({chosen}) as chosen cross join lateral (\n{each}) as told"


class Watcher:
    """Progress again and again, with a rate from what changed between the looks of the last seconds."""

    def __init__(
        self, conn: psycopg.Connection, mailing: int, clock: Callable[[], float] = monotonic
    ) -> None:
        self._conn, self._mailing, self._clock = conn, mailing, clock
        self._seen: deque[tuple[float, int]] = deque()

    def look(self) -> Progress:
        """Return the figures of now, with the rate of the last seconds; 0 until two looks lie a second apart."""
        now, seen = self._clock(), self._seen
        figures = progress(self._conn, self._mailing)
        seen.append((now, figures.attempts))
        while len(seen) > 2 and now - seen[1][0] >= WINDOW.total_seconds():
            seen.popleft()
        since, attempts = seen[0]
        if now - since < 1:  # what the packages tell counts in the time that a paused one stood still
            return replace(figures, rate=0.0)
        return replace(figures, rate=max(0.0, (figures.attempts - attempts) / (now - since)))


def _percent(part: int, whole: int) -> float:
    """Return part ÷ whole in percent with one decimal, rounded down; nothing of nothing is all of it."""
    return part * 1000 // whole / 10 if whole > 0 else 100.0
