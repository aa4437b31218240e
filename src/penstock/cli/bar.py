"""The bar: how far it is, how fast it goes, what is left. Drawn on a terminal; elsewhere a line now and then."""

import sys
import time
from types import TracebackType
from typing import Any, Protocol, Self

from penstock.cli.screen import duration, line, number, tell

_EVERY = 10.0  # seconds between two lines where there is no terminal


class Bar(Protocol):
    """Shows one thing getting done."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, title: str, phase: str, share: float | None, words: str, *, still: bool = False) -> None:
        """Show `title`, the share done (0..1; None: not known yet), and under it the phase and a line of words.

        `still`: nothing moves.
        """


def bar() -> Bar:
    """Return the bar that fits where stderr leads."""
    return _Drawn() if sys.stderr.isatty() else _Told()


class _Told:
    """Lines in a log: when the phase changes, and every ten seconds while something moves."""

    def __init__(self) -> None:
        self._phase: str | None = None
        self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, title: str, phase: str, share: float | None, words: str, *, still: bool = False) -> None:
        now = time.monotonic()
        if phase == self._phase and (still or now - self._last < _EVERY):
            return
        self._phase, self._last = phase, now
        percent = "" if share is None else _percent(share)
        tell(f"{line(title)}: {' · '.join(filter(None, [phase, percent, words])) or 'begins'}")


class _Drawn:
    """Two lines that stay in their place: the bar with its percentage, and the words under it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(console=Console(stderr=True), auto_refresh=False, transient=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, title: str, phase: str, share: float | None, words: str, *, still: bool = False) -> None:
        below = " · ".join(filter(None, [phase, words]))
        self._live.update(_drawing(line(title), share, line(below), still), refresh=True)


def _drawing(title: str, share: float | None, words: str, still: bool) -> Any:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    colour = "yellow" if still else "green" if share == 1 else "cyan"
    row = Table.grid(padding=(0, 1), expand=True)
    row.add_column(no_wrap=True, overflow="ellipsis", max_width=32)
    row.add_column(ratio=1)
    row.add_column(justify="right", min_width=7)
    row.add_row(
        Text(title, style="bold"),
        ProgressBar(
            total=1,
            completed=share or 0,
            pulse=share is None and not still,
            complete_style=colour,
            finished_style=colour,
        ),
        Text("" if share is None else _percent(share)),
    )
    return Group(row, Text(words, style="dim", no_wrap=True, overflow="ellipsis"))


def _percent(share: float) -> str:
    """Return a share as percent, rounded down: 100 only when it is all."""
    return f"{int(share * 1000) / 10:.1f} %"


def rate_and_rest(rate: float, seconds: float | None) -> list[str]:
    """Return the words for a rate and the time left, as far as they are known."""
    words = [f"{number(rate)}/s"] if rate else []
    return [*words, f"{duration(seconds)} left"] if seconds else words
