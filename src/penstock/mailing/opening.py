"""Sending hours: when a country may be sent to, by the clock of the recipient's zone, as laws and good manners have it. Pure.

Written "FR mon-sat 08:00-20:00; DE 09:00-20:00; * 08:00-21:00": a country (ISO 3166-1 alpha-2), days where not all are meant, and from
when until when on such a day. A country may stand there several times; `*` is every other country, and without it these may always
be sent to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from penstock.mailing.quiet import Quiet

OFF: Final = "off"
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = "(" + "|".join(DAYS) + ")"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
_RULE: Final = rf"(\*|[A-Z]{{2}})( {_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*)? {_CLOCK}-({_CLOCK}|24:00)"
WRITTEN: Final = rf"off|{_RULE}(; ?{_RULE}){{0,99}}"
"""How the policy is written."""
OTHERS: Final = "*"
LOOKED_AHEAD: Final = 8
"""Days after which the week is through, and begins again."""


@dataclass(frozen=True, slots=True)
class Window:
    """On one of `days` (0: Monday), from `start` until `end`, in minutes of the day: 24:00 is 1440."""

    days: frozenset[int]
    start: int
    end: int


class Hours:
    """The sending hours of countries."""

    def __init__(self, windows: Mapping[str, tuple[Window, ...]]) -> None:
        self._windows = windows

    @property
    def all(self) -> list[Window]:
        """The windows of all countries."""
        return [window for each in self._windows.values() for window in each]

    @property
    def countries(self) -> list[str]:
        """The countries that something is said of, `*` among them."""
        return sorted(self._windows)

    def of(self, country: str | None) -> tuple[Window, ...]:
        """Return the windows of a country; none: it may be sent to always."""
        return self._windows.get(country or "", self._windows.get(OTHERS, ()))

    def over(self, country: str | None, at: datetime, zone: ZoneInfo) -> datetime:
        """Return `at` where the country may be sent to then, in that zone; else the first instant after it, in UTC."""
        windows = self.of(country)
        if not windows:
            return at
        there = at.astimezone(zone)
        starts = (
            opens
            for ahead in range(LOOKED_AHEAD + 1)
            for window in windows
            if (opens := _opens(window, there.date() + timedelta(days=ahead), at, zone)) is not None
        )
        return min(starts, default=at)


def never_open(hours: Hours, quiet: Quiet) -> list[str]:
    """Return the countries that quiet hours leave no minute of their sending hours: nobody there would ever be sent to."""

    def meets(window: Window) -> bool:
        return any(not quiet.covers(time(*divmod(minute, 60))) for minute in range(window.start, window.end))

    return [country for country in hours.countries if not any(map(meets, hours.of(country)))]


def _opens(window: Window, day: date, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant from `at` on within the window of this day; None where there is none."""
    if day.weekday() not in window.days:
        return None
    start, end = _wall(day, window.start, zone), _wall(day, window.end, zone)
    return max(start, at) if at < end and start < end else None


def _wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, in UTC; one that the clocks skip is as long after midnight as it says, of two the first."""
    midnight = datetime.combine(day, time(), zone)
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)


def is_meant(written: str) -> bool:
    """Whether each window has a length: from 08:00 until 08:00 could be always, or never."""
    found = read(written)
    return found is None or all(window.start < window.end for window in found.all)


@lru_cache(maxsize=64)
def read(written: str) -> Hours | None:
    """Understand the policy; None for "off"."""
    if written == OFF:
        return None
    windows: dict[str, list[Window]] = {}
    for rule in written.split(";"):
        country, *days, hours = rule.split()
        start, _, end = hours.partition("-")
        meant = _days(days[0]) if days else frozenset(range(7))
        windows.setdefault(country, []).append(Window(meant, _minutes(start), _minutes(end)))
    return Hours({country: tuple(each) for country, each in windows.items()})


def _days(written: str) -> frozenset[int]:
    """Mon-fri, or sat,sun; a span may go over the end of the week."""
    days: set[int] = set()
    for part in written.split(","):
        first, _, last = part.partition("-")
        begin = DAYS.index(first)
        span = (DAYS.index(last) - begin) % 7 if last else 0
        days |= {(begin + n) % 7 for n in range(span + 1)}
    return frozenset(days)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
