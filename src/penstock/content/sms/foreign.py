"""What makes a short message long: the characters that the default alphabet lacks, each named, with what may stand in its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from penstock.transport import alphabet

REPLACED: Final = {
    **dict.fromkeys("‘’‚‛′`´ʼ＇", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("‹›", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("•·‣∙●▪", "-"),
    **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\ufe0e\ufe0f", ""),
    **dict.fromkeys("\u2028\u2029", "\n"),
    "…": "...", "×": "x", "÷": ":", "№": "No", "™": "(TM)", "®": "(R)", "©": "(C)", "°": " deg",
    "œ": "oe", "Œ": "OE", "ĳ": "ij", "Ĳ": "IJ", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ẞ": "SS", "½": "1/2", "¼": "1/4", "¾": "3/4", "²": "2", "³": "3",
    "¹": "1", "→": "->", "←": "<-", "⇒": "=>", "✓": "OK", "✔": "OK", "≤": "<=", "≥": ">=", "≠": "<>", "±": "+/-",
    "ª": "a", "º": "o", "¢": "c", "₤": "£", "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M",
    "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X",
}  # fmt: skip
"""Characters that look or mean nearly the same in the default alphabet. Greek capitals that look Latin are written so everywhere."""

_LIQUID = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)

SAID: Final = 20
"""Different characters of one text that are told."""


@dataclass(frozen=True)
class Foreign:
    """A character that the text's alphabet lacks: its Unicode name, where it first stands (characters from 0), and how often.

    `replacement`: what can be written instead; None where nothing means the same. `offered`: it changes the spelling (ê → e), so
    somebody should look; else it only looks a little different (’ → ').
    """

    character: str
    name: str
    place: int
    count: int
    replacement: str | None
    offered: bool = False

    @property
    def told(self) -> str:
        """The character in words: ’ (RIGHT SINGLE QUOTATION MARK, U+2019)."""
        shown = f"{self.character} " if self.character.isprintable() and not self.character.isspace() else ""
        return f"{shown}({self.name}, U+{ord(self.character):04X})"


def foreign(text: str, locking: int = 0, shift: int = 0, *, most: int = SAID) -> list[Foreign]:
    """Return the characters of a text that these tables lack, in order of appearance, the first `most`; none: no UCS-2 is needed."""
    there = alphabet.encodable(locking, shift)
    places: dict[str, list[int]] = {}
    for place, character in enumerate(text):
        if ord(character) not in there:
            places.setdefault(character, []).append(place)
    return [_told(character, found) for character, found in list(places.items())[:most]]


def replaced(text: str, only: Sequence[str] | None = None, *, spelling: bool = False) -> str:
    """Return the text with what looks nearly the same in place of the foreign characters, `only` of these where they are given.

    `spelling`: also where it changes the spelling; what has no replacement stays. In the Liquid of a template quotation marks stay
    what they are, for they would end its texts.
    """
    there = alphabet.encodable()
    table: dict[int, str] = {}
    for character in set(text) if only is None else set(only):
        if len(character) == 1 and ord(character) not in there:
            instead, offered = _replacement(character)
            if instead is not None and (spelling or only is not None or not offered):
                table[ord(character)] = instead
    quiet = {place: instead for place, instead in table.items() if instead not in ("'", '"')}
    parts = _LIQUID.split(text)  # every second one is Liquid
    return "".join(part.translate(quiet if number % 2 else table) for number, part in enumerate(parts))


def _told(character: str, places: list[int]) -> Foreign:
    instead, offered = _replacement(character)
    name = unicodedata.name(character, "unnamed character")
    return Foreign(character, name, places[0], len(places), instead, offered)


def _replacement(character: str) -> tuple[str | None, bool]:
    """What can stand for a character, and whether that is another spelling."""
    if character in REPLACED:
        return REPLACED[character], character.isalpha()
    there = alphabet.encodable()
    for form in ("NFKC", "NFKD"):
        # Marks are dropped only where the letter under them remains: ê → e; a mark by itself means nothing.
        made = "".join(
            each for each in unicodedata.normalize(form, character) if not unicodedata.combining(each)
        )
        if made and made != character and all(ord(each) in there for each in made):
            return made, True
    return None, False
