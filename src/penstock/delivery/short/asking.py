"""Asking a centre what became of messages that it accepted and never told of (query_sm): round and round, a portion at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.delivery.short import receipts
from penstock.platform.database import sql
from penstock.transport.smpp.asking import Unasked, ask
from penstock.transport.smpp.centre import Centre

log = logging.getLogger(__name__)

AGE: Final = 900.0
"""Seconds after which a receipt is overdue."""
ROUND: Final = 900.0
"""Seconds from the end of one round to the next."""
PAUSE: Final = 10.0
"""Seconds between two portions."""
MOST: Final = 200
"""Messages of one portion."""

_START: Final = (0, 0, 0)


class Round:
    """Where the asking of one centre stands."""

    def __init__(self) -> None:
        self._behind = _START
        self._again_at = 0.0

    @property
    def due(self) -> bool:
        """Something may be asked now."""
        return time.monotonic() >= self._again_at

    async def overdue(
        self, conn: psycopg.AsyncConnection[Any], servers: Collection[int]
    ) -> list[tuple[str, str]]:
        """Return the next portion of messages to be asked about, (id, sender) each; none at the end of a round."""
        mailing, seq, part = self._behind
        given = {
            "servers": list(servers),
            "age": AGE,
            "most": MOST,
            "mailing": mailing,
            "seq": seq,
            "part": part,
        }
        rows = await (await conn.execute(sql("penstock.delivery", "unanswered"), given)).fetchall()
        self._behind = rows[-1][:3] if rows else _START
        self._again_at = time.monotonic() + (PAUSE if rows else ROUND)
        return [(message_id, sender) for _, _, _, message_id, sender in rows]


async def tell(
    conn: psycopg.AsyncConnection[Any], server: int, centre: Centre, messages: list[tuple[str, str]]
) -> int:
    """Ask about messages, and keep what is told as receipts; return how many are known to have ended."""
    try:
        found = await ask(centre, messages)
    except Unasked as error:
        log.warning("%s (server %s) is not asked: %s", centre, server, error)
        return 0
    ended = [
        receipts.row(server, None, each) | {"id": message_id}
        for (message_id, _), each in zip(messages, found, strict=True)
        if each.state in ("delivered", "failed")
    ]
    if ended:
        await conn.execute("select delivery_receipts_in(%s)", (Jsonb(ended),))
    return len(ended)
