"""Which part of an audience goes when: by its batches, its zones and the quiet hours. Pure.

What stands here decides the packages of the freeze, and is what people are shown before it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from penstock.mailing import batches, opening, quiet
from penstock.mailing.batches import MOST, Batches, too_many
from penstock.mailing.opening import Hours
from penstock.mailing.quiet import Quiet

GRACE: Final = timedelta(minutes=15)
"""A zone whose time is not longer past than this has not missed it."""
TRIES: Final = 400
"""Looks for an instant at which nobody of several zones is quiet: windows of a day repeat, so a few are enough."""


@dataclass(frozen=True, slots=True)
class Release:
    """So many recipients that go at one time. `planned`: when the plan wants it; `at`: when it may go, after quiet hours.

    `slot`: the number of the batch, from 1; `zone`: whose wall time it is. `missed`: its time was past, and it does not go.
    """

    at: datetime
    planned: datetime
    count: int
    slot: int | None = None
    zone: str | None = None
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How a mailing is spread over time. `wall`: the recipients' own wall time at which it goes; None: all at its start.

    `zone` is the plan's, for intervals of days and for those whose zone nobody knows. `skip_missed`: a zone that has missed its
    time gets nothing. `hours`: when each country may be sent to; then recipients are known by a place, "Europe/Paris FR", wherever
    a zone is spoken of here.
    """

    zone: str
    batches: Batches | None = None
    wall: datetime | None = None
    fold: int = 0
    quiet: Quiet | None = None
    skip_missed: bool = False
    hours: Hours | None = None

    @property
    def by_zone(self) -> bool:
        """Whether it matters where a recipient is."""
        return self.wall is not None or self.quiet is not None or self.hours is not None

    @property
    def is_plain(self) -> bool:
        """Everybody at once."""
        return self.batches is None and not self.by_zone

    def there(self, zone: str | None) -> ZoneInfo:
        """Return the zone of recipients who are in `zone`."""
        return ZoneInfo(zone_in(zone) or self.zone)

    def wanted(self, zone: str | None, start: datetime) -> datetime:
        """Return when the plan wants those in `zone` who go first; a wall time that does not exist there means an hour later."""
        if self.wall is None:
            return start
        return self.wall.replace(tzinfo=self.there(zone), fold=self.fold).astimezone(UTC)

    def awake(self, zone: str | None, at: datetime) -> datetime:
        """Return the first instant from `at` on at which it is not quiet in `zone`, and its country may be sent to."""
        if self.hours is None:
            return at if self.quiet is None else self.quiet.over(at, self.there(zone))
        there, country, found = self.there(zone), country_in(zone), at
        for _ in range(TRIES):
            later = found if self.quiet is None else self.quiet.over(found, there)
            later = self.hours.over(country, later, there)
            if later == found:
                break
            found = later
        return found


def place(zone: str, country: str) -> str:
    """Return how recipients are known where their country matters, too."""
    return f"{zone} {country}"


def zone_in(place: str | None) -> str:
    """Return the zone of a place, or the zone that it is already."""
    return (place or "").partition(" ")[0]


def country_in(place: str | None) -> str:
    """Return the country of a place; "" where it names none."""
    return (place or "").partition(" ")[2]


def pace_of(
    document: Mapping[str, Any] | None,
    *,
    zone: str,
    quiet_hours: str = quiet.OFF,
    missed_slot: str = "send_on_resume",
    sending_hours: str = opening.OFF,
) -> Pace:
    """Return the pace of a stored plan; `zone` is the account's, the others are policies."""
    plan = document or {}
    return Pace(
        zone=plan.get("zone") or zone,
        batches=batches.read(plan["batches"], plan.get("interval")) if plan.get("batches") else None,
        wall=datetime.fromisoformat(plan["at"]) if plan.get("local") else None,
        fold=1 if plan.get("fold") == "second" else 0,
        quiet=quiet.read(quiet_hours),
        skip_missed=missed_slot == "skip",
        hours=opening.read(sending_hours),
    )  # fmt: skip


