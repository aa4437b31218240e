"""Links whose address the data decides: made for each recipient as the message makes them, and judged. Pure.

`href="https://example.org/{{ slug }}"` is found among the compiled pieces of the HTML; what the pieces of an address make of the same
values is judged once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from penstock.content import references
from penstock.content.pieces import Choice, Hole, Piece, Text, Values, key_of, reads_of, text_of
from penstock.preflight.analyst.addresses import Fault, fault

KEPT: Final = 100_000
"""Values of one link whose judgement is remembered."""

SHOWN: Final = 200
"""Characters of an address that are told."""

_FIRST = 0xF0000
"""Characters of private use from here on stand for the pieces that are no constant text."""
_ADDRESS = re.compile(r"""(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_MARK = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + 0xFFFD)}]")


class Address:
    """One address that depends on data: `shown` is what stands in the template, without filters, and with … for branches."""

    def __init__(self, pieces: Sequence[Piece], names: Sequence[str]) -> None:
        self._pieces = pieces
        self._key = key_of(tuple(sorted(reads_of(pieces))))
        self._known: dict[object, tuple[str, Fault] | None] = {}
        self.shown = "".join(_shown(piece, names) for piece in pieces)[:SHOWN]

    def fault(self, values: Values) -> tuple[str, Fault] | None:
        """Return (address, what is wrong with it) for a recipient. Raises RenderError as the message does."""
        key = self._key(values)
        if key in self._known:
            return self._known[key]
        url = references.read(text_of(self._pieces, values)).strip()
        wrong = fault(url)
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[key] = found = None if wrong is None else (url, wrong)
        return found


class Leading:
    """All addresses of a message that depend on data, also those within branches, which are asked when they are taken."""

    def __init__(self, pieces: Sequence[Piece], names: Sequence[str]) -> None:
        """`names` of the values: what reads beyond them is one of our own links, and not the data's."""
        self._own, self._choices = _found(pieces, names)

    def __bool__(self) -> bool:
        return bool(self._own or self._choices)

    def faults(self, values: Values) -> Iterator[tuple[Address, str, Fault]]:
        """Yield each address that is wrong for a recipient: which it is, as it would be, and what is wrong."""
        for address in self._own:
            if wrong := address.fault(values):
                yield address, *wrong
        for choice, arms in self._choices:
            for arm in choice.choose(key_of(choice.reads)(values)):
                yield from arms[arm].faults(values)


def _shown(piece: Piece, names: Sequence[str]) -> str:
    """What an author knows a piece by."""
    if isinstance(piece, Text):
        return piece.text
    if isinstance(piece, Choice):
        return "…"
    reads = piece.reads if isinstance(piece, Hole) else piece.segment.reads
    return f"{{{{ {', '.join(names[position] for position in reads)} }}}}" if reads else "…"


def _found(
    pieces: Sequence[Piece], names: Sequence[str]
) -> tuple[list[Address], list[tuple[Choice, list[Leading]]]]:
    """The addresses at this level, and the branches that hold some; a branch within an address belongs to the address."""
    others = [piece for piece in pieces if not isinstance(piece, Text)]
    marks = iter(range(_FIRST, _FIRST + len(others)))
    whole = "".join(piece.text if isinstance(piece, Text) else chr(next(marks)) for piece in pieces)
    own, taken = [], set()
    for match in _ADDRESS.finditer(whole):
        value = next(group for group in match.groups() if group is not None)
        if _MARK.search(value):
            parts = _split(value, others)
            if max(reads_of(parts), default=len(names)) < len(names):
                own.append(Address(parts, names))
            taken.update(_MARK.findall(value))
    choices = [
        (piece, arms)
        for number, piece in enumerate(others)
        if isinstance(piece, Choice)
        and chr(_FIRST + number) not in taken
        and any(arms := [Leading(arm, names) for arm in piece.arms])
    ]
    return own, choices


def _split(value: str, others: Sequence[Piece]) -> list[Piece]:
    parts: list[Piece] = []
    for part in re.split(f"({_MARK.pattern})", value):
        if _MARK.fullmatch(part):
            parts.append(others[ord(part) - _FIRST])
        elif part:
            parts.append(Text(part))
    return parts
