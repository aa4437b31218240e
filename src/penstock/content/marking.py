"""Pieces in place of marks: a template was compiled with marks where something stands that was compiled by itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from penstock.content.pieces import Choice, Key, Piece, Segment, Slot, Text, key_of, reads_of, text_of

Made = Sequence[tuple[Piece, ...]]
"""What goes into the place of each mark, by its number."""


def filled(pieces: Sequence[Piece], mark: re.Pattern[str], made: Made) -> tuple[Piece, ...]:
    """Return the pieces with what was ``made`` in place of the marks in their constant texts, whose numbers ``mark`` tells."""
    return _Filling(mark, made).of(pieces)


def spread(reads: tuple[int, ...], key: Key) -> list[str | None]:
    """The values that ``key`` was taken from at the positions ``reads``; None between them."""
    values: list[str | None] = [None] * (max(reads, default=-1) + 1)
    for position, value in zip(reads, (key,) if len(reads) == 1 else key, strict=True):
        values[position] = value
    return values


class _Filling:
    def __init__(self, mark: re.Pattern[str], made: Made) -> None:
        self.mark, self.made = mark, made
        self._segments: dict[Segment, Segment] = {}

    def of(self, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
        out: list[Piece] = []
        for piece in pieces:
            if isinstance(piece, Text):
                self._text(piece.text, out)
            elif isinstance(piece, Choice):
                out.append(replace(piece, arms=tuple(map(self.of, piece.arms))))
            elif isinstance(piece, Slot):
                out.append(replace(piece, segment=self._segment(piece.segment)))
            else:
                out.append(piece)
        return tuple(out)

    def _text(self, text: str, out: list[Piece]) -> None:
        for number, part in enumerate(self.mark.split(text)):
            # Between the texts stand the numbers of the marks.
            for piece in self.made[int(part)] if number % 2 else (Text(part),):
                if isinstance(piece, Text) and out and isinstance(out[-1], Text):
                    out[-1] = Text(out[-1].text + piece.text)
                elif not isinstance(piece, Text) or piece.text:
                    out.append(piece)

    def _segment(self, segment: Segment) -> Segment:
        """What python-liquid renders, with the marks in its constant texts filled for the same recipient."""
        if segment not in self._segments:
            within = {int(number) for text in segment.constants for number in self.mark.findall(text)}
            self._segments[segment] = self._marked(segment, within) if within else segment
        return self._segments[segment]

    def _marked(self, segment: Segment, within: set[int]) -> Segment:
        read = {position for number in within for position in reads_of(self.made[number])}
        reads = tuple(sorted(read.union(segment.reads)))
        make = _made_with(segment, reads, {number: self.made[number] for number in within}, self.mark)
        return Segment(reads, make, segment.constants)


def _made_with(
    segment: Segment, reads: tuple[int, ...], made: dict[int, tuple[Piece, ...]], mark: re.Pattern[str]
) -> Callable[[Key], tuple[str, ...]]:
    take = key_of(segment.reads)

    def make(key: Key) -> tuple[str, ...]:
        values = spread(reads, key)
        texts = {number: text_of(pieces, values) for number, pieces in made.items()}
        return tuple(
            mark.sub(lambda found: texts[int(found[1])], text) for text in segment.make(take(values))
        )

    return make
