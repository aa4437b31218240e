"""A segment as a JSON document, and back. `schema` describes the same for machines. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.audience.attributes import LONGEST_NAME
from penstock.audience.segments.asking import ask, whole
from penstock.audience.segments.conditions import (
    DATE,
    DEEPEST,
    FIELDS,
    MOST,
    MOST_TIMES,
    PERIODS,
    SEEN,
    TEXT,
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
    SegmentError,
    check_size,
    flat,
)

CUSTOM: Final = "custom"
LARGEST_NUMBER: Final = 2**31 - 1
MOST_PROPERTIES: Final = 10


def read(document: Any) -> Condition:
    """Return what a document says. Raises SegmentError, with the path of what is wrong ("all/2/value")."""
    found = _condition(document, "", 0)
    check_size(found)
    return found


def write(condition: Condition) -> dict[str, Any]:
    """Return the document of a condition; `read` gives the condition again."""
    match condition:
        case All():
            return {"all": [write(each) for each in condition.of]}
        case Either():
            return {"any": [write(each) for each in condition.of]}
        case Not():
            return {"not": write(condition.of)}
        case OnList():
            return {"list": condition.list}
        case Reached():
            return {"reached_by": condition.mailing}
        case Field():
            return {"field": condition.name, **_test(condition.test)}
        case Attribute():
            return {"attribute": condition.name, "type": condition.test.type, **_test(condition.test)}
        case Event():
            return _event(condition)


def _test(test: Asked) -> dict[str, Any]:
    value = list(test.value) if isinstance(test.value, tuple) else test.value
    return {"operator": test.operator} | ({} if value is None else {"value": value})


def _event(event: Event) -> dict[str, Any]:
    told: dict[str, Any] = {"event": event.name} if event.kind == CUSTOM else {"did": event.kind}
    if event.mailing is not None:
        told["mailing"] = event.mailing
    if event.at_least != 1:
        told["at_least"] = event.at_least
    if event.period:
        told["period"] = [_test(each) for each in event.period]
    if event.where:
        told["where"] = [
            {"property": each.name, "type": each.test.type, **_test(each.test)} for each in event.where
        ]
    return told


def _condition(given: Any, place: str, depth: int) -> Condition:
    if not isinstance(given, Mapping):
        raise SegmentError("A condition is an object.", place)
    if depth > 2 * DEEPEST:  # before the stack ends; what is nested too deep for less is told by check_size
        raise SegmentError(f"It is nested too deep; {DEEPEST} levels are possible.", place)
    kinds = [kind for kind in _KINDS if kind in given]
    if len(kinds) != 1:
        raise SegmentError(f"A condition has exactly one of {', '.join(_KINDS)}.", place)
    reader, allowed = _KINDS[kinds[0]]
    if more := sorted(map(str, given.keys() - {kinds[0], *allowed})):
        raise SegmentError(f"{kinds[0]} takes no {more[0]!r}{_hint(allowed)}.", place)
    return reader(given, place, depth)


def _hint(allowed: tuple[str, ...]) -> str:
    return f"; beside it there may be {', '.join(allowed)}" if allowed else ""


def _joined(kind: str, joined: type[All | Either]) -> Callable[[Mapping[str, Any], str, int], Condition]:
    def reader(given: Mapping[str, Any], place: str, depth: int) -> Condition:
        here = f"{place}/{kind}".lstrip("/")
        parts = given[kind]
        if not isinstance(parts, list) or len(parts) > MOST:
            raise SegmentError(f"{kind} is a list of at most {MOST} conditions.", here)
        if not parts and joined is Either:
            raise SegmentError("any of nothing means nobody; give one condition at least.", here)
        return flat(joined, tuple(_condition(each, f"{here}/{n}", depth + 1) for n, each in enumerate(parts)))

    return reader


def _not(given: Mapping[str, Any], place: str, depth: int) -> Condition:
    return Not(_condition(given["not"], f"{place}/not".lstrip("/"), depth + 1))


def _attribute(given: Mapping[str, Any], place: str, depth: int) -> Condition:
    return Attribute(
        _name(given["attribute"], "attribute", place), _asked(given, given.get("type", TEXT), place)
    )


def _field(given: Mapping[str, Any], place: str, depth: int) -> Condition:
    name = given["field"]
    if not isinstance(name, str) or name not in FIELDS:
        raise SegmentError(f"There is no field {name!r}; there are {', '.join(FIELDS)}.", place)
    return Field(name, _asked(given, FIELDS[name], place))


def _on_list(given: Mapping[str, Any], place: str, depth: int) -> Condition:
    return OnList(_number(given["list"], "The number of a list", place))


def _reached(given: Mapping[str, Any], place: str, depth: int) -> Condition:
    return Reached(_number(given["reached_by"], "The number of a mailing", place))


def _seen(given: Mapping[str, Any], place: str, depth: int) -> Condition:
    if given["did"] not in SEEN:
        raise SegmentError(
            f"{given['did']!r} is nothing that Penstock sees; it sees {', '.join(SEEN)}.", place
        )
    mailing = (
        None if given.get("mailing") is None else _number(given["mailing"], "The number of a mailing", place)
    )
    return Event(given["did"], None, mailing, *_details(given, place))


def _custom(given: Mapping[str, Any], place: str, depth: int) -> Condition:
    return Event(CUSTOM, _name(given["event"], "event", place), None, *_details(given, place))


def _details(given: Mapping[str, Any], place: str) -> tuple[int, tuple[Asked, ...], tuple[Attribute, ...]]:
    times = _number(given.get("at_least", 1), "at_least", place, MOST_TIMES)
    period = _several(given, "period", 2, place)
    for test in period:
        if not isinstance(test, Mapping) or test.get("operator") not in PERIODS:
            raise SegmentError(
                f"A period has an operator: {', '.join(PERIODS)}.", f"{place}/period".lstrip("/")
            )
    where = _several(given, "where", MOST_PROPERTIES, place)
    return (
        times,
        tuple(_asked(each, DATE, f"{place}/period/{n}".lstrip("/")) for n, each in enumerate(period)),
        tuple(_property(each, f"{place}/where/{n}".lstrip("/")) for n, each in enumerate(where)),
    )


def _several(given: Mapping[str, Any], key: str, most: int, place: str) -> list[Any]:
    found = given.get(key) or []
    if not isinstance(found, list) or len(found) > most:
        raise SegmentError(f"{key} is a list of at most {most}.", place)
    return found


def _property(given: Any, place: str) -> Attribute:
    if not isinstance(given, Mapping) or "property" not in given:
        raise SegmentError("What is asked of an event has a property.", place)
    return Attribute(
        _name(given["property"], "property", place), _asked(given, given.get("type", TEXT), place)
    )


def _asked(given: Mapping[str, Any], type: Any, place: str) -> Asked:
    try:
        return ask(str(type), str(given.get("operator")), given.get("value"))
    except SegmentError as error:
        raise SegmentError(error.text, place) from None


def _number(given: Any, what: str, place: str, most: int = LARGEST_NUMBER) -> int:
    try:
        return whole(given, what, most)
    except SegmentError as error:
        raise SegmentError(error.text, place) from None


def _name(given: Any, what: str, place: str) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_NAME or not given.isprintable():
        raise SegmentError(
            f"The name of the {what} is a printable text of 1 to {LONGEST_NAME} characters.", place
        )
    return given


_TESTED = ("type", "operator", "value")
_DETAILS = ("at_least", "period", "where")
_KINDS: Final[dict[str, tuple[Callable[[Mapping[str, Any], str, int], Condition], tuple[str, ...]]]] = {
    "all": (_joined("all", All), ()), "any": (_joined("any", Either), ()), "not": (_not, ()),
    "attribute": (_attribute, _TESTED), "field": (_field, _TESTED[1:]), "list": (_on_list, ()),
    "did": (_seen, ("mailing", *_DETAILS)), "event": (_custom, _DETAILS), "reached_by": (_reached, ()),
}  # fmt: skip
"""What a condition may be, by the key that says so: how it is read, and which keys it has beside that one."""
