"""A condition as SQL over a contact `c`, every value a parameter. Pure.

Each condition holds or does not hold, nothing is unknown: where a value is missing, only `is_not` and `is_not_set` hold. `not` is
pushed down to the single conditions, so that those over other tables stay joins that the planner knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from penstock.audience.segments.conditions import (
    DATE,
    NUMBER,
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
)

DOMAIN: Final = "split_part(c.normal, '@', 2)"
"""As the index on it is written."""
_KEPT: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "address": ("c.normal", str.lower),
    "domain": (DOMAIN, str.lower),
    "phone": ("c.phone", lambda text: re.sub(r"(?<=[+\d)])[ .()/-]+(?=[\d(])", "", text)),
    "phone_country": ("c.region", str.upper),
}
"""Where the text of a field stands, and how a value is written that is compared with it."""
INDEXED: Final = 500
"""Characters of a text that an index has: an entry of a B-tree has room for 2,700 bytes, and a value may be far longer."""
YES: Final = ("yes", "y", "true", "t", "1", "on")
NO: Final = ("no", "n", "false", "f", "0", "off")
"""What counts as yes and as no in an attribute, in whatever case."""
_FIRST, _BEYOND = "0000-00-00", ":"  # of texts that begin with a digit: before all dates, and behind them
_LIKE_DATE: Final = "____-__-__%%"
_SIGNS: Final = {"is": "=", "less": "<", "at_most": "<=", "greater": ">", "at_least": ">="}


@dataclass(frozen=True)
class Moment:
    """When it is asked: days are those of the zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The day that it is in the zone."""
        return self.now.astimezone(self.zone).date()

    def start(self, day: date) -> datetime:
        """When a day begins in the zone, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Indexed:
    """The attributes of an account that have an index, over their numbers or over their texts."""

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()


