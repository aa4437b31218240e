"""Whether a test can be asked: its operator fits the type, its value the operator. For texts and documents alike. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from penstock.audience.attributes import storable
from penstock.audience.segments.conditions import (
    DATE,
    IN_DAYS,
    LARGEST,
    LONGEST_PERIOD,
    LONGEST_VALUE,
    MOST_VALUES,
    NUMBER,
    OPERATORS,
    TEXT,
    WITHOUT_VALUE,
    YES_NO,
    Asked,
    SegmentError,
)

EARLIEST: Final = date(1000, 1, 1)
LATEST: Final = date(9000, 12, 31)


def ask(type: str, operator: str, value: Any = None) -> Asked:
    """Return the test. Raises SegmentError, which says what does not fit."""
    if type not in OPERATORS:
        raise SegmentError(f"There is no type {type!r}; there are {', '.join(OPERATORS)}.")
    if operator not in OPERATORS[type]:
        raise SegmentError(f"A {type} has no operator {operator!r}; it has {', '.join(OPERATORS[type])}.")
    if operator in WITHOUT_VALUE:
        if value is not None:
            raise SegmentError(f"{operator} takes no value.")
        return Asked(type, operator)
    if operator in IN_DAYS:
        return Asked(type, operator, _days(value))
    if operator == "is_one_of":
        return Asked(type, operator, _texts(value))
    return Asked(type, operator, _VALUE[type](value))


def whole(value: Any, what: str, most: int) -> int:
    """Return a number from 1 to `most`. Raises SegmentError."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise SegmentError(f"{what} is {_shown(value)}; give a whole number from 1 to {most:,}.")
    return value


def _days(value: Any) -> int:
    return whole(value, "The number of days", LONGEST_PERIOD)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise SegmentError(f"{_shown(value)} is no text.")
    if len(value) > LONGEST_VALUE:
        raise SegmentError(
            f"The value has {len(value):,} characters; at most {LONGEST_VALUE:,} are possible."
        )
    if not storable(value):
        raise SegmentError("The value has a character that no attribute can have (NUL or half a pair).")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise SegmentError("is_one_of takes a list of texts, one at least.")
    if len(value) > MOST_VALUES:
        raise SegmentError(f"There are {len(value):,} values; at most {MOST_VALUES} are possible.")
    return tuple(_text(each) for each in value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SegmentError(f"{_shown(value)} is no number.")
    if not abs(value) <= LARGEST:  # nor is NaN; a whole number may be larger than any float
        raise SegmentError(f"{_shown(value)} is too large; numbers go to {LARGEST:,.0f}.")
    return value


def _date(value: Any) -> str:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise SegmentError(f"{_shown(value)} is no date; write it as 2026-12-31.")
    return day.isoformat()


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise SegmentError(f"{_shown(value)} is neither yes nor no (true or false in JSON).")
    return value


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


_VALUE: Final[dict[str, Callable[[Any], str | float | bool]]] = {
    TEXT: _text, NUMBER: _number, DATE: _date, YES_NO: _yes_no,
}  # fmt: skip
