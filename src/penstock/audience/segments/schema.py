"""The JSON Schema of a segment's document: made of the same lists that `document` reads by. Pure."""

from __future__ import annotations

from typing import Any, Final

from penstock.audience.segments.conditions import (
    DATE,
    FIELDS,
    IN_DAYS,
    LONGEST_PERIOD,
    LONGEST_VALUE,
    MOST,
    MOST_TIMES,
    MOST_VALUES,
    NUMBER,
    OPERATORS,
    PERIODS,
    SEEN,
    TEXT,
    WITHOUT_VALUE,
    YES_NO,
)
from penstock.audience.segments.document import LARGEST_NUMBER, MOST_PROPERTIES

CONDITION: Final = "SegmentCondition"
"""What the schema is called in the API's document."""

_NUMBERED = {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER}
_NAMED = {"type": "string", "minLength": 1, "maxLength": 100}
_DAYS = {"type": "integer", "minimum": 1, "maximum": LONGEST_PERIOD}
_TEXT = {"type": "string", "maxLength": LONGEST_VALUE}
_VALUES: Final[dict[str, dict[str, Any]]] = {
    TEXT: _TEXT, NUMBER: {"type": "number", "minimum": -1e15, "maximum": 1e15},
    DATE: {"type": "string", "format": "date"}, YES_NO: {"type": "boolean"},
}  # fmt: skip


def schema(recursion: str) -> dict[str, Any]:
    """Return the schema of one condition; `recursion` is the reference to it ("#/components/schemas/Condition")."""
    inner = {"$ref": recursion}
    return {
        "title": CONDITION,
        "description": "Who is meant: conditions over one contact, nested by all, any and not.",
        "type": "object",
        "anyOf": [
            _shape({"all": {"type": "array", "items": inner, "maxItems": MOST}}),
            _shape({"any": {"type": "array", "items": inner, "minItems": 1, "maxItems": MOST}}),
            _shape({"not": inner}),
            _shape({"list": _NUMBERED}),
            _shape({"reached_by": _NUMBERED}),
            *_tested({"attribute": _NAMED}),
            *(
                shape
                for name, type in FIELDS.items()
                for shape in _of_type({"field": {"const": name}}, type, typed=False)
            ),
            _shape({"event": _NAMED}, _details()),
            _shape({"did": {"enum": list(SEEN)}}, {"mailing": _NUMBERED, **_details()}),
        ],
    }


def _shape(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object", "properties": required | (optional or {}), "required": list(required),
        "additionalProperties": False,
    }  # fmt: skip


def _tested(named: dict[str, Any]) -> list[dict[str, Any]]:
    """One shape for each type of value, and for each sort of operator that it has."""
    return [shape for type in OPERATORS for shape in _of_type(named, type, typed=True)]


def _of_type(named: dict[str, Any], type: str, *, typed: bool) -> list[dict[str, Any]]:
    said: dict[str, Any] = {"type": {"const": type}} if typed else {}
    optional = said if type == TEXT else {}
    required = named | ({} if type == TEXT else said)
    sorts: dict[str, list[str]] = {"value": [], "days": [], "none": [], "several": []}
    for operator in OPERATORS[type]:
        sorts[_sort(operator)].append(operator)
    values = {"value": _VALUES[type], "days": _DAYS, "several": {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": MOST_VALUES}}  # fmt: skip
    return [
        _shape(required | {"operator": {"enum": operators}} | ({"value": values[sort]} if sort in values else {}), optional)
        for sort, operators in sorts.items()
        if operators
    ]  # fmt: skip


def _sort(operator: str) -> str:
    if operator in WITHOUT_VALUE:
        return "none"
    if operator == "is_one_of":
        return "several"
    return "days" if operator in IN_DAYS else "value"


def _details() -> dict[str, Any]:
    periods = [
        _shape({"operator": {"enum": [each for each in PERIODS if each not in IN_DAYS]}, "value": _VALUES[DATE]}),
        _shape({"operator": {"enum": [each for each in PERIODS if each in IN_DAYS]}, "value": _DAYS}),
    ]  # fmt: skip
    return {
        "at_least": {"type": "integer", "minimum": 1, "maximum": MOST_TIMES},
        "period": {"type": "array", "items": {"anyOf": periods}, "maxItems": 2},
        "where": {"type": "array", "items": {"anyOf": _tested({"property": _NAMED})}, "maxItems": MOST_PROPERTIES},
    }  # fmt: skip
