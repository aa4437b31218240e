"""A condition as text, such that `text.read` gives it again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from penstock.audience.segments.conditions import (
    DATE,
    IN_DAYS,
    NUMBER,
    WITHOUT_VALUE,
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
from penstock.audience.segments.document import CUSTOM
from penstock.audience.segments.text import COMPARED, RESERVED
from penstock.audience.segments.words import quoted, words

_SIGNS: Final = {operator: sign for sign, operator in COMPARED.items() if not operator.startswith("is")}


def write(condition: Condition, lists: Mapping[int, str] | None = None) -> str:
    """Return the text of a condition. `lists`: names by number; a list that has none there is written as its number."""
    return _written(condition, lists or {}, inside=None)


def _written(condition: Condition, lists: Mapping[int, str], inside: type | None) -> str:
    match condition:
        case All(of=()):
            return "everybody"
        case All() | Either():
            word = " and " if isinstance(condition, All) else " or "
            text = word.join(_written(each, lists, type(condition)) for each in condition.of)
            loose = (
                inside is Not or (inside is All and isinstance(condition, Either)) or len(condition.of) == 1
            )
            return f"({text})" if (loose or inside is Either) and inside else text
        case Not():
            return f"not {_written(condition.of, lists, Not)}"
        case OnList():
            name = lists.get(condition.list) if isinstance(condition.list, int) else condition.list
            return f"on list {quoted(name) if name else condition.list}"
        case Reached():
            return f"reached by mailing {condition.mailing}"
        case Field():
            return f"{condition.name} {_test(condition.test)}"
        case Attribute():
            return f"{_name(condition.name)} {_test(condition.test)}"
        case Event():
            return _event(condition)


def _name(name: str) -> str:
    bare = _is_word(name) and name == name.lower()
    if bare and name not in RESERVED:
        return name
    return f"attribute {name if bare else quoted(name)}"


def _is_word(name: str) -> bool:
    try:
        found = words(name)
    except ValueError:
        return False
    return [(word.kind, word.written) for word in found[:-1]] == [("name", name)]


def _event(event: Event) -> str:
    parts = [
        f"did {quoted(event.name or '')}"
        if event.kind == CUSTOM
        else f"{event.kind} {_mailing(event.mailing)}"
    ]
    if event.at_least != 1:
        parts.append(f"at least {event.at_least} times")
    parts += [_test(each) for each in event.period]
    if event.where:
        tests = (
            f"{each.name if _is_word(each.name) else quoted(each.name)} {_test(each.test)}"
            for each in event.where
        )
        parts.append(f"where ({' and '.join(tests)})")
    return " ".join(parts)


def _mailing(number: int | None) -> str:
    return "any mailing" if number is None else f"mailing {number}"


def _test(test: Asked) -> str:
    operator = test.operator.replace("_", " ")
    if test.operator in WITHOUT_VALUE:
        return operator
    if isinstance(test.value, tuple):
        return f"{operator} ({', '.join(map(quoted, test.value))})"
    if test.operator in IN_DAYS:
        return f"{operator} {test.value} days"
    if test.type == NUMBER:
        return f"{_SIGNS.get(test.operator, operator)} {_number(test.value)}"
    if isinstance(test.value, bool):
        return f"{operator} {'yes' if test.value else 'no'}"
    return f"{operator} {test.value if test.type == DATE else quoted(str(test.value))}"


def _number(value: object) -> str:
    """Without an exponent, and with a point where it is no whole number."""
    return str(value) if isinstance(value, int) else format(Decimal(repr(value)), "f")
