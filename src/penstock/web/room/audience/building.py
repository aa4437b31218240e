"""The builder of segments: rows of a form that are one condition each, joined by all or any. What is nested deeper is written as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from penstock.audience.segments.asking import ask
from penstock.audience.segments.conditions import (
    DATE,
    FIELDS,
    NUMBER,
    SEEN,
    TEXT,
    YES_NO,
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
)

MOST: Final = 30
"""Rows of one form; more conditions are written as text."""
SPARE: Final = 2
"""Empty rows behind those that say something."""

OPERATORS: Final[dict[str, tuple[str | Promise, str, str]]] = {
    "": (gettext_lazy("–"), "", ""),
    "text is": (gettext_lazy("is"), TEXT, "is"),
    "text is_not": (gettext_lazy("is not"), TEXT, "is_not"),
    "text contains": (gettext_lazy("contains"), TEXT, "contains"),
    "text starts_with": (gettext_lazy("starts with"), TEXT, "starts_with"),
    "text ends_with": (gettext_lazy("ends with"), TEXT, "ends_with"),
    "text is_set": (gettext_lazy("is set"), TEXT, "is_set"),
    "text is_not_set": (gettext_lazy("is not set"), TEXT, "is_not_set"),
    "number is": (gettext_lazy("= (number)"), NUMBER, "is"),
    "number less": (gettext_lazy("< (number)"), NUMBER, "less"),
    "number at_most": (gettext_lazy("≤ (number)"), NUMBER, "at_most"),
    "number greater": (gettext_lazy("> (number)"), NUMBER, "greater"),
    "number at_least": (gettext_lazy("≥ (number), or at least so often"), NUMBER, "at_least"),
    "date is": (gettext_lazy("on (date)"), DATE, "is"),
    "date before": (gettext_lazy("before (date)"), DATE, "before"),
    "date after": (gettext_lazy("after (date)"), DATE, "after"),
    "date in_the_last": (gettext_lazy("in the last … days"), DATE, "in_the_last"),
    "date in_the_next": (gettext_lazy("in the next … days"), DATE, "in_the_next"),
    "yes_no yes": (gettext_lazy("is yes"), YES_NO, "is"),
    "yes_no no": (gettext_lazy("is no"), YES_NO, "is"),
}
"""What a row can ask, by the value of its field: as it is shown, and as the room calls it."""

OTHER: Final = "other"


@dataclass(frozen=True)
class Row:
    """One row as it stands in the form. `about`: what it asks for, "attribute city", "field domain", "list 3", "opened 7" …"""

    about: str = ""
    other: str = ""
    operator: str = ""
    value: str = ""
    negated: bool = False
    wrong: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said in it."""
        return not (self.about or self.value.strip())


def rows_of(posted: Mapping[str, Any]) -> list[Row]:
    """Return the rows that a form brought; empty ones are left out."""
    rows = [
        Row(
            str(posted.get(f"about{n}", ""))[:300], str(posted.get(f"other{n}", "")).strip()[:300],
            str(posted.get(f"operator{n}", "")), str(posted.get(f"value{n}", ""))[:2000], bool(posted.get(f"not{n}")),
        )
        for n in range(MOST)
    ]  # fmt: skip
    return [row for row in rows if not row.is_empty]


def condition_of(rows: list[Row], *, any_of: bool) -> Condition:
    """Return what the rows say together. Raises SegmentError; `faulty` says then which row it is."""
    found = tuple(_one(row) for row in rows)
    whole: Condition = found[0] if len(found) == 1 else Either(found) if any_of and found else All(found)
    check_size(whole)
    return whole


def faulty(rows: list[Row]) -> list[Row]:
    """Return the rows, with what is wrong beside each that is."""
    return [Row(row.about, row.other, row.operator, row.value, row.negated, _wrong(row)) for row in rows]


def as_rows(condition: Condition) -> tuple[list[Row], bool] | None:
    """Return the rows that say the same, and whether any of them is enough; None for what rows cannot say."""
    parts = condition.of if isinstance(condition, All | Either) else (condition,)
    rows = [_row(each) for each in parts]
    found = [row for row in rows if row is not None]
    return (found, isinstance(condition, Either)) if len(found) == len(rows) <= MOST else None


def _wrong(row: Row) -> str:
    try:
        _one(row)
    except SegmentError as error:
        return error.text
    return ""


