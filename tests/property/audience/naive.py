"""What a segment means, by a loop over people: the opposite of the compiled SQL in every way but the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from penstock.audience.segments.compiling import NO, YES
from penstock.audience.segments.conditions import (
    All,
    Asked,
    Attribute,
    Condition,
    Either,
    Event,
    Field,
    Not,
    OnList,
    Reached,
)

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


@dataclass
class Told:
    """One event of a person."""

    kind: str
    name: str | None
    mailing: int | None
    at: datetime
    data: dict[str, Any]


@dataclass
class Person:
    """One contact and all that is known of it."""

    id: int
    normal: str
    attributes: dict[str, str]
    created: datetime
    updated: datetime
    lists: set[int] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)
    events: list[Told] = field(default_factory=list)
    phone: str | None = None


def holds(condition: Condition, person: Person, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a condition holds of a person."""
    match condition:
        case All():
            return all(holds(each, person, now, zone) for each in condition.of)
        case Either():
            return any(holds(each, person, now, zone) for each in condition.of)
        case Not():
            return not holds(condition.of, person, now, zone)
        case OnList():
            return condition.list in person.lists
        case Reached():
            return condition.mailing in person.reached
        case Attribute():
            return _value(person.attributes.get(condition.name), condition.test, now.astimezone(zone).date())
        case Field():
            return _field(person, condition, now, zone)
        case Event():
            return _often(person, condition, now, zone) >= condition.at_least


def _often(person: Person, event: Event, now: datetime, zone: ZoneInfo) -> int:
    return sum(
        told.kind == event.kind
        and told.name == event.name
        and event.mailing in (None, told.mailing)
        and all(_time(told.at, each, now, zone) for each in event.period)
        and all(
            _value(_text(told.data.get(each.name)), each.test, now.astimezone(zone).date())
            for each in event.where
        )
        for told in person.events
    )


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _field(person: Person, condition: Field, now: datetime, zone: ZoneInfo) -> bool:
    if condition.name in ("created", "updated"):
        return _time(getattr(person, condition.name), condition.test, now, zone)
    value = condition.test.value
    if condition.name in ("phone", "phone_country"):
        told = person.phone if condition.name == "phone" else person.phone and "FR"
        return _value(told, condition.test, now.date())
    lowered = (
        tuple(each.lower() for each in value) if isinstance(value, tuple) else value and str(value).lower()
    )
    test = Asked(condition.test.type, condition.test.operator, lowered)
    return _value(
        person.normal.partition("@")[2] if condition.name == "domain" else person.normal, test, now.date()
    )


def _time(at: datetime, test: Asked, now: datetime, zone: ZoneInfo) -> bool:
    if test.operator == "is_not":
        return not _time(at, Asked(test.type, "is", test.value), now, zone)
    if test.operator == "in_the_last":
        return now - timedelta(days=int(test.value)) <= at <= now  # type: ignore[arg-type]
    return _day(at.astimezone(zone).date(), test, now.astimezone(zone).date())


def _value(value: str | None, test: Asked, today: date) -> bool:
    if test.operator.startswith("is_not"):
        return not _value(value, Asked(test.type, test.operator.replace("_not", ""), test.value), today)
    if value is None:
        return False
    if test.type == "yes_no":
        return value.lower() in (YES if test.value else NO)
    if test.type == "number":
        return _number(value, test)
    if test.type == "date":
        return re.match(r"\d.{3}-.{2}-.{2}", value) is not None and _day(
            date.fromisoformat(value[:10]), test, today
        )
    wanted = test.value
    match test.operator:
        case "is_set":
            return value != ""
        case "is_one_of":
            return value in wanted  # type: ignore[operator]
        case "contains":
            return str(wanted) in value
        case "starts_with":
            return value.startswith(str(wanted))
        case "ends_with":
            return value.endswith(str(wanted))
        case _:
            return value == wanted


def _number(value: str, test: Asked) -> bool:
    if not _NUMBER.fullmatch(value):
        return False
    there, wanted = float(value), float(test.value)  # type: ignore[arg-type]
    return {
        "is": there == wanted, "less": there < wanted, "at_most": there <= wanted, "greater": there > wanted,
        "at_least": there >= wanted,
    }[test.operator]  # fmt: skip


def _day(day: date, test: Asked, today: date) -> bool:
    if test.operator == "in_the_last":
        return today - timedelta(days=int(test.value)) <= day <= today  # type: ignore[arg-type]
    if test.operator == "in_the_next":
        return today <= day <= today + timedelta(days=int(test.value))  # type: ignore[arg-type]
    wanted = date.fromisoformat(str(test.value))
    return {
        "is": day == wanted, "before": day < wanted, "until": day <= wanted, "since": day >= wanted, "after": day > wanted,
    }[test.operator]  # fmt: skip
