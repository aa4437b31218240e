"""A segment as people read it: `city is "Paris" and not on list "Staff" and opened any mailing in the last 90 days`. Pure.

conditions   … and …   … or …   not …   ( … )   everybody
attributes   city is "Paris"   is not   is one of ("Paris", "Lyon")   contains   starts with   ends with   is set   is not set
             age > 30   >=   <   <=   is 30   is not 30   vip is yes
             birthday before 2000-12-31   until   since   after   is   in the last 30 days   in the next 7 days
             attribute "created" is "…" where its name is one of the words here
fields       address   domain   phone   phone_country   created   updated
lists        on list "News"   on list 3
mailings     reached by mailing 12   opened mailing 12   clicked any mailing at least 2 times in the last 90 days
events       did "purchase" at least 3 times since 2026-01-01 where (amount > 20 and category is "shoes")
"""

from __future__ import annotations

from typing import Final

from penstock.audience.attributes import LONGEST_NAME
from penstock.audience.segments.asking import ask, whole
from penstock.audience.segments.conditions import (
    DATE,
    DEEPEST,
    FIELDS,
    IN_DAYS,
    LONGEST_PERIOD,
    MOST_TIMES,
    NUMBER,
    OPERATORS,
    PERIODS,
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
    flat,
)
from penstock.audience.segments.document import CUSTOM, LARGEST_NUMBER, MOST_PROPERTIES
from penstock.audience.segments.words import Word, place, words

RESERVED: Final = frozenset({
    "and", "or", "not", "everybody", "attribute", "on", "list", "reached", "did", "is", "in", "where", "at", "any", *FIELDS, *SEEN,
    "contains", "starts", "ends", "before", "until", "since", "after",
})  # fmt: skip
"""What is no attribute where it stands alone."""
COMPARED: Final = {"<": "less", "<=": "at_most", ">": "greater", ">=": "at_least", "=": "is", "!=": "is_not"}
_DATED: Final = ("before", "until", "since", "after")


def read(text: str) -> Condition:
    """Return what a text says; lists may be named (segments.naming finds their numbers). Raises SegmentError, with line and column."""
    reader = _Reader(text)
    found = reader.whole()
    check_size(found)
    return found


