"""What is to be told when the web process has been asked to end: answers that never end by themselves."""

from collections.abc import Callable

_told: list[Callable[[], None]] = []


def when_ending(call: Callable[[], None]) -> Callable[[], None]:
    """Have `call` made as soon as the process is asked to end. It is made in a signal's handler: it only tells others."""
    _told.append(call)
    return call


def begin() -> None:
    """The process has been asked to end."""
    for call in _told:
        call()
