"""A short message as people look at it: the text of each part, what is left of the last one, and what makes it long. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from penstock.content.sms.encoding import room
from penstock.content.sms.foreign import Foreign, foreign
from penstock.transport import alphabet
from penstock.transport.short import Encoded


class Forcing(NamedTuple):
    """A character that the default alphabet lacks. `of_data`: the author did not write it, it is the recipient's."""

    foreign: Foreign
    of_data: bool


@dataclass(frozen=True)
class Seen:
    """`units` are the length: septets, or units of UTF-16; `most` of them fit into a part, `left` more fit into the last one.

    `language` names the national table where one is used. `forcing`: what forces UCS-2, nothing where it is not forced.
    """

    text: str
    coding: str
    language: str
    units: int
    most: int
    left: int
    parts: tuple[str, ...]
    forcing: tuple[Forcing, ...]

    @property
    def count(self) -> int:
        """The number of parts: what is paid for."""
        return len(self.parts)

    @property
    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        forcing = [{**asdict(each.foreign), "of_data": each.of_data} for each in self.forcing]
        return {**asdict(self), "parts": list(self.parts), "forcing": forcing}


def seen(encoded: Encoded, source: str) -> Seen:
    """Return what there is to see of a message made of the template `source`."""
    parts = texts(encoded)
    most = room(
        encoded.coding, encoded.locking, encoded.shift, several=len(encoded.parts) > 1, wide=encoded.wide
    )
    width = 2 if encoded.coding == "ucs2" else 1
    last = len(encoded.parts[-1]) // width if encoded.parts else 0
    lacks = foreign(encoded.text) if encoded.coding == "ucs2" else []
    forcing = tuple(Forcing(each, each.character not in source) for each in lacks)
    language = alphabet.LANGUAGES.get(encoded.shift or encoded.locking, "")
    return Seen(encoded.text, encoded.coding, language, encoded.units, most, most - last, parts, forcing)


def texts(encoded: Encoded) -> tuple[str, ...]:
    """Return the text of each part, as a telephone would show it by itself."""
    if encoded.coding == "ucs2":
        return tuple(part.decode("utf-16-be", "replace") for part in encoded.parts)
    return tuple(alphabet.decode(part, encoded.locking, encoded.shift) for part in encoded.parts)
