"""Where words go: results to stdout, everything about getting there to stderr.

Names, addresses and replies come from strangers: what is written here is free of what a terminal would obey. JSON and
CSV go to programs, and stay as they are.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from penstock.platform import notice
from penstock.transport.reply import UNPRINTABLE, sanitise


def safe(text: str) -> str:
    """Return text of one or more lines without control characters: an escape sequence becomes harmless words."""
    # A byte of a file's name that is no character is one "?".
    whole = text.encode("utf-8", "replace").decode()
    return "\n".join(UNPRINTABLE.sub(" ", line) for line in whole.split("\n"))


def line(text: str) -> str:
    """Return text that has to stay on one line, such as a name, made safe."""
    return safe(sanitise(text))


def written(text: str) -> None:
    """Write a result."""
    sys.stdout.write(f"{safe(text)}\n")


def tell(text: str) -> None:
    """Write a line for the person waiting to stderr."""
    notice.tell(safe(text))


def ask(question: str) -> None:
    """Write a question to stderr; the answer is typed behind it."""
    sys.stderr.write(safe(question))
    sys.stderr.flush()


def document(value: Any) -> None:
    """Write a result as one JSON document."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], right: str = "") -> str:
    """Return rows under their heads in aligned columns; those named in `right` (by head) are set to the right."""
    cells = [[line(str(cell)) for cell in row] for row in [heads, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    side = [">" if head and head in right.split() else "<" for head in heads]
    return "\n".join(
        "  ".join(f"{cell:{s}{width}}" for cell, s, width in zip(row, side, widths, strict=True)).rstrip()
        for row in cells
    )


def number(value: float) -> str:
    """Return a number with its thousands apart; a rate below ten keeps one decimal."""
    return f"{value:,.1f}" if isinstance(value, float) and value < 10 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Return seconds as people say them: `0.4 s`, `42 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def moment(at: datetime | None) -> str:
    """Return a time with its zone, in the zone of this machine."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z") if at else "–"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