def _one(row: Row) -> Condition:
    kind, _space, what = row.about.partition(" ")
    leaf = _leaf(kind, row.other if row.about == OTHER else what, row)
    return Not(leaf) if row.negated else leaf


def _leaf(kind: str, what: str, row: Row) -> Condition:
    if kind == "list" and what.isdigit():
        return OnList(int(what[:9]))
    if kind == "reached" and what.isdigit():
        return Reached(int(what[:9]))
    if kind == "field" and what in FIELDS:
        asked = _asked(row)
        if asked.type != FIELDS[what]:  # an address is no number, a time no text
            raise SegmentError(_("Choose how to compare."))
        return Field(what, asked)
    if kind in ("attribute", OTHER):
        if not what or len(what) > 100 or not what.isprintable():
            raise SegmentError(_("Say which attribute."))
        return Attribute(what, _asked(row))
    if kind in SEEN:
        return _event(Event(kind, None, int(what[:9]) if what.isdigit() else None), row)
    if kind == "did" and what:
        return _event(Event("custom", what), row)
    raise SegmentError(_("Choose what it is about."))


def _asked(row: Row) -> Asked:
    if not row.operator or row.operator not in OPERATORS:
        raise SegmentError(_("Choose how to compare."))
    _words, type, operator = OPERATORS[row.operator]
    value = row.value.strip()
    if type == NUMBER:
        return ask(type, operator, _number(value))
    if type == YES_NO:
        return ask(type, operator, row.operator == "yes_no yes")
    if operator in ("in_the_last", "in_the_next"):
        return ask(
            type, operator, int(value) if value.isascii() and value.isdigit() and len(value) < 9 else value
        )
    return ask(
        type, operator, None if operator in ("is_set", "is_not_set") else value if type == DATE else row.value
    )


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", ".")) if text.isascii() and "_" not in text else None
    except ValueError:
        number = None
    if number is None:
        raise SegmentError(_("%(given)s is no number.") % {"given": repr(text[:40])})
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _event(event: Event, row: Row) -> Event:
    """An event asks with nothing, how often, or when."""
    if not row.operator:
        return event
    asked = _asked(row)
    if (
        asked.type == NUMBER
        and asked.operator == "at_least"
        and isinstance(asked.value, int)
        and 0 < asked.value < 1_000_000
    ):
        return Event(event.kind, event.name, event.mailing, asked.value)
    if asked.type == DATE and asked.operator in ("before", "after", "in_the_last"):
        return Event(event.kind, event.name, event.mailing, 1, (asked,))
    raise SegmentError(
        _(
            "What somebody did is asked with nothing, at least so often (≥), before, after, or in the last days."
        )
    )


def _row(condition: Condition) -> Row | None:
    """The row of one condition; None where no row can say it."""
    negated = isinstance(condition, Not)
    leaf = condition.of if isinstance(condition, Not) else condition
    if isinstance(leaf, OnList):
        return Row(f"list {leaf.list}", negated=negated)
    if isinstance(leaf, Reached):
        return Row(f"reached {leaf.mailing}", negated=negated)
    if isinstance(leaf, Attribute | Field):
        kind = "field" if isinstance(leaf, Field) else "attribute"
        told = _told(leaf.test)
        return None if told is None else Row(f"{kind} {leaf.name}", "", *told, negated=negated)
    return _row_of_event(leaf, negated) if isinstance(leaf, Event) else None


def _row_of_event(event: Event, negated: bool) -> Row | None:
    about = f"did {event.name}" if event.kind == "custom" else f"{event.kind} {event.mailing or 'any'}"
    if event.where or len(event.period) > 1 or (event.period and event.at_least > 1):
        return None
    if event.period:
        told = _told(event.period[0])
        return None if told is None else Row(about, "", *told, negated=negated)
    often = ("number at_least", str(event.at_least)) if event.at_least > 1 else ("", "")
    return Row(about, "", *often, negated=negated)


def _told(asked: Asked) -> tuple[str, str] | None:
    """Operator and value as a row has them; None where it has no such."""
    if asked.type == YES_NO:
        return ("yes_no yes" if asked.value else "yes_no no", "") if asked.operator == "is" else None
    operator = f"{asked.type} {asked.operator}"
    if operator not in OPERATORS or isinstance(asked.value, tuple):
        return None
    return operator, "" if asked.value is None else str(asked.value)
