"""The words of a segment's text: cut apart, with where each stands. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from penstock.audience.segments.conditions import SegmentError

LONGEST_TEXT: Final = 20_000  # characters

_WORD = re.compile(
    r"""\s+ | (?P<text>"(?:[^"\\]|\\.)*") | (?P<date>\d{4}-\d\d-\d\d(?![\w-]))
      | (?P<number>-?\d{1,20}(?:\.\d{1,20})?(?![\w.])) | (?P<name>[^\W\d]\w*|\d+[^\W\d]\w*) | (?P<sign><=|>=|!=|[<>=(),])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its kind (text, date, number, name, sign; end), how it is written, and where it begins."""

    kind: str
    written: str
    start: int

    @property
    def text(self) -> str:
        """What stands between the quotes."""
        return re.sub(r"\\(.)", r"\1", self.written[1:-1], flags=re.DOTALL)


def words(text: str) -> list[Word]:
    """Cut a text into words, and an empty one at its end. Raises SegmentError where it cannot be."""
    if len(text) > LONGEST_TEXT:
        raise SegmentError(f"The text has {len(text):,} characters; at most {LONGEST_TEXT:,} are possible.")
    found, at = [], 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            raise SegmentError(_unclear(text, at), place(text, at))
        if match.lastgroup:
            found.append(Word(match.lastgroup, match[0], at))
        at = match.end()
    return [*found, Word("end", "", len(text))]


def place(text: str, at: int) -> str:
    """Where that is, for people: lines and columns count from 1."""
    before = text[:at]
    return f"line {before.count(chr(10)) + 1}, column {at - (before.rfind(chr(10)) + 1) + 1}"


def quoted(text: str) -> str:
    """A text as it is written in a segment."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unclear(text: str, at: int) -> str:
    if text[at] == '"':
        return "This quote is not closed."
    if text[at] in "'“”„«»":
        return 'Texts stand between straight double quotes: "Paris".'
    return f"{text[at : at + 20]!r} is no word, number, date (2026-12-31) or text in quotes."
