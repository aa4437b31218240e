"""What a segment says: conditions over one contact, nested by and, or, not. Pure values; reading, writing and SQL are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

DEEPEST: Final = 10
"""Levels of parentheses."""
MOST: Final = 100
"""Conditions in one segment."""
MOST_EVENTS: Final = 20
"""Of them over events and mailings: each of these reads a table of its own."""
LONGEST_VALUE: Final = 1_000  # characters
MOST_VALUES: Final = 500  # of one `is one of`
LARGEST: Final = 10.0**15
"""Numbers beyond it are not compared exactly."""
LONGEST_PERIOD: Final = 36_500  # days
MOST_TIMES: Final = 1_000_000

TEXT, NUMBER, DATE, YES_NO = "text", "number", "date", "yes_no"
OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    TEXT: ("is", "is_not", "is_one_of", "contains", "starts_with", "ends_with", "is_set", "is_not_set"),
    NUMBER: ("is", "is_not", "less", "at_most", "greater", "at_least"),
    DATE: ("is", "is_not", "before", "until", "since", "after", "in_the_last", "in_the_next"),
    YES_NO: ("is", "is_not"),
}
"""What can be asked of a value of each type. `before` and `after` leave the day itself out, `until` and `since` have it."""
WITHOUT_VALUE: Final = ("is_set", "is_not_set")
IN_DAYS: Final = ("in_the_last", "in_the_next")
PERIODS: Final = ("before", "until", "since", "after", "in_the_last")
"""Operators of a date that tell a period of events."""

SEEN: Final = ("opened", "clicked", "viewed", "unsubscribed", "complained", "converted")
"""What recipients do with messages (feedback.events)."""


class SegmentError(ValueError):
    """A segment that cannot be. `place`: where in it, a path of the document or "line 1, column 17"; the text is a whole sentence."""

    def __init__(self, text: str, place: str = "") -> None:
        super().__init__(f"{place}: {text}" if place else text)
        self.text, self.place = text, place


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to one value. `value`: text, number, "YYYY-MM-DD", days, true or false; texts for `is_one_of`; None without."""

    type: str
    operator: str
    value: str | float | bool | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A contact's attribute; one that a contact has not passes no test but `is_not` and `is_not_set`."""

    name: str
    test: Asked


@dataclass(frozen=True, slots=True)
class Field:
    """What every contact has: `address`, `domain`, `phone` and `phone_country` (text), `created` and `updated` (date)."""

    name: str
    test: Asked


@dataclass(frozen=True, slots=True)
class OnList:
    """On a list of this number; a name, as long as nobody has looked it up."""

    list: int | str


@dataclass(frozen=True, slots=True)
class Event:
    """Did something at least so often, within every one of the periods. `kind`: one of SEEN, or "custom" with a name.

    mailing: of this mailing alone (of SEEN). where: tests of the event's properties, all of which it passes.
    """

    kind: str
    name: str | None = None
    mailing: int | None = None
    at_least: int = 1
    period: tuple[Asked, ...] = ()
    where: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """Got this mailing, as delivery knows it (delivery_reached)."""

    mailing: int


@dataclass(frozen=True, slots=True)
class All:
    """Each of them holds; of none, everybody is meant."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of them holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    of: Condition


Leaf: TypeAlias = Attribute | Field | OnList | Event | Reached
Condition: TypeAlias = Leaf | All | Either | Not
FIELDS: Final = {
    "address": TEXT, "domain": TEXT, "phone": TEXT, "phone_country": TEXT, "created": DATE, "updated": DATE
}  # fmt: skip


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the conditions that are not made of others, in their order."""
    if isinstance(condition, Not):
        yield from leaves(condition.of)
    elif isinstance(condition, All | Either):
        for each in condition.of:
            yield from leaves(each)
    else:
        yield condition


def lists(condition: Condition) -> frozenset[int]:
    """The numbers of the lists that are named."""
    return frozenset(
        each.list for each in leaves(condition) if isinstance(each, OnList) and isinstance(each.list, int)
    )


def mailings(condition: Condition) -> frozenset[int]:
    """The numbers of the mailings that are named."""
    return frozenset(
        each.mailing for each in leaves(condition) if isinstance(each, Event | Reached) and each.mailing
    )


def flat(joined: type[All | Either], parts: tuple[Condition, ...]) -> Condition:
    """Join conditions, those of the same kind being taken apart; one alone is itself."""
    taken = tuple(
        inner for part in parts for inner in (part.of if isinstance(part, joined) and part.of else (part,))
    )
    return taken[0] if len(taken) == 1 else joined(taken)


def check_size(condition: Condition) -> None:
    """Raise SegmentError for what is too deep or too much."""
    if (deep := _depth(condition)) > DEEPEST:
        raise SegmentError(f"It is nested {deep} levels deep; at most {DEEPEST} are possible.")
    found = list(leaves(condition))
    if len(found) > MOST:
        raise SegmentError(f"It has {len(found)} conditions; at most {MOST} are possible.")
    events = sum(isinstance(each, Event | Reached) for each in found)
    if events > MOST_EVENTS:
        raise SegmentError(
            f"It has {events} conditions over events and mailings; at most {MOST_EVENTS} are possible."
        )


def _depth(condition: Condition) -> int:
    if isinstance(condition, Not):
        return 1 + _depth(condition.of)
    if isinstance(condition, All | Either):
        return 1 + max(map(_depth, condition.of), default=0)
    return 0
