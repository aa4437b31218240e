"""When the first and the last message of a mailing would go, as things stand: before it is planned, from the speed that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from penstock.mailing import plan as plans
from penstock.mailing.plan import Kind, PlanError
from penstock.report.sequence import FAR, measured, next_start


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is expected. `first` and `last` None: that cannot be said. `rate`: messages a second that it is reckoned with.

    `too_late`: the end date comes before the last message.
    """

    kind: str
    first: datetime | None
    last: datetime | None
    rate: float | None
    too_late: bool = False


def timeline(
    conn: psycopg.Connection[Any], account: int, plan: Mapping[str, Any], *, zone: str, people: int | None,
    held_to: float | None = None,
) -> Timeline:  # fmt: skip
    """Foresee a mailing to so many `people` with this plan; `held_to`: the rate that it is held to. `zone` is the account's."""
    speed = measured(conn, account)
    rate = min((each for each in (speed, held_to) if each), default=None)
    now = datetime.now(UTC)
    kind = str(plan.get("kind") or Kind.LATER)
    try:
        read = plans.read(plan, zone=zone, now=now, past_start="send_now")
    except PlanError:
        return Timeline(kind, None, None, rate)
    first = {Kind.NOW: now, Kind.AT: read.due_at}.get(read.kind)
    if read.kind is Kind.SEQUENCE:
        first = next_start(conn, account)
    last = _last(first, people, rate)
    return Timeline(kind, first, last, rate, bool(last and read.ends_at and last > read.ends_at))


def _last(first: datetime | None, people: int | None, rate: float | None) -> datetime | None:
    if first is None or rate is None or people is None:
        return None
    seconds = people / rate
    return first + timedelta(seconds=seconds) if seconds < FAR else None
