"""Scales: round numbers for an axis, and round stretches of time. Pure."""

import math

_ROUND = (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10)
STEPS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800
)  # fmt: skip
"""Stretches of time that people count in, in seconds."""


def top(value: float) -> float:
    """Return the end of an axis on which `value` has room: the next round number whose half is one too; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _ROUND if step * power >= value * (1 - 1e-9))


def step(seconds: float, most: int) -> int:
    """Return the shortest round stretch of which at most `most` make up so many seconds."""
    return next(
        (each for each in STEPS if seconds <= each * most), STEPS[-1] * math.ceil(seconds / STEPS[-1] / most)
    )


def written(value: float) -> str:
    """Return a coordinate as SVG takes it, whatever the language: two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
