"""What a compiled template consists of: constant text, and pieces that are made for each recipient.

Values of a recipient come as a tuple of strings, None where the contact lacks the attribute. A piece says which
positions it *reads*; the same values read always give the same text, so that whoever uses a piece may remember.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

Values: TypeAlias = Sequence[str | None]
Key: TypeAlias = Any
"""What a piece reads: the value itself if it reads one, else a tuple of them."""


@dataclass(frozen=True)
class Text:
    """Constant text."""

    text: str


@dataclass(frozen=True)
class Hole:
    """One variable through filters; ``make`` maps its value to text. ``bare``: there are no filters.

    ``fallible``: some values may make it fail.
    """

    reads: tuple[int, ...]
    make: Callable[[Key], str]
    bare: bool = False
    fallible: bool = False


@dataclass(frozen=True, eq=False)
class Segment:
    """Nodes that only python-liquid can render, in one context; ``make`` maps the key to one text per slot.

    ``constants`` are the constant texts within.
    """

    reads: tuple[int, ...]
    make: Callable[[Key], tuple[str, ...]]
    constants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """The place of one text of a segment. ``output``: it is that of a ``{{ … }}``, not of a tag."""

    segment: Segment
    number: int
    output: bool = False


@dataclass(frozen=True)
class Choice:
    """An ``if``, ``unless`` or ``case``: ``choose`` maps the key to the numbers of the arms to put out.

    ``quick``: choosing costs less than remembering what was chosen. ``many``: more than one arm may be chosen.
    ``fallible``: some values may make the choosing fail.
    """

    reads: tuple[int, ...]
    choose: Callable[[Key], tuple[int, ...]]
    arms: tuple[tuple[Piece, ...], ...] = ()
    quick: bool = False
    many: bool = False
    fallible: bool = False


Piece: TypeAlias = Text | Hole | Slot | Choice


def key_of(reads: tuple[int, ...]) -> Callable[[Values], Key]:
    """How to take the key of a piece from the values."""
    if not reads:
        return lambda values: ()
    return itemgetter(*reads)


def reads_of(pieces: Sequence[Piece]) -> frozenset[int]:
    """All positions that any of the pieces reads."""
    found: set[int] = set()
    for piece in pieces:
        if isinstance(piece, Slot):
            found.update(piece.segment.reads)
        elif isinstance(piece, Hole):
            found.update(piece.reads)
        elif isinstance(piece, Choice):
            found.update(piece.reads)
            for arm in piece.arms:
                found |= reads_of(arm)
    return frozenset(found)


def fallible(pieces: Sequence[Piece]) -> bool:
    """Whether some recipient's values may make one of the pieces fail; of segments that is not known."""
    return any(
        isinstance(piece, Slot)
        or (isinstance(piece, Hole) and piece.fallible)
        or (isinstance(piece, Choice) and (piece.fallible or any(map(fallible, piece.arms))))
        for piece in pieces
    )


def text_of(pieces: Sequence[Piece], values: Values) -> str:
    """The text of all the pieces for one recipient, remembering nothing."""
    made: dict[int, tuple[str, ...]] = {}
    out: list[str] = []
    for piece in pieces:
        if isinstance(piece, Text):
            out.append(piece.text)
        elif isinstance(piece, Hole):
            out.append(piece.make(key_of(piece.reads)(values)))
        elif isinstance(piece, Slot):
            segment = piece.segment
            if id(segment) not in made:
                made[id(segment)] = segment.make(key_of(segment.reads)(values))
            out.append(made[id(segment)][piece.number])
        else:
            out.extend(text_of(piece.arms[arm], values) for arm in piece.choose(key_of(piece.reads)(values)))
    return "".join(out)
