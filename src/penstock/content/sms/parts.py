"""How many parts the messages of recipients take, without sending them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from penstock.content.message import RenderError
from penstock.content.sms.program import ShortProgram


def parts_of(program: ShortProgram, rows: Iterable[Sequence[str | None]]) -> Iterator[int]:
    """Yield the parts of each row's message; `rows` are values in the order of the program's variables.

    1 where none can be made: that recipient is skipped in its turn, and the credit released.
    """
    for values in rows:
        try:
            yield program.encoded(values).count
        except RenderError:
            yield 1
