"""The packages of a mailing get other times: when it goes on after a pause, or starts anew by a plan of its own.

Packages that have begun are completed as soon as they may. One that is held (a canary) keeps that, and gets its planned time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from penstock.delivery.cutting import MISSED
from penstock.mailing import timeline
from penstock.mailing.timeline import GRACE, Pace, Release, Slot
from penstock.platform.database import sql


@dataclass(frozen=True, slots=True)
class Waiting:
    """A package that nothing was claimed from."""

    no: int
    size: int
    slot: int | None
    zone: str | None
    planned_at: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class Timed:
    """When a package goes, now: `slot` of its batch, `at` not before `planned`."""

    no: int
    slot: int | None
    planned: datetime
    at: datetime


def waiting(conn: psycopg.Connection[Any], mailing: int) -> list[Waiting]:
    """Return the packages of `mailing` that have not begun, those first that are planned first."""
    rows = conn.execute(sql("penstock.delivery", "retime_what"), {"mailing": mailing}).fetchall()
    return [Waiting(*row) for row in rows]


def after_pause(
    conn: psycopg.Connection[Any], mailing: int, pace: Pace, stopped: datetime, now: datetime, *, shift: bool
) -> int:
    """Give the packages their times again after a pause from `stopped` until `now`; return how many recipients missed theirs."""
    timed, missed = foreseen(pace, waiting(conn, mailing), stopped, now, shift=shift)
    _write(conn, mailing, [each for each in timed if pace.by_zone or pace.batches])
    return _skip(conn, mailing, missed)


def foreseen(
    pace: Pace, packages: Sequence[Waiting], stopped: datetime, now: datetime, *, shift: bool
) -> tuple[list[Timed], list[int]]:
    """Return when the packages go if the pause from `stopped` ends `now`, and the numbers of those that missed their time."""
    missed = _missed(pace, packages, stopped, now)
    times = _new_slots(pace, [each for each in packages if each.no not in missed], stopped, now, shift)
    timed = []
    for each in packages:
        if each.no not in missed:
            planned = times.get(each.slot or 0, each.planned_at)
            at = pace.awake(each.zone, max(planned, now))
            timed.append(Timed(each.no, each.slot, planned, min(at, planned) if at == now else at))
    return timed, missed


def _missed(pace: Pace, packages: Sequence[Waiting], stopped: datetime, now: datetime) -> list[int]:
    """Packages of zones whose time came while the mailing stood still, where those are to be skipped."""
    if not (pace.skip_missed and pace.wall):
        return []
    return [each.no for each in packages if stopped < each.planned_at < now - GRACE]


def _new_slots(
    pace: Pace, packages: list[Waiting], stopped: datetime, now: datetime, shift: bool
) -> dict[int, datetime]:
    if pace.batches is None:
        return {}
    zones: defaultdict[int, list[str | None]] = defaultdict(list)
    planned: dict[int, datetime] = {}
    for each in packages:
        if each.slot is not None:
            zones[each.slot].append(each.zone)
            planned[each.slot] = each.planned_at
    slots = [Slot(number, at, tuple(zones[number])) for number, at in planned.items()]
    return timeline.after_pause(pace, slots, stopped, now, shift=shift)


def from_start(conn: psycopg.Connection[Any], mailing: int, pace: Pace, start: datetime) -> int:
    """Spread what has not begun over time as a plan says that starts at `start`; return how many recipients missed their time.

    Packages are cut where a batch ends in one. Raises timeline.TooManyBatches.
    """
    packages = waiting(conn, mailing)
    of_zone: defaultdict[str | None, list[Waiting]] = defaultdict(list)
    for each in packages:
        of_zone[each.zone if pace.by_zone else None].append(each)
    counts = {zone: sum(each.size for each in there) for zone, there in of_zone.items()}
    timed: list[Timed] = []
    missed: list[int] = []
    for release in timeline.releases(pace, counts, start):
        taken = _take(conn, mailing, of_zone[release.zone], release)
        if release.missed:
            missed += [each.no for each in taken]
        else:
            timed += [Timed(each.no, release.slot, release.planned, release.at) for each in taken]
    _write(conn, mailing, timed)
    return _skip(conn, mailing, missed)


def _take(
    conn: psycopg.Connection[Any], mailing: int, packages: list[Waiting], release: Release
) -> list[Waiting]:
    """Take so many recipients out of `packages`, from the front; the last package is cut where they end in it."""
    taken, left = [], release.count
    while left:
        package = packages.pop(0)
        if package.size > left:
            row = conn.execute("select delivery_cut(%s, %s, %s)", (mailing, package.no, left)).fetchone()
            assert row is not None
            packages.insert(0, replace(package, size=package.size - left))
            package = replace(package, no=row[0], size=left)
        left -= package.size
        taken.append(package)
    return taken


def _write(conn: psycopg.Connection[Any], mailing: int, timed: Iterable[Timed]) -> None:
    columns = list(zip(*((each.no, each.slot, each.planned, each.at) for each in timed), strict=True))
    if columns:
        nos, slots, planned, at = map(list, columns)
        given = {"mailing": mailing, "nos": nos, "slots": slots, "planned": planned, "at": at}
        conn.execute(sql("penstock.delivery", "retime"), given)


def _skip(conn: psycopg.Connection[Any], mailing: int, nos: list[int]) -> int:
    row = conn.execute("select delivery_skip(%s, %s, %s)", (mailing, nos, MISSED)).fetchone() if nos else None
    return int(row[0]) if row else 0
