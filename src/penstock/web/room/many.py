"""Numbers that a page does not count to their end, because that would take longer than a page may."""

from typing import Final

AT_ONCE: Final = 100_000
"""So many are counted while a page is made."""


class MoreThan(int):
    """A number of which only this is known: there are more. Pages write it so (the filter `number`)."""


def upto(counted: int, most: int = AT_ONCE) -> int:
    """Return what was counted no further than one beyond `most`."""
    return counted if counted <= most else MoreThan(most)