class TooManyBatches(ValueError):
    """The audience would go in more batches than a mailing may have."""


def first(pace: Pace, zones: Iterable[str | None], start: datetime) -> datetime:
    """Return when the first of a mailing to people in `zones` goes."""
    return min((pace.wanted(zone, start) for zone in zones), default=start)


def releases(pace: Pace, counts: Mapping[str | None, int], start: datetime) -> list[Release]:
    """Spread so many people, by zone, over time; nothing goes before `start`. In the order in which they go.

    Raises TooManyBatches.
    """
    people = {zone: count for zone, count in counts.items() if count > 0}
    try:
        missed = _missed(pace, people, start)
        left = {zone: count for zone, count in people.items() if zone not in {each.zone for each in missed}}
        spread = _at_once(pace, left, start) if pace.batches is None else _batched(pace, left, start)
    except OverflowError:
        raise TooManyBatches(
            "The last of it would go after the year 9999: let it begin earlier, or in fewer batches."
        ) from None
    return sorted([*missed, *spread], key=lambda each: (each.at, each.slot or 0, each.zone or ""))


def _missed(pace: Pace, people: Mapping[str | None, int], start: datetime) -> list[Release]:
    if not pace.skip_missed or pace.wall is None:
        return []
    wanted = {zone: pace.wanted(zone, start) for zone in people}
    return [
        Release(start, wanted[zone], count, zone=zone, missed=True)
        for zone, count in people.items()
        if wanted[zone] < start - GRACE
    ]


def _at_once(pace: Pace, people: Mapping[str | None, int], start: datetime) -> list[Release]:
    return [
        Release(pace.awake(zone, max(planned, start)), planned, count, zone=zone)
        for zone, count in people.items()
        for planned in (pace.wanted(zone, start),)
    ]


def _batched(pace: Pace, people: Mapping[str | None, int], start: datetime) -> list[Release]:
    """One batch after the other, an interval apart at least: each takes those whose time has come and who are not quiet then.

    Where nobody may go at a time of the grid, it goes on at the first time at which somebody may.
    """
    assert pace.batches is not None
    size = pace.batches.size_of(sum(people.values()))
    left, origin, steps, slot = dict(people), start, 0, 0
    wanted = {zone: max(pace.wanted(zone, start), start) for zone in people}
    order = sorted(people, key=lambda zone: (wanted[zone], zone or ""))
    asleep: dict[str | None, datetime] = {}
    spread: list[Release] = []
    while left:
        at = pace.batches.after(origin, ZoneInfo(pace.zone), steps) if steps else origin
        meant = (zone for zone in order if zone in left and wanted[zone] <= at)
        batch = _fill(left, _awake(pace, meant, at, asleep), size, at, slot + 1)
        if not batch:
            origin, steps = min(pace.awake(zone, max(wanted[zone], at)) for zone in left), 0
            continue
        slot, steps = slot + 1, steps + 1
        if slot > MOST:
            raise TooManyBatches(
                too_many(sum(people.values()), size)
                or f"With quiet hours and local times these are more than {MOST:,} batches: make them larger."
            )
        spread += batch
    return spread


def _awake(
    pace: Pace, zones: Iterable[str | None], at: datetime, asleep: dict[str | None, datetime]
) -> Iterator[str | None]:
    """Those of the zones that are not quiet at a time. `asleep`: until when which is quiet; a zone is asked once a night, because
    there may be hundreds of them and thousands of batches."""
    for zone in zones:
        if asleep.get(zone, at) <= at:
            asleep[zone] = pace.awake(zone, at)
            if asleep[zone] == at:
                yield zone


