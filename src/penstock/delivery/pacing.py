"""The paces that one lane keeps: its mailing's, those of its servers that have one, and those of destination domains."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Final

from penstock.delivery.metering import GRAIN, Meter
from penstock.delivery.pace import Meters, Pace

FINE: Final = 50
"""Messages a grant from which on the next one is asked for in good time: at such rates every millisecond counts."""


class Pacing:
    """Tasks that let messages begin as meters allow. A halt is not delayed by them: they only ever grant."""

    def __init__(self, mailing: int, desk: Meters) -> None:
        self._mailing, self._desk = mailing, desk
        self._kept: dict[Hashable, tuple[tuple[Meter, ...], asyncio.Task[None]]] = {}

    def keep(
        self,
        what: Hashable,
        meters: Sequence[Meter],
        wanted: Callable[[int], bool],
        grant: Callable[[int], None],
    ) -> None:
        """Keep the pace of `meters` for `what` from now on; none: no pace. The same ones as before go on as they are.

        `wanted`: messages wait, and no more than so many may begin without a grant; `grant`: so many more may begin.
        """
        kept, task = self._kept.pop(what, ((), None))
        if kept == tuple(meters) and task is not None:
            self._kept[what] = kept, task
            return
        if task is not None:
            task.cancel()
        if meters:
            pace = Pace(meters, self._mailing, self._desk)
            self._kept[what] = tuple(meters), asyncio.create_task(_keep(pace, wanted, grant))

    def close(self) -> None:
        """Keep none any more."""
        for what in list(self._kept):
            self.keep(what, (), lambda _: False, lambda _: None)


async def _keep(pace: Pace, wanted: Callable[[int], bool], grant: Callable[[int], None]) -> None:
    low = pace.slots // 2
    rest = GRAIN / 2 if pace.slots < FINE else GRAIN / 5
    while True:
        if wanted(low):
            grant(await pace.next())
        else:
            await asyncio.sleep(rest)
