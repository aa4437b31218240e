"""What goes when: before a mailing is planned, as it would be cut and from the speed that was measured; of a running one, its packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.delivery import cutting, zones
from penstock.mailing import plan as plans
from penstock.mailing import timeline as pure
from penstock.mailing.holidays import Holiday
from penstock.mailing.plan import Kind, Plan, PlanError
from penstock.mailing.timeline import Pace, Release, TooManyBatches
from penstock.platform.database import sql
from penstock.report import shut
from penstock.report.sequence import FAR, measured, next_start

SOON = 100
"""Milliseconds within which a page counts who is in which zone."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is expected. `first` and `last` None: that cannot be said. `rate`: messages a second that it is reckoned with.

    `releases`: so many recipients, batch and zone at a time, in the order in which they go; empty where all go at once. `too_late`:
    the end date comes before the last message; `late` recipients would be left then. `uncounted`: who is in which zone took too
    long to count. `holidays`: for which somebody waits. `error`: why there can be no timeline.
    """

    kind: str
    first: datetime | None
    last: datetime | None
    rate: float | None
    too_late: bool = False
    releases: tuple[Release, ...] = ()
    late: int = 0
    ends_at: datetime | None = None
    uncounted: bool = False
    error: str = ""
    holidays: tuple[Holiday, ...] = ()

    @property
    def batches(self) -> int:
        """How many batches there are; 0 where there are none."""
        return max((each.slot or 0 for each in self.releases), default=0)

    @property
    def zones(self) -> list[str]:
        """The zones whose wall time it follows."""
        return sorted({each.zone for each in self.releases if each.zone})

    @property
    def missed(self) -> list[Release]:
        """Zones that would get nothing because their time is past."""
        return [each for each in self.releases if each.missed]


def timeline(
    conn: psycopg.Connection[Any], account: int, plan: Mapping[str, Any], *, zone: str, people: int | None,
    held_to: float | None = None, rule: Mapping[str, Any] | None = None, options: Mapping[str, Any] | None = None,
    soon: bool = True, speed: float | None = None, channel: str = "email",
) -> Timeline:  # fmt: skip
    """Foresee a mailing to so many `people`, those whom `rule` means, with this plan.

    `channel`: of the mailing. `held_to`: the rate that it is held to; `options`: its own policies; `zone` is the account's; `speed`: what `measured` said,
    where it was asked already. `soon`: for a page, which does not wait for the zones of a million.
    """
    speed = measured(conn, account) if speed is None else speed
    rate = min((each for each in (speed, held_to) if each), default=None)
    now = datetime.now(UTC)
    kind = str(plan.get("kind") or Kind.LATER)
    try:
        read = plans.read(plan, zone=zone, now=now, past_start="send_now")
    except PlanError as error:
        return Timeline(kind, None, None, rate, error=error.text)
    pace = _pace(conn, account, read, zone, options, channel)
    start = _start(conn, account, read, now)
    if start is None or people is None:
        return Timeline(kind, start, None, rate, ends_at=read.ends_at)
    counts: Mapping[str | None, int] = {None: people}
    if pace.by_zone and rule:
        counts = _zones(conn, account, rule, pace, soon) or counts
    told = Timeline(kind, start, None, rate, ends_at=read.ends_at, uncounted=pace.by_zone and None in counts)
    if read.local:
        start = max(now, pure.first(pace, counts, start))
    try:
        spread = pure.releases(pace, counts, start)
        return replace(_foreseen(told, pace, spread), holidays=shut.foreseen(pace, spread, start))
    except TooManyBatches as error:
        return replace(told, error=str(error))


def _start(conn: psycopg.Connection[Any], account: int, read: Plan, now: datetime) -> datetime | None:
    if read.kind is Kind.SEQUENCE:
        return next_start(conn, account)
    return {Kind.NOW: now, Kind.AT: read.due_at}.get(read.kind)


def _pace(
    conn: psycopg.Connection[Any], account: int, read: Plan, zone: str, options: Mapping[str, Any] | None, channel: str
) -> Pace:  # fmt: skip
    row = conn.execute("select policy from account_account where id = %s", (account,)).fetchone()
    return cutting.pace_of(read.document, zone, {**(row[0] if row else {}), **(options or {})}, channel)


def _zones(
    conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any], pace: Pace, soon: bool
) -> dict[str | None, int] | None:
    by_country = pace.hours is not None
    if not soon:
        return zones.of_audience(conn, account, rule, pace.zone, by_country=by_country)
    try:
        with conn.transaction():
            conn.execute("select set_config('statement_timeout', %s, true)", (f"{SOON}ms",))
            return zones.of_audience(conn, account, rule, pace.zone, by_country=by_country)
    except psycopg.errors.QueryCanceled:
        return None


def _foreseen(told: Timeline, pace: Pace, spread: Sequence[Release]) -> Timeline:
    going = [each for each in spread if not each.missed]
    first = min((each.at for each in going), default=told.first)
    last = expected_end(spread, told.rate)
    if last is None and not pace.is_plain and going:
        last = max(each.at for each in going)  # the last of them, however long it takes
    late = left_at(spread, told.rate, told.ends_at)
    return replace(
        told, first=first, last=last, releases=() if pace.is_plain else tuple(spread), late=late,
        too_late=late > 0 or bool(last and told.ends_at and last > told.ends_at),
    )  # fmt: skip


def expected_end(spread: Sequence[Release], rate: float | None) -> datetime | None:
    """Return when the last message has gone; None where no speed is known, or that is beyond what anybody foresees."""
    people = sum(each.count for each in spread if not each.missed)
    return pure.ended(spread, rate) if rate and people / rate < FAR else None


def left_at(spread: Sequence[Release], rate: float | None, end: datetime | None) -> int:
    """Return how many would not have gone at the end date, about: each release goes as fast as `rate`, one after the other."""
    if end is None:
        return 0
    left, free = 0, datetime.min.replace(tzinfo=UTC)
    for each in spread:
        begins = max(each.at, free)
        if each.missed:
            continue
        gone = (
            each.count
            if rate is None
            else min(each.count, int(rate * max(0.0, (end - begins).total_seconds())))
        )
        left += each.count if begins >= end else each.count - gone
        if rate and each.count / rate < FAR:
            free = begins + timedelta(seconds=each.count / rate)
    return left


@dataclass(frozen=True, slots=True)
class Part:
    """Packages of a running mailing that go together: those of one batch and zone, `count` recipients in `packages`.

    `at`: when they may go, None while they are held (`held` says why); `planned`: when the plan wants them. `begun`: recipients who
    were claimed, `skipped` among them; `ended`: those who do not get it any more because it was cancelled or expired. With no `packages`,
    held for `sending_hours`: those of others who were given back because their country is shut, and go `at` its opening.
    """

    slot: int | None
    zone: str | None
    at: datetime | None
    planned: datetime | None
    held: str | None
    packages: int
    count: int
    begun: int
    skipped: int
    ended: int

    @property
    def left(self) -> int:
        """Recipients who are still to go."""
        return self.count - self.begun - self.ended


def running(conn: psycopg.Connection[Any], mailing: int) -> list[Part]:
    """Return the packages of a frozen mailing by batch and zone, in the order in which they go; retries are not among them."""
    with conn.cursor(row_factory=class_row(Part)) as cursor:
        return cursor.execute(sql("penstock.report", "timeline"), {"mailing": mailing}).fetchall()


def going_on(parts: Sequence[Part], now: datetime, judged: datetime | None = None) -> list[Release]:
    """Return what of a running mailing is still to go, as releases; what is held goes at its planned time, or now.

    `judged`: when its canary will be, before which nobody goes who is held.
    """
    there = [
        Release(
            max(now, each.at or each.planned or now, judged or now if each.held else now),
            each.planned or now, each.left, each.slot, each.zone,
        )
        for each in parts
        if each.left > 0
    ]  # fmt: skip
    return sorted(there, key=lambda each: each.at)