def _fill(
    left: dict[str | None, int], ready: Iterable[str | None], size: int, at: datetime, slot: int
) -> list[Release]:
    batch = []
    for zone in ready:
        taken = min(size, left[zone])
        batch.append(Release(at, at, taken, slot, zone))
        size -= taken
        left[zone] -= taken
        if not left[zone]:
            del left[zone]
        if not size:
            break
    return batch


# -- going on ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """A batch that is still to go: its number, when it was to go, and the zones of its recipients."""

    number: int
    planned: datetime
    zones: tuple[str | None, ...] = (None,)


def after_pause(
    pace: Pace, slots: Iterable[Slot], stopped: datetime, now: datetime, *, shift: bool
) -> dict[int, datetime]:
    """Return the new time of each batch whose time changes, when a mailing goes on that stood still from `stopped` until `now`.

    A batch whose time came before it stopped has had its turn, and goes on at once. `shift`: all later ones are later by the
    pause. Else they keep their times, and those that were missed meanwhile go one by one at the times of the grid behind the
    last. Two never go at once.
    """
    assert pace.batches is not None
    ahead = sorted(
        (slot for slot in slots if slot.planned > stopped), key=lambda slot: (slot.planned, slot.number)
    )
    if shift:
        return _shifted(pace, ahead, now - stopped)
    missed = [slot for slot in ahead if slot.planned <= now]
    if not missed:
        return {}
    return _behind(pace, missed, max(slot.planned for slot in ahead), now)


def _shifted(pace: Pace, ahead: list[Slot], by: timedelta) -> dict[int, datetime]:
    assert pace.batches is not None
    new: dict[int, datetime] = {}
    earliest: datetime | None = None
    for slot in ahead:
        at = slot.planned + by
        at = _all_awake(pace, slot.zones, at if earliest is None else max(at, earliest))
        new[slot.number] = at
        earliest = pace.batches.after(at, ZoneInfo(pace.zone)) if pace.quiet or pace.hours else at
    return new


def _behind(pace: Pace, missed: list[Slot], last: datetime, now: datetime) -> dict[int, datetime]:
    assert pace.batches is not None
    new: dict[int, datetime] = {}
    origin, steps = last, 0
    for slot in missed:
        steps = _step_from(pace, origin, steps + 1, now)
        at = pace.batches.after(origin, ZoneInfo(pace.zone), steps)
        awake = _all_awake(pace, slot.zones, at)
        if awake != at:
            origin, steps = awake, 0
        new[slot.number] = awake
    return new


def _step_from(pace: Pace, origin: datetime, steps: int, now: datetime) -> int:
    """Return the first step of the grid from `origin` on, `steps` at least, that is not before `now`."""
    assert pace.batches is not None
    if origin < now:
        steps = max(steps, int((now - origin).total_seconds() // pace.batches.interval) - 1)
    while pace.batches.after(origin, ZoneInfo(pace.zone), steps) < now:
        steps += 1
    return steps


def next_time(pace: Pace, last: datetime, now: datetime) -> datetime:
    """Return the time of the grid behind the `last` batch that is still to come."""
    assert pace.batches is not None
    return pace.batches.after(last, ZoneInfo(pace.zone), _step_from(pace, last, 1, now))


def _all_awake(pace: Pace, zones: Iterable[str | None], at: datetime) -> datetime:
    """Return the first instant from `at` on at which it is quiet in none of the zones; `at` where there is none."""
    zones = list(zones)
    found = at
    for _ in range(TRIES):
        later = max((pace.awake(zone, found) for zone in zones), default=found)
        if later == found:
            return found
        found = later
    return at


# -- how long it takes ----------------------------------------------------------


def ended(spread: Iterable[Release], rate: float) -> datetime | None:
    """Return when the last message has gone, at `rate` messages a second; None when nobody gets it."""
    end: datetime | None = None
    for each in spread:
        if not each.missed:
            begins = each.at if end is None else max(each.at, end)
            end = begins + timedelta(seconds=each.count / rate)
    return end
