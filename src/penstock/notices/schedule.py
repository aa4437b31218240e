"""When what failed is tried again. Pure."""

import random
from collections.abc import Sequence

WEBHOOK = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds between the attempts of a delivery: eight attempts within 28 hours."""
MAIL = (60, 300, 900, 3_600, 7_200, 14_400, 28_800)
"""Seconds between the attempts of an e-mail: eight within 15 hours."""
LONGEST_WISH = 43_200.0
"""A receiver may ask for a later time (Retry-After), not for one later than this."""
JITTER = 0.1
"""Share of a wait by which it is longer or shorter, so that what failed together does not come back together."""


def wait(
    plan: Sequence[int], attempts: int, *, wish: float | None = None, chance: float | None = None
) -> float | None:
    """Return the seconds until the next attempt after `attempts` failed ones; None when there is none left.

    `wish`: the receiver's own. `chance` (0 to 1) stands in for the dice of the jitter.
    """
    if attempts > len(plan):
        return None
    drawn = random.random() if chance is None else chance  # noqa: S311 - spreads load, guards nothing
    usual = plan[attempts - 1] * (1 + JITTER * (2 * drawn - 1))
    return max(usual, min(wish or 0.0, LONGEST_WISH))


def rest(failures: int) -> float:
    """Return the seconds in which a receiver that just failed is left alone: 1, 2, 4 … 300."""
    return min(300.0, 2.0 ** min(failures - 1, 9))