class _Reader:
    """Descends through one text: each method takes the words of what it is named after."""

    def __init__(self, text: str) -> None:
        self._text, self._words, self._at, self._depth = text, words(text), 0, 0

    # -- words

    @property
    def _next(self) -> Word:
        return self._words[self._at]

    def _take(self) -> Word:
        word = self._next
        self._at += word.kind != "end"
        return word

    def _is(self, *said: str) -> bool:
        """Whether these words come next, in whatever case."""
        ahead = self._words[self._at : self._at + len(said)]
        return len(ahead) == len(said) and all(
            word.kind in ("name", "sign") and word.written.lower() == one
            for word, one in zip(ahead, said, strict=True)
        )

    def _skip(self, *said: str) -> bool:
        if found := self._is(*said):
            self._at += len(said)
        return found

    def _need(self, *said: str) -> None:
        for one in said:
            if not self._skip(one):
                raise self._wrong(f"Here {one!r} should stand")

    def _wrong(self, text: str, word: Word | None = None) -> SegmentError:
        word = word or self._next
        met = f", not {word.written[:40]!r}" if word.kind != "end" else "; the text ends here"
        return SegmentError(f"{text}{met}.", place(self._text, word.start))

    # -- conditions

    def whole(self) -> Condition:
        found = self._either()
        if self._next.kind != "end":
            raise self._wrong("Here 'and' or 'or' should stand, or the end")
        return found

    def _either(self) -> Condition:
        parts = [self._all()]
        while self._skip("or"):
            parts.append(self._all())
        return flat(Either, tuple(parts)) if len(parts) > 1 else parts[0]

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._skip("and"):
            parts.append(self._one())
        return flat(All, tuple(parts)) if len(parts) > 1 else parts[0]

    def _one(self) -> Condition:
        if self._depth > 4 * DEEPEST:
            raise self._wrong(f"It is nested too deep ({DEEPEST} levels are possible)")
        self._depth += 1
        try:
            if self._skip("not"):
                return Not(self._one())
            if self._skip("("):
                inner = self._either()
                self._need(")")
                return inner
            return self._leaf()
        finally:
            self._depth -= 1

    def _leaf(self) -> Condition:
        if self._skip("everybody"):
            return All(())
        if self._skip("on"):
            self._need("list")
            word = self._take()
            return OnList(word.text if word.kind == "text" else self._whole(word, "The number of a list"))
        if self._skip("reached"):
            self._need("by", "mailing")
            return Reached(self._whole(self._take(), "The number of a mailing"))
        if self._skip("did"):
            return Event(CUSTOM, self._named("the event"), None, *self._details())
        for kind in SEEN:
            if self._skip(kind):
                return Event(kind, None, self._mailing(), *self._details())
        for name, type in FIELDS.items():
            if self._skip(name):
                return Field(name, self._test(type))
        return self._attribute()

    def _attribute(self) -> Attribute:
        said = self._skip("attribute")
        word = self._take()
        if said and word.kind == "text":
            name = word.text
        elif word.kind == "name" and (said or word.written.lower() not in RESERVED):
            name = word.written.lower()
        else:
            raise self._wrong('Here a condition should stand, like: city is "Paris"', word)
        return Attribute(self._fitting(name, word), self._test(None))

    # -- events

    def _mailing(self) -> int | None:
        if self._skip("any"):
            self._need("mailing")
            return None
        self._need("mailing")
        return self._whole(self._take(), "The number of a mailing")

    def _details(self) -> tuple[int, tuple[Asked, ...], tuple[Attribute, ...]]:
        times, period = 1, list[Asked]()
        if self._skip("at", "least"):
            times = self._whole(self._take(), "How often", MOST_TIMES)
            if not self._skip("times"):
                self._need("time")
        while len(period) < 2 and self._dated():
            test = self._test(DATE)
            if test.operator not in PERIODS:
                raise self._wrong("A period ends today or earlier")
            period.append(test)
        return times, tuple(period), self._where() if self._skip("where") else ()

    def _dated(self) -> bool:
        return self._is("in", "the") or any(map(self._is, _DATED))

    def _where(self) -> tuple[Attribute, ...]:
        self._need("(")
        found = [self._property()]
        while self._skip("and"):
            found.append(self._property())
        if len(found) > MOST_PROPERTIES:
            raise self._wrong(f"There are {len(found)} properties, {MOST_PROPERTIES} are possible")
        self._need(")")
        return tuple(found)

    def _property(self) -> Attribute:
        word = self._take()
        if word.kind not in ("name", "text"):
            raise self._wrong("Here the name of a property should stand", word)
        name = word.text if word.kind == "text" else word.written
        return Attribute(self._fitting(name, word), self._test(None))

    # -- tests

    def _test(self, type: str | None) -> Asked:
        """A question to a value; `type`: the only one that it can have, None where what is asked for tells it."""
        first = self._next
        operator, found, value = self._asked()
        if type is not None and found != type:
            raise SegmentError(_possible(type), place(self._text, first.start))
        try:
            return ask(found, operator, value)
        except SegmentError as error:
            raise SegmentError(error.text, place(self._text, first.start)) from None

    def _asked(self) -> tuple[str, str, object]:
        """The operator, the type that it speaks of, and the value."""
        for operator in IN_DAYS:
            if self._skip(*operator.split("_")):
                days = self._whole(self._take(), "The number of days", LONGEST_PERIOD)
                if not self._skip("days"):
                    self._need("day")
                return operator, DATE, days
        for operator in _DATED:
            if self._skip(operator):
                return operator, DATE, self._literal(DATE)[1]
        for operator in ("contains", "starts with", "ends with"):
            if self._skip(*operator.split()):
                return operator.replace(" ", "_"), TEXT, self._literal(TEXT)[1]
        if self._next.kind == "sign" and self._next.written in COMPARED:
            return COMPARED[self._take().written], *self._literal(NUMBER)
        return self._is_something()

    def _is_something(self) -> tuple[str, str, object]:
        self._need("is")
        if self._skip("set"):
            return "is_set", TEXT, None
        if self._skip("not", "set"):
            return "is_not_set", TEXT, None
        if self._skip("one", "of"):
            return "is_one_of", TEXT, self._texts()
        return ("is_not" if self._skip("not") else "is"), *self._literal(None)

    def _texts(self) -> list[str]:
        self._need("(")
        found = [str(self._literal(TEXT)[1])]
        while self._skip(","):
            found.append(str(self._literal(TEXT)[1]))
        self._need(")")
        return found

    def _literal(self, type: str | None) -> tuple[str, object]:
        """A value and its type: how it is written tells which."""
        word = self._take()
        found: tuple[str, object] | None = None
        if word.kind == "text":
            found = TEXT, word.text
        elif word.kind == "number":
            found = NUMBER, float(word.written) if "." in word.written else int(word.written)
        elif word.kind == "date":
            found = DATE, word.written
        elif word.kind == "name" and word.written.lower() in ("yes", "no"):
            found = YES_NO, word.written.lower() == "yes"
        wanted = _WRITTEN.get(type or "", 'a value: "text", 30, 2026-12-31, yes or no')
        if found is None or (type is not None and found[0] != type):
            raise self._wrong(f"Here should stand {wanted}", word)
        return found

    def _named(self, what: str) -> str:
        word = self._take()
        if word.kind != "text":
            raise self._wrong(f"Here the name of {what} should stand in quotes", word)
        return self._fitting(word.text, word)

    def _fitting(self, name: str, word: Word) -> str:
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise self._wrong(f"A name is a printable text of 1 to {LONGEST_NAME} characters", word)
        return name

    def _whole(self, word: Word, what: str, most: int = LARGEST_NUMBER) -> int:
        try:
            return whole(
                int(word.written) if word.kind == "number" and "." not in word.written else word.written,
                what,
                most,
            )
        except SegmentError as error:
            raise SegmentError(error.text, place(self._text, word.start)) from None


def _possible(type: str) -> str:
    """What can be asked of something that is always of this type, as it is written."""
    can = ", ".join(operator.replace("_", " ") for operator in OPERATORS[type])
    return f"It is a {type}, which can be asked: {can}; with {_WRITTEN[type]}."


_WRITTEN: Final = {TEXT: 'a text in quotes: "Paris"', NUMBER: "a number", DATE: "a date: 2026-12-31"}