@dataclass
class Compiler:
    """Makes the SQL of one statement. `parameters` grow with each condition; their names begin with `prefix`.

    `%(account)s` stands in it, too. among: an array of contacts in SQL, where only few are looked at. indexed: attributes
    that are sought by an index.
    """

    moment: Moment
    prefix: str = "s"
    among: str | None = None
    indexed: Indexed = Indexed()
    parameters: dict[str, Any] = field(default_factory=dict)

    def compile(self, condition: Condition, *, negated: bool = False) -> str:
        """Return the SQL in which a condition holds, or (negated) does not."""
        match condition:
            case Not():
                return self.compile(condition.of, negated=not negated)
            case All() | Either():
                return self._joined(condition, negated)
            case OnList():
                return _exists(
                    "audience_membership s",
                    f"s.list_id = {self._given(condition.list)} and s.contact_id = c.id",
                    negated,
                )
            case Reached():
                return self._reached(condition, negated)
            case Event():
                return self._event(condition, negated)
            case Field():
                return _not_true(self._field(condition), negated)
            case Attribute():
                return self._attribute("c.attributes", condition, negated, of_contact=True)

    def _given(self, value: Any) -> str:
        name = f"{self.prefix}{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def _joined(self, condition: All | Either, negated: bool) -> str:
        if not condition.of:
            return "false" if negated else "true"
        word = " and " if isinstance(condition, All) != negated else " or "
        return "(" + word.join(self.compile(each, negated=negated) for each in condition.of) + ")"

    # -- values

    def _attribute(self, column: str, condition: Attribute, negated: bool, of_contact: bool = False) -> str:
        asked = condition.test
        if asked.operator in ("is_not", "is_not_set"):  # the opposite of a test, that it is missing among it
            asked, negated = Asked(asked.type, asked.operator.replace("_not", ""), asked.value), not negated
        value = f"({column} ->> {self._given(condition.name)})"
        if of_contact and condition.name in self.indexed.texts and _is_short(asked):
            value = f"left({value}, {INDEXED})"
        if asked.type == TEXT:
            return _not_true(self._text(f'{value} collate "C"', asked), negated)
        if asked.type == NUMBER:
            indexed = of_contact and condition.name in self.indexed.numbers
            number = f"audience_number({value})" if indexed else _number(value)
            return _not_true(f"{number} {_SIGNS[asked.operator]} {self._given(asked.value)}::float8", negated)
        if asked.type == YES_NO:
            words = self._given(list(YES if asked.value else NO))
            return _not_true(f'lower({value} collate "C") = any({words}::text[])', negated)
        return _not_true(self._dated(value, asked), negated)

    def _text(self, value: str, asked: Asked) -> str:
        if asked.operator == "is_set":
            return f"{value} <> ''"
        if asked.operator == "is_one_of":
            return f"{value} = any({self._given(list(asked.value))}::text[])"  # type: ignore[arg-type]
        text = self._given(asked.value)
        match asked.operator:
            case "contains":
                return f"strpos({value}, {text}) > 0"
            case "starts_with":
                return f"starts_with({value}, {text})"
            case "ends_with":
                return f"right({value}, char_length({text}::text)) = {text}"
            case _:
                return f"{value} = {text}"

    def _dated(self, value: str, asked: Asked) -> str:
        """Dates are texts that begin like 2026-12-31, and sort as such: no cast that could fail, and one index for both."""
        first, behind = self._days(asked)
        low, high = (
            self._given(first.isoformat() if first else _FIRST),
            self._given(behind.isoformat() if behind else _BEYOND),
        )
        return f"""({value} collate "C" >= {low} and {value} collate "C" < {high} and {value} like '{_LIKE_DATE}')"""

    def _field(self, condition: Field) -> str:
        asked = condition.test
        if condition.name in ("created", "updated"):
            negated, asked = (
                asked.operator == "is_not",
                Asked(asked.type, asked.operator.replace("_not", ""), asked.value),
            )
            return _not_true(self._at(f"c.{condition.name}_at", asked), negated)
        negated, asked = (
            asked.operator.startswith("is_not"),
            Asked(asked.type, asked.operator.replace("_not", ""), asked.value),
        )
        column, keep = _KEPT[condition.name]
        return _not_true(self._text(column, _as_kept(asked, keep)), negated)

    # -- times

    def _days(self, asked: Asked) -> tuple[date | None, date | None]:
        """The first day that is meant, and the first behind them; None where there is no end."""
        if asked.operator == "in_the_last":
            return self.moment.today - _span(asked), self.moment.today + timedelta(days=1)
        if asked.operator == "in_the_next":
            return self.moment.today, self.moment.today + _span(asked) + timedelta(days=1)
        day = date.fromisoformat(str(asked.value))
        next_day = day + timedelta(days=1)
        match asked.operator:
            case "before":
                return None, day
            case "until":
                return None, next_day
            case "since":
                return day, None
            case "after":
                return next_day, None
            case _:
                return day, next_day

    def _at(self, column: str, asked: Asked) -> str:
        """A time within what is meant: in the last n days is n times 24 hours, a day is one of the zone."""
        if asked.operator == "in_the_last":
            since = self.moment.now - _span(asked)
            return f"({column} >= {self._given(since)} and {column} <= {self._given(self.moment.now)})"
        first, behind = self._days(asked)
        parts = [f"{column} >= {self._given(self.moment.start(first))}"] if first else []
        parts += [f"{column} < {self._given(self.moment.start(behind))}"] if behind else []
        return "(" + " and ".join(parts) + ")"

    # -- other tables

    def _reached(self, condition: Reached, negated: bool) -> str:
        mailings = self._given([condition.mailing])
        reached = f"delivery_reached(%(account)s, {mailings})"
        if self.among is not None:
            reached = f"delivery_reached_among(%(account)s, {mailings}, {self.among})"
        return _exists(f"{reached} s", "s.contact = c.id", negated)

    def _event(self, condition: Event, negated: bool) -> str:
        told = self._told(condition)
        if condition.at_least == 1:
            return _exists("feedback_event e", f"e.contact = c.id and {told}", negated)
        return _exists(f"({self._often(condition, told)}) s", "s.contact = c.id", negated)

    def of_event(self, condition: Event) -> str:
        """Return the SQL that counts the contacts of an event. They are contacts still: events are forgotten with their contact."""
        told = self._told(condition)
        if condition.at_least == 1:
            return f"select count(distinct e.contact) from feedback_event e where {told}"
        return f"select count(*) from ({self._often(condition, told)}) s"

    def _often(self, condition: Event, told: str) -> str:
        return f"select e.contact from feedback_event e where {told} group by e.contact having count(*) >= {self._given(condition.at_least)}"

    def _told(self, condition: Event) -> str:
        wanted = [f"e.account = %(account)s and e.kind = {self._given(condition.kind)}"]
        wanted.append(
            "e.name is null" if condition.name is None else f"e.name = {self._given(condition.name)}"
        )
        if condition.mailing is not None:
            wanted.append(f"e.mailing = {self._given(condition.mailing)}")
        if self.among is not None:
            wanted.append(f"e.contact = any({self.among})")
        wanted += [self._at("e.at", each) for each in condition.period]
        wanted += [self._attribute("e.data", each, negated=False) for each in condition.where]
        return " and ".join(wanted)


def _exists(table: str, condition: str, negated: bool) -> str:
    return f"{'not ' if negated else ''}exists (select from {table} where {condition})"


def _not_true(test: str, negated: bool) -> str:
    return f"({test}) is not true" if negated else test


def _is_short(asked: Asked) -> bool:
    """Whether the beginning of a value, as an index has it, answers a test as the whole of it does."""
    if asked.type == DATE:
        return True
    if asked.type != TEXT or asked.operator not in ("is", "is_one_of", "starts_with"):
        return False
    texts = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    return all(len(str(text)) < INDEXED for text in texts)


def _number(value: str) -> str:
    """As the function audience_number, which an index needs; written out it is called for no row."""
    return f"nullif(case when pg_input_is_valid({value}, 'float8') then {value}::float8 end, 'NaN')"


def _as_kept(asked: Asked, keep: Callable[[str], str]) -> Asked:
    """Return the question with its value as fields are kept: addresses in lower case, numbers without spaces."""
    value = asked.value
    if isinstance(value, tuple):
        return Asked(asked.type, asked.operator, tuple(keep(each.strip()) for each in value))
    return Asked(asked.type, asked.operator, keep(value.strip()) if isinstance(value, str) else value)


def _span(asked: Asked) -> timedelta:
    return timedelta(days=int(asked.value))  # type: ignore[arg-type]
