"""How far the journal was read, although its ids commit out of order. Pure.

An id is taken when a line is written and shows when its transaction commits: a lower id may show after a higher one, or never.
So the cursor goes to the highest id seen, and what it jumps over is remembered as gaps. A gap is looked at again each time,
until no transaction that could have taken its ids is running any more. A long transaction therefore holds up its own lines
alone: waiting for the oldest one (the snapshot's xmin) would hold up everybody's behind an import of minutes.

Transactions are told by their 64-bit numbers. `xmin`: all below have ended; `xmax`: none from here on had begun (pg_snapshot).
A line's transaction has its number before it takes the id (journal.append locks its chain first), so that whoever took an id
below one that is seen has a number below the xmax of that very snapshot.
"""

from collections.abc import Iterable
from dataclasses import dataclass

TROUBLED = -1
"""In place of `until`: a line that was seen and could not be told. It is looked at again until it can."""


@dataclass(frozen=True, order=True)
class Gap:
    """Ids from `first` up to, not including, `beyond`; taken by transactions below `until`, if by any."""

    first: int
    beyond: int
    until: int


def advance(
    last: int, gaps: Iterable[Gap], found: Iterable[int], xmin: int, xmax: int, troubled: Iterable[int] = ()
) -> tuple[int, list[Gap]]:
    """Return the new cursor and the gaps left, after `found` was read under a snapshot with `xmin` and `xmax`.

    `found`: every visible id in the gaps, and the visible ids above `last`, without omission up to the highest of them.
    `troubled`: those of them that could not be told; they become gaps of their own.
    """
    seen = sorted(found)
    newest = max(seen[-1], last) if seen else last
    open_gaps = [*gaps, Gap(last + 1, newest + 1, xmax)]
    left = [piece for gap in open_gaps if _may_fill(gap, xmin, xmax) for piece in _without(gap, seen)]
    return newest, sorted([*left, *(Gap(number, number + 1, TROUBLED) for number in troubled)])


def _may_fill(gap: Gap, xmin: int, xmax: int) -> bool:
    """Whether it is to be looked at again: somebody may still commit an id of it. A number that is not yet given is another cluster's (a restored backup)."""
    return gap.until == TROUBLED or xmin < gap.until <= xmax


def _without(gap: Gap, seen: list[int]) -> list[Gap]:
    """The pieces of a gap between the ids that were seen."""
    pieces, first = [], gap.first
    for number in (n for n in seen if gap.first <= n < gap.beyond):
        if number > first:
            pieces.append(Gap(first, number, gap.until))
        first = number + 1
    if first < gap.beyond:
        pieces.append(Gap(first, gap.beyond, gap.until))
    return pieces
