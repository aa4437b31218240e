"""Random people and random segments about them: few values, so that they meet."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from penstock.audience.segments.conditions import (
    OPERATORS,
    PERIODS,
    SEEN,
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
from tests.property.audience.naive import Person, Told

TEXTS = [
    "",
    "Paris",
    "paris",
    "Lyon",
    "Par%s",
    "a_b",
    "Île",
    "12",
    "2026-03-01",
    'say "x"',
    "back\\slash",
    "is",
    "yes",
    "%",
]
VALUES = [
    *TEXTS,
    "7",
    "-3.5",
    " 8 ",
    "1e2",
    "NaN",
    "n/a",
    "007",
    "YES",
    "No",
    "true",
    "2026-03-01T10:00:00Z",
    "2025-12-31",
    "2026-13",
]
NAMES = ["city", "age", "birthday", "vip", "created", "on", "é_1", "2nd"]
DAYS = ["2025-12-31", "2026-02-28", "2026-03-01", "2026-03-02", "2027-01-01"]
NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
DOMAINS = ["example.org", "example.net", "mail.example.org"]
LISTS, MAILINGS, EVENTS = [1, 2, 3], [1, 2], ["purchase", "sign up"]


def people(seed: int, count: int) -> list[Person]:
    """Make people who have some of everything."""
    choose = random.Random(seed)
    return [_person(choose, number) for number in range(1, count + 1)]


def _person(choose: random.Random, number: int) -> Person:
    attributes = {name: choose.choice(VALUES) for name in NAMES if choose.random() < 0.7}
    person = Person(
        number, f"reader{number}@{choose.choice(DOMAINS)}", attributes, _moment(choose), _moment(choose)
    )
    person.phone = choose.choice([None, "+33612345678", "+33712345678"])
    person.lists = {each for each in LISTS if choose.random() < 0.4}
    person.reached = {each for each in MAILINGS if choose.random() < 0.4}
    person.events = [_event(choose) for _ in range(choose.choice([0, 0, 1, 3, 6]))]
    return person


def _moment(choose: random.Random) -> datetime:
    return NOW - timedelta(hours=choose.choice([0, 1, 20, 24, 47, 48, 72, 24 * 60]))


def _event(choose: random.Random) -> Told:
    data: dict[str, Any] = {
        "amount": choose.choice([5, 20.5, "30", "x", True, None]),
        "kind of": choose.choice(TEXTS),
    }
    if choose.random() < 0.5:
        return Told("custom", choose.choice(EVENTS), None, _moment(choose), data)
    return Told(choose.choice(SEEN[:3]), None, choose.choice(MAILINGS), _moment(choose), {})


def _asked(type: str, operators: tuple[str, ...] | None = None) -> st.SearchStrategy[Asked]:
    return st.sampled_from(operators or OPERATORS[type]).flatmap(lambda operator: _with_value(type, operator))


def _with_value(type: str, operator: str) -> st.SearchStrategy[Asked]:
    if operator in ("is_set", "is_not_set"):
        return st.just(Asked(type, operator))
    if operator.startswith("in_the"):
        return st.sampled_from([1, 2, 3, 400]).map(lambda days: Asked(type, operator, days))
    if operator == "is_one_of":
        some = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3)
        return some.map(lambda values: Asked(type, operator, tuple(values)))
    values: list[Any] = {
        "text": TEXTS,
        "number": [7, 8, -3.5, 100, 0.1],
        "date": DAYS,
        "yes_no": [True, False],
    }[type]
    return st.sampled_from(values).map(lambda value: Asked(type, operator, value))


def _attribute(names: list[str]) -> st.SearchStrategy[Attribute]:
    any_type = st.sampled_from(list(OPERATORS)).flatmap(_asked)
    return st.builds(Attribute, st.sampled_from(names), any_type)


_fields = st.one_of(
    st.builds(Field, st.sampled_from(["address", "domain"]), _asked("text")),
    st.builds(Field, st.just("domain"), st.sampled_from(DOMAINS).map(lambda each: Asked("text", "is", each))),
    st.builds(
        Field,
        st.just("phone"),
        st.sampled_from(["+33612345678", "+336"]).map(lambda each: Asked("text", "starts_with", each)),
    ),
    st.builds(Field, st.sampled_from(["phone", "phone_country"]), _asked("text", ("is_set", "is_not_set"))),
    st.builds(
        Field,
        st.just("phone_country"),
        st.sampled_from(["FR", "DE"]).map(lambda each: Asked("text", "is_not", each)),
    ),
    st.builds(Field, st.sampled_from(["created", "updated"]), _asked("date")),
)
_details: dict[str, Any] = {
    "at_least": st.sampled_from([1, 1, 2, 3]), "period": st.lists(_asked("date", PERIODS), max_size=2).map(tuple)
}  # fmt: skip
_events = st.one_of(
    st.builds(
        Event, st.just("custom"), st.sampled_from(EVENTS), st.none(),
        where=st.lists(_attribute(["amount", "kind of"]), max_size=2).map(tuple), **_details,
    ),
    st.builds(Event, st.sampled_from(SEEN[:3]), st.none(), st.sampled_from([None, *MAILINGS]), **_details),
)  # fmt: skip
_leaves: st.SearchStrategy[Condition] = st.one_of(
    _attribute(NAMES), _attribute(NAMES), _fields, _events, st.builds(OnList, st.sampled_from(LISTS)),
    st.builds(Reached, st.sampled_from(MAILINGS)), st.just(All(())),
)  # fmt: skip
segments: st.SearchStrategy[Condition] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Either, st.lists(inner, min_size=2, max_size=4).map(tuple)),
    ),
    max_leaves=8,
)
