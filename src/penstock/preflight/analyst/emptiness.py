"""What comes out empty for a recipient: outputs of a message that put nothing where their attribute should stand. Pure.

Asked of the compiled pieces, by the recipient's own values: an attribute with a default is not empty, nor one in a branch that is
not taken. Of an output that python-liquid renders (several attributes, or one that was assigned) it is known whether it came out
empty, and which of the attributes behind it are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penstock.content.pieces import Choice, Hole, Piece, Slot, Text, Values, key_of, reads_of


class Emptiness:
    """Looks for empty outputs in the templates of a message; `texts` are (place, pieces), `names` those of the values."""

    def __init__(self, texts: Sequence[tuple[str, tuple[Piece, ...]]], names: Sequence[str]) -> None:
        self._names = names
        self._texts = [(place, only) for place, pieces in texts if (only := tuple(_outputs(pieces)))]
        reads = frozenset().union(*(reads_of(pieces) for _, pieces in self._texts))
        self._read = tuple(sorted(position for position in reads if position < len(names)))

    def of(self, values: Values) -> list[tuple[str, str]]:
        """The (attribute, place) of each that comes out empty for these values, in the order of the message.

        The values are as wide as a program's: those of its variables, then the link. Raises RenderError as the message does.
        """
        for position in self._read:
            value = values[position]
            if not value or value.isspace():
                break
        else:
            return []
        found = {
            (name, place): None
            for place, pieces in self._texts
            for position in _empty(pieces, values)
            if (name := self._names[position])
        }
        return list(found)


def _outputs(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces that can put out an attribute, or hold one that does."""
    for piece in pieces:
        if isinstance(piece, Choice):
            if any(True for arm in piece.arms for _ in _outputs(arm)):
                yield piece
        elif isinstance(piece, Hole) or (isinstance(piece, Slot) and piece.output and piece.segment.reads):
            yield piece


def _empty(pieces: Sequence[Piece], values: Values) -> Iterator[int]:
    """The positions of the values that come out empty."""
    for piece in pieces:
        if isinstance(piece, Text):
            continue
        if isinstance(piece, Choice):
            for arm in piece.choose(key_of(piece.reads)(values)):
                yield from _empty(piece.arms[arm], values)
            continue
        reads = piece.reads if isinstance(piece, Hole) else piece.segment.reads
        blank = [
            position for position in reads if position < len(values) and not (values[position] or "").strip()
        ]
        if not blank or (isinstance(piece, Slot) and not piece.output):
            continue
        key = key_of(reads)(values)
        made = piece.make(key) if isinstance(piece, Hole) else piece.segment.make(key)[piece.number]
        if not made.strip():
            yield from blank
