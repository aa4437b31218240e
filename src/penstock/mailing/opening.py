"""Sending hours: when a country may be sent to, by the clock of the recipient's zone, as laws and good manners have it. Pure.

Written "FR mon-sat 08:00-20:00 except holidays; DE 09:00-20:00; * 08:00-21:00": a country (ISO 3166-1 alpha-2), days where not all are
meant, from when until when on such a day, and whether public holidays are such days: `except holidays` are those of the whole country,
`except holidays in BY,SN` those of these parts as well (ISO 3166-2 without the country), `except holidays anywhere` those of any part. A
country may stand there several times; `*` is every other country, and without it these may always be sent to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from penstock.mailing import holidays
from penstock.mailing.holidays import ANYWHERE, PART, Holiday
from penstock.mailing.quiet import Quiet

OFF: Final = "off"
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = "(" + "|".join(DAYS) + ")"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
_BUT: Final = rf" except holidays( anywhere| in {PART}(,{PART}){{0,99}})?"
_RULE: Final = rf"(\*|[A-Z]{{2}})( {_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*)? {_CLOCK}-({_CLOCK}|24:00)({_BUT})?"
WRITTEN: Final = rf"off|{_RULE}(; ?{_RULE}){{0,99}}"
"""How the policy is written."""
OTHERS: Final = "*"
LOOKED_AHEAD: Final = 100
"""Days in which an opening is looked for. Without holidays eight are enough, for the week begins again; in 2026 to 2031 no country's holidays
take more than nine days in a row, and the same day of more than four weeks."""
FORETOLD: Final = 366
"""Days of which holidays are told."""


@dataclass(frozen=True, slots=True)
class Window:
    """On one of `days` (0: Monday), from `start` until `end`, in minutes of the day: 24:00 is 1440.

    `but`: not on a public holiday of the whole country and of these parts of it; None: on holidays, too.
    """

    days: frozenset[int]
    start: int
    end: int
    but: tuple[str, ...] | None = None

    def holiday(self, country: str, day: date) -> Holiday | None:
        """Return what keeps it shut on one of its days."""
        if self.but is None or day.weekday() not in self.days or not holidays.is_one(country, day, self.but):
            return None
        return Holiday(day, country, self.but)


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
        there = at.astimezone(zone).date()
        for ahead in range(LOOKED_AHEAD):
            day = there + timedelta(days=ahead)
            starts = [
                opens
                for window in windows
                if (opens := _opens(window, day, at, zone)) is not None
                and window.holiday(country or "", day) is None
            ]
            if starts:
                return min(starts)
        return _wall(there + timedelta(days=LOOKED_AHEAD), 0, zone)  # as shut as ever: asked again then

    def passed(self, country: str, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Holiday]:
        """The public holidays that keep a country shut at a time between two instants at which it would be open, for FORETOLD days."""
        windows = [window for window in self.of(country) if window.but is not None]
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        for ahead in range(min((last - first).days + 1, FORETOLD) if windows else 0):
            day = first + timedelta(days=ahead)
            for window in windows:
                opens = _opens(window, day, start, zone)
                if opens is not None and opens < end and (found := window.holiday(country, day)):
                    yield found
                    break


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


def unknown(written: str) -> str | None:
    """Return what the policy must be, in words, where it speaks of holidays that nobody knows; None where it does not."""
    found = read(written) if "holidays" in written else None
    wrong = (_unknown(country, found.of(country)) for country in found.countries) if found else iter(())
    return next(filter(None, wrong), None)


def _unknown(country: str, windows: tuple[Window, ...]) -> str | None:
    asked = [window.but for window in windows if window.but is not None]
    parts = {part for but in asked if but != ANYWHERE for part in but}
    if country == OTHERS:
        return (
            f"for * without {min(parts)}, a part of one country: write a rule for that country"
            if parts
            else None
        )
    if asked and not holidays.is_known(country):
        return f"without holidays for {country}: none are known of a country of these letters (ISO 3166-1)"
    if strange := parts - {*holidays.parts_of(country)} if parts else None:
        there = ", ".join(holidays.parts_of(country)) or "no parts"
        return f"without {min(strange)} for {country}, of whose parts these have holidays: {there}"
    return None


@lru_cache(maxsize=64)
def read(written: str) -> Hours | None:
    """Understand the policy; None for "off"."""
    if written == OFF:
        return None
    windows: dict[str, list[Window]] = {}
    for rule in written.split(";"):
        when, excepted, parts = rule.partition(" except holidays")
        country, *days, hours = when.split()
        start, _, end = hours.partition("-")
        meant = _days(days[0]) if days else frozenset(range(7))
        but = _parts(parts) if excepted else None
        windows.setdefault(country, []).append(Window(meant, _minutes(start), _minutes(end), but))
    return Hours({country: tuple(each) for country, each in windows.items()})


def _parts(written: str) -> tuple[str, ...]:
    """Nothing, anywhere, or in BY,SN."""
    how, _, parts = written.strip().partition(" ")
    return ANYWHERE if how == "anywhere" else tuple(sorted({*parts.split(",")})) if parts else ()


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
