"""The paces that one lane keeps: the mailing's, and those of its servers that have one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from penstock.delivery.handoff import HandOff
from penstock.delivery.order import Order
from penstock.delivery.pace import OF_MAILING, OF_SERVER, Connect, Pace, keep
from penstock.transport.share import Share


def pacing_of(
    order: Order, shares: Sequence[Share], handoff: HandOff, waiting: Callable[[], bool],
    grant: Callable[[int], None], connect: Connect,
) -> list[asyncio.Task[None]]:  # fmt: skip
    """Begin to keep them. `waiting`: messages wait that may begin; `grant`: so many more may, for all the mailing."""
    tasks = [_of_server(share, waiting, connect) for share in shares if share.way.rate]
    if order.rate:
        pace = Pace(OF_MAILING, order.mailing, order.rate, connect)
        tasks.append(asyncio.create_task(keep(pace, lambda: handoff.allowance <= 0 and waiting(), grant)))
    return tasks


def _of_server(share: Share, waiting: Callable[[], bool], connect: Connect) -> asyncio.Task[None]:
    pace = Pace(OF_SERVER, share.way.number, share.way.rate or 0.0, connect)
    return asyncio.create_task(
        keep(
            pace,
            lambda: share.allowance <= 0 and waiting(),
            lambda messages: share.fleet.grant(share, messages),
        )
    )
