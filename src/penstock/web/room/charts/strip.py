"""A strip of cells, one for each package or for some that follow each other: how full each is, and with what. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from penstock.web.room.charts.columns import HEIGHT, WIDTH, Box
from penstock.web.room.charts.scale import written

MOST = 60
"""Cells in one strip: more could not be told apart."""

KINDS = ("reached", "lost", "again", "going")
"""What a cell is filled with, from its foot: those reached, those lost (bounced, in doubt), those put off, those on the wire."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Some packages in a row: `size` recipients, so many of them of each of KINDS; `state`: open, active, done, ended."""

    first: int
    last: int
    size: int
    state: str
    filled: Sequence[int]


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """The cell with its frame and what fills it, as SVG takes them."""

    cell: Cell
    frame: Box
    boxes: list[Box] = field(default_factory=list)


def strip(cells: Sequence[Cell]) -> list[DrawnCell]:
    """Return the cells beside each other, each filled from its foot by the share of its recipients."""
    if not cells:
        return []
    broad = WIDTH / len(cells)
    gap = min(broad * 0.15, 4.0)
    drawn = []
    for n, cell in enumerate(cells):
        left, width, foot = n * broad + gap / 2, broad - gap, HEIGHT
        boxes = []
        for key, people in zip(KINDS, cell.filled, strict=True):
            if people:
                tall = people / cell.size * HEIGHT
                foot -= tall
                boxes.append(Box(key, *map(written, (left, foot, width, tall))))
        frame = Box(cell.state, *map(written, (left, 0.0, width, HEIGHT)))
        drawn.append(DrawnCell(cell, frame, boxes))
    return drawn


def together(cells: Sequence[Cell], most: int = MOST) -> list[Cell]:
    """Return at most `most` cells: as many neighbours as needed become one, which is active when one of them is."""
    size = -(-len(cells) // most)
    return [_one(cells[n : n + size]) for n in range(0, len(cells), size)] if size > 1 else list(cells)


_FIRST = ("active", "open", "ended", "done")


def _one(cells: Sequence[Cell]) -> Cell:
    states = {cell.state for cell in cells}
    filled = [sum(parts) for parts in zip(*(cell.filled for cell in cells), strict=True)]
    state = next(state for state in _FIRST if state in states)
    return Cell(cells[0].first, cells[-1].last, sum(cell.size for cell in cells), state, filled)
