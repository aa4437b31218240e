"""Which lanes make room when a sender has all it may: those that have been at work longest. Pure.

Slow mailings (limited, throttled, refused for now) would else hold every lane of every sender for hours, and others never begin.
Who makes room gives back what has not begun, and comes again when it is the least recently served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STINT: Final = 10.0
"""Seconds that a lane is at work before it makes room."""


def yielding(since: Mapping[int, float], waiting: int, now: float) -> list[int]:
    """Return the mailings whose lanes make room for so many that wait, the longest at work first.

    `since`: when the lane of each mailing began, in the seconds of `now`.
    """
    old = sorted((begun, mailing) for mailing, begun in since.items() if now - begun >= STINT)
    return [mailing for _, mailing in old[:waiting]]
