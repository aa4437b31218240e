"""Lengths of time as people write them: "90s", "30m", "2h", "3d", "1w", or a number of seconds. Pure."""

import re
from typing import Any, Final

UNITS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Seconds of each unit; a day is 24 hours here, whatever the clocks of a place do."""

_WRITTEN = re.compile(r"([0-9]{1,9})([wdhms]?)")
_NAMES = {"w": "week", "d": "day", "h": "hour", "m": "minute", "s": "second"}


def seconds(given: Any, *, least: int = 0, most: int = 366 * 86_400) -> int:
    """Return the number of seconds of "2d" or 172800; within `least` and `most`, both included. Raises ValueError in words."""
    number = given if isinstance(given, int) and not isinstance(given, bool) else None
    if isinstance(given, str) and (read := _WRITTEN.fullmatch(given.strip())):
        number = int(read[1]) * UNITS[read[2] or "s"]
    if number is None or not least <= number <= most:
        raise ValueError(
            f"{given!r} is no length of time from {short(least)} to {short(most)}; write it as 30m, 2h, 3d, 1w, or in seconds"
        )
    return number


def short(number: int) -> str:
    """Return seconds as they are written, in the largest unit that fits: 7200 is "2h"."""
    unit = next((name for name, size in UNITS.items() if number and number % size == 0), "s")
    return f"{number // UNITS[unit]}{unit}"


def words(number: int) -> str:
    """Return seconds in English words: "2 hours"."""
    written = short(number)
    count, unit = int(written[:-1]), _NAMES[written[-1]]
    return f"{count} {unit}{'' if count == 1 else 's'}"
