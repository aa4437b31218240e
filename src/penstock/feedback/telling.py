"""Events that others tell of contacts: a purchase, a visit. Many at once, and none twice that has a key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.audience import identity
from penstock.audience.address import AddressError
from penstock.audience.attributes import storable
from penstock.feedback.events import OF_MESSAGES
from penstock.platform.database import sql

MOST: Final = 1_000  # events at once
LONGEST_NAME: Final = 100
LONGEST_KEY: Final = 200
MOST_PROPERTIES: Final = 30
LONGEST_VALUE: Final = 1_000
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(minutes=5)
"""How far another's clock may be before ours."""


@dataclass(frozen=True)
class Event:
    """What somebody did, the contact named by its number or its address. Raises EventProblem from `tell` when it cannot be."""

    name: str
    contact: int | None = None
    address: str | None = None
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True)
class Answer:
    """How many were noted; how many had come before, by their keys; and the places of those whose contact is not known (from 0)."""

    noted: int
    repeated: int
    unknown: list[int]


class EventProblem(ValueError):
    """An event that cannot be; nothing was noted. `place`: its place among those given, from 0."""

    def __init__(self, text: str, place: int) -> None:
        super().__init__(f"Event {place}: {text}")
        self.place = place
        self.more = {"errors": [{"pointer": f"#/events/{place}", "detail": text}]}


def tell(conn: psycopg.Connection[Any], account: int, events: Sequence[Event]) -> Answer:
    """Note events of the account's contacts. Raises EventProblem."""
    now = datetime.now(UTC)
    rows = [_row(event, place, now) for place, event in enumerate(events)]
    found = conn.execute(
        sql("penstock.feedback", "tell"), {"account": account, "events": Jsonb(rows)}
    ).fetchone()
    assert found is not None
    noted, unknown = found
    return Answer(noted, len(events) - noted - len(unknown), unknown)


def _row(event: Event, place: int, now: datetime) -> dict[str, Any]:
    if wrong := _wrong(event, now):
        raise EventProblem(wrong, place)
    try:
        normal = None if event.address is None else identity.normal(event.address)
    except AddressError as error:
        raise EventProblem(f"The address {event.address!r} {error}.", place) from None
    return {
        "place": place, "contact": event.contact, "normal": normal, "name": event.name,
        "at": (event.at or now).isoformat(), "data": dict(event.data) or None, "key": event.key,
    }  # fmt: skip


def _wrong(event: Event, now: datetime) -> str | None:
    if not printable(event.name, LONGEST_NAME):
        return f"Its name is a printable text of 1 to {LONGEST_NAME} characters."
    if event.name in OF_MESSAGES:
        return f"{event.name} is what Penstock sees itself; nobody can tell it."
    if (event.contact is None) == (event.address is None):
        return "Name the contact either by `contact` or by `address`."
    if event.key is not None and not printable(event.key, LONGEST_KEY):
        return f"Its key is a printable text of 1 to {LONGEST_KEY} characters."
    if event.at is not None and event.at.utcoffset() is None:
        return "Its time has no zone; write it like 2026-12-31T12:00:00Z."
    if event.at is not None and not EARLIEST <= event.at <= now + AHEAD:
        return f"Its time {event.at.isoformat()} is in the future, or before {EARLIEST.year}."
    return wrong_data(event.data)


def wrong_data(data: Mapping[str, Any]) -> str | None:
    """Say what keeps these from being the properties of an event; None when nothing does."""
    if len(data) > MOST_PROPERTIES:
        return f"It has {len(data)} properties; at most {MOST_PROPERTIES} are possible."
    for name, value in data.items():
        if not printable(name, LONGEST_NAME):
            return f"The name of a property is a printable text of 1 to {LONGEST_NAME} characters."
        if value is not None and not isinstance(value, str | int | float | bool):
            return f"The property {name} is neither a text, a number, true, false nor null."
        if len(json.dumps(value, ensure_ascii=False)) > LONGEST_VALUE or not storable(str(value)):
            return f"The property {name} is longer than {LONGEST_VALUE} characters, or has one that cannot be stored."
    return None


def printable(text: str, longest: int) -> bool:
    """Tell whether a text can stand as a name or a key."""
    return 0 < len(text) <= longest and text.isprintable()
