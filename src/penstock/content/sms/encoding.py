"""A text to the parts of a short message, exactly as many as will be paid for (3GPP TS 23.038 §6.2, TS 23.040 §9.2.3.24).

The default alphabet carries what it can. What it cannot goes in UCS-2, unless a national language table that the account allows takes
fewer parts: every telephone knows UCS-2, not every one a national table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from penstock.content.lines import clean
from penstock.transport import alphabet
from penstock.transport.alphabet import ESCAPE, LANGUAGES, LOCKING, SHIFT
from penstock.transport.short import PARTS_LIMIT, Coding, Encoded

USER_DATA: Final = 140
"""Octets of user data in a short message (TS 23.040 §9.2.3.16)."""


class TooLong(ValueError):
    """The text takes more parts than a message can have; `parts` are so many."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        super().__init__(f"it takes {parts:,} parts, and a message can have {PARTS_LIMIT}")


class Written(NamedTuple):
    """A whole text in one coding: `data` as in Encoded.parts, `units` long."""

    coding: Coding
    locking: int
    shift: int
    data: bytes
    units: int


def encode(text: str, *, tables: Sequence[int] = (), wide: bool = False) -> Encoded:
    """Return a text as it goes over the air. `tables`: national languages that may be used; `wide`: references of 16 bits.

    The text is made fit first (`fit`): `Encoded.text` is what arrives. Raises TooLong.
    """
    text = fit(text)
    written = _written(text, tables, wide)
    parts = _cut(written, wide)
    if len(parts) > PARTS_LIMIT:
        raise TooLong(len(parts))
    return Encoded(
        text, written.coding, written.locking, written.shift, parts, written.units, wide and len(parts) > 1
    )


def fit(text: str) -> str:
    """Return a text as a telephone can show it: composed characters (NFC), LF as line end, a space for a tab, no blanks around it."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    return clean(unicodedata.normalize("NFC", text)).replace("\t", " ").strip()


def room(
    coding: Coding, locking: int = 0, shift: int = 0, *, several: bool = False, wide: bool = False
) -> int:
    """Return the units that fit into one part: septets, or units of UTF-16. `several`: it is one of several parts.

    160 and 153 septets, 70 and 67 units; each national table takes three octets of header, a wide reference one more.
    """
    header = 3 * bool(locking) + 3 * bool(shift) + (6 if wide else 5) * several
    octets = USER_DATA - (header + 1 if header else 0)
    return octets // 2 if coding == "ucs2" else octets * 8 // 7


def languages(names: str) -> tuple[int, ...]:
    """Return the numbers of the national languages that are named, with blanks between. Raises ValueError naming what there is."""
    numbers = {name.lower(): number for number, name in LANGUAGES.items()}
    if unknown := [name for name in names.lower().split() if name not in numbers]:
        raise ValueError(f"there is no national table {unknown[0]!r}; there are {', '.join(numbers)}")
    return tuple(dict.fromkeys(numbers[name] for name in names.lower().split()))


def _written(text: str, tables: Sequence[int], wide: bool) -> Written:
    try:
        septets = alphabet.encode(text)
        return Written("gsm7", 0, 0, septets, len(septets))
    except UnicodeEncodeError:
        pass
    data = text.encode("utf-16-be", "replace")
    plain = Written("ucs2", 0, 0, data, len(data) // 2)
    if not tables:
        return plain
    return min(
        [plain, *_national(text, tables)],
        key=lambda each: (_count(each, wide), each is not plain, each.units),
    )


def _national(text: str, tables: Sequence[int]) -> Iterator[Written]:
    """The text with each pair of tables of one language that has all of it."""
    for language in tables:
        for locking, shift in ((0, language), (language, 0), (language, language)):
            if (locking and locking not in LOCKING) or (shift and shift not in SHIFT):
                continue
            try:
                septets = alphabet.encode(text, locking, shift)
            except UnicodeEncodeError:
                continue
            yield Written("gsm7", locking, shift, septets, len(septets))


def _count(written: Written, wide: bool) -> int:
    return len(list(_cuts(written, wide)))


def _cut(written: Written, wide: bool) -> tuple[bytes, ...]:
    data, width = written.data, 2 if written.coding == "ucs2" else 1
    return tuple(data[start * width : end * width] for start, end in _cuts(written, wide))


def _cuts(written: Written, wide: bool) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends, in units: never between an escape and its septet, or the halves of a surrogate pair."""
    coding, locking, shift, data, units = written
    if units <= room(coding, locking, shift):
        yield 0, units
        return
    step = room(coding, locking, shift, several=True, wide=wide)
    start = 0
    while start < units:
        end = min(start + step, units)
        if end < units and _pair_ends(data, coding, end):
            end -= 1
        yield start, end
        start = end


def _pair_ends(data: bytes, coding: Coding, end: int) -> bool:
    """Whether the last unit before `end` is the first half of something."""
    if coding == "ucs2":
        return 0xD8 <= data[2 * end - 2] <= 0xDB
    # No character is two escapes, so an escape is always the first of a pair.
    return data[end - 1] == ESCAPE
