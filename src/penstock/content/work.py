"""How much work the trial of a message's templates may be: nodes rendered, and what filters make.

A loop of ten thousand runs is allowed, a hundred of them are not: somebody waits for the answer. What is counted is work and
not time, so that the same message is judged alike by a machine that is busy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from liquid.context import RenderContext
from liquid.exceptions import ResourceLimitError

STEPS: Final = 100_000
"""Steps in which all templates of a message have to be made once: some 5 µs each."""
_OCTETS_A_STEP = 1_000
_LOCALS_A_STEP = 16
"""To assign one variable measures all of them."""

_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def limited() -> Iterator[None]:
    """Within the block what is tried has STEPS in all; beyond, rendering raises ResourceLimitError."""
    token = _left.set([STEPS])
    try:
        yield
    finally:
        _left.reset(token)


def made(octets: int) -> None:
    """Count what a filter made. Raises ResourceLimitError."""
    if octets > _OCTETS_A_STEP:
        _spend(octets // _OCTETS_A_STEP)


class Counted(RenderContext):
    """A context in which every node that is rendered is counted: each asks it which tags are not allowed here."""

    _disabled: list[str]

    @property
    def disabled_tags(self) -> list[str]:
        _spend(1 + len(self.locals) // _LOCALS_A_STEP)
        return self._disabled

    @disabled_tags.setter
    def disabled_tags(self, tags: list[str]) -> None:
        self._disabled = tags


def _spend(steps: int) -> None:
    left = _left.get()
    if left is None:
        return
    left[0] -= steps
    if left[0] < 0:
        raise ResourceLimitError(f"the templates take more than {STEPS:,} steps to make", token=None)
