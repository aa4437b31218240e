"""How fast a mailing was handed off over time, from its packages: each made its attempts evenly while it was open and not paused.

Nothing is sampled while a mailing goes out, and no outcome is read: some hundred packages tell it for a million recipients.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from penstock.mailing.states import State
from penstock.platform.database import sql

_MOVING = {State.SENDING.value, State.FINISHING.value, State.CANCELLING.value}

_NEVER = datetime.max.replace(tzinfo=UTC)

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Speed:
    """Attempts handed over in equal stretches of `step` seconds from `start` on."""

    start: datetime
    step: int
    attempts: list[float]

    @property
    def rates(self) -> list[float]:
        """Attempts a second, for each stretch."""
        return [each / self.step for each in self.attempts]

    def begins(self, place: int) -> datetime:
        """When a stretch begins."""
        return self.start + timedelta(seconds=self.step * place)


def packages(conn: psycopg.Connection[Any], mailing: int) -> list[tuple[datetime, datetime, int]]:
    """Return for each package that has begun when it was sent, from when to when, and how many attempts it made."""
    return conn.execute(sql("penstock.report", "handed_over"), {"mailing": mailing}).fetchall()


def standstills(conn: psycopg.Connection[Any], mailing: int) -> list[Stretch]:
    """Return when nothing could be handed off, though it had begun: while it was paused, interrupted or waited again."""
    rows = conn.execute(sql("penstock.report", "moved"), {"mailing": mailing}).fetchall()
    pairs = zip(rows, [*(at for at, _ in rows[1:]), _NEVER], strict=True)
    return [(at, end) for (at, state), end in pairs if state not in _MOVING]


def over_time(
    sent: Sequence[tuple[datetime, datetime, int]], still: Sequence[Stretch], step: int
) -> Speed | None:
    """Spread the attempts of packages over stretches of `step` seconds; None where there were none. Pure."""
    if not sent:
        return None
    spread = [(_without(begun, until, still), number) for begun, until, number in sent]
    start = min(parts[0][0] for parts, _ in spread)
    start -= timedelta(seconds=start.timestamp() % step)
    end = max(parts[-1][1] for parts, _ in spread)
    attempts = [0.0] * (int((end - start).total_seconds() // step) + 1)
    for parts, number in spread:
        _spread(attempts, start, step, parts, number)
    return Speed(start, step, attempts)


def span(sent: Sequence[tuple[datetime, datetime, int]], still: Sequence[Stretch]) -> float:
    """Return how many seconds lie between the first attempt and the last, at most. Pure."""
    parts = [part for begun, until, _ in sent for part in _without(begun, until, still)]
    return (max(last for _, last in parts) - min(first for first, _ in parts)).total_seconds()


def _without(begun: datetime, until: datetime, still: Iterable[Stretch]) -> list[Stretch]:
    """The stretch, as far as nothing stood still in it; its beginning where nothing is left."""
    left = [(begun, until)]
    for stop, go in still:
        left = [
            part
            for first, last in left
            for part in ((first, min(last, stop)), (max(first, go), last))
            if part[0] < part[1]
        ]
    return left or [(begun, begun)]


def _spread(attempts: list[float], start: datetime, step: int, parts: Sequence[Stretch], number: int) -> None:
    whole = sum((last - first).total_seconds() for first, last in parts)
    if whole <= 0:
        attempts[int((parts[0][0] - start).total_seconds() // step)] += number
        return
    for first, last in parts:
        at, end = (first - start).total_seconds(), (last - start).total_seconds()
        while at < end:
            place = int(at // step)
            upto = min(end, (place + 1) * step)
            attempts[place] += number * (upto - at) / whole
            at = upto
