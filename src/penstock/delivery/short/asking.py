"""Asking a centre what became of messages that it accepted and never told of (query_sm): round and round, a portion at a time.

It is done beside the listening, which must not stand still for a centre that is slow to answer: `Asking` is asked again and again
how far it is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.delivery.short import receipts
from penstock.platform.database import sql
from penstock.transport.short import Receipt
from penstock.transport.smpp.asking import Unasked, ask
from penstock.transport.smpp.centre import Centre

log = logging.getLogger(__name__)

AGE: Final = 900.0
"""Seconds after which a receipt is overdue."""
ROUND: Final = 900.0
"""Seconds from the end of one round to the next."""
LOOK: Final = 60.0
"""Seconds until it is looked again whether a receipt is overdue, where none was."""
PAUSE: Final = 10.0
"""Seconds between two portions."""
MOST: Final = 200
"""Messages of one portion."""
AWAY: Final = 300.0
"""Seconds until a centre that could not be asked is asked again: nobody's account is to be locked by our insisting."""
PATIENCE: Final = 60.0
"""Seconds that a centre is given for a portion; those that it has not answered for by then are asked about in the next round."""

Place = tuple[int, int, int]
_START: Final[Place] = (0, 0, 0)


class Asking:
    """The asking of one centre: where its round stands, and the portion that is under way. A portion that could not be asked about
    is taken again."""

    def __init__(self) -> None:
        self._behind: Place = _START
        self._next: Place = _START
        self._again_at = 0.0
        self._messages: list[tuple[str, str]] = []
        self._task: asyncio.Task[list[Receipt]] | None = None

    @property
    def due(self) -> bool:
        """Something may be asked now."""
        return self._task is None and time.monotonic() >= self._again_at

    @property
    def under_way(self) -> bool:
        """A portion is being asked about, or its answers are to be kept: a bind is in use."""
        return self._task is not None

    @property
    def answered(self) -> bool:
        """The portion under way has its answers, or cannot be asked about."""
        return self._task is not None and self._task.done()

    async def overdue(self, conn: psycopg.AsyncConnection[Any], servers: Collection[int]) -> bool:
        """Look up the next portion; False when there is none to ask about now."""
        mailing, seq, part = self._behind
        given = {"servers": list(servers), "age": AGE, "most": MOST, "mailing": mailing, "seq": seq, "part": part}  # fmt: skip
        rows = await (await conn.execute(sql("penstock.delivery", "unanswered"), given)).fetchall()
        if not rows:
            self._rest(LOOK if self._behind == _START else ROUND)
            self._behind = _START
            return False
        self._messages = [(message_id, sender) for *_, message_id, sender in rows]
        self._next = rows[-1][:3] if len(rows) == MOST else _START
        return True

    def put_off(self) -> None:
        """No bind is free: the same portion again later."""
        self._rest(PAUSE)

    def begin(self, centre: Centre) -> None:
        """Ask about the portion; `answered` from some moment on."""
        self._task = asyncio.create_task(ask(centre, self._messages, seconds=PATIENCE))

    async def end(self, conn: psycopg.AsyncConnection[Any], server: int, centre: Centre) -> int:
        """Keep what was answered, as receipts of that server; return how many messages are known to have ended."""
        assert self._task is not None
        task, self._task = self._task, None
        self._rest(AWAY)
        try:
            found = await task
        except Unasked as error:
            log.warning("%s (server %s) is not asked: %s", centre, server, error)
            return 0
        ended = [
            receipts.row(server, None, each) | {"id": message_id}
            for (message_id, _), each in zip(self._messages, found, strict=True)
            if each.state in ("delivered", "failed")
        ]
        if ended:
            await conn.execute("select delivery_receipts_in(%s)", (Jsonb(ended),))
        self._behind = self._next
        self._rest(ROUND if self._behind == _START else PAUSE)
        return len(ended)

    async def stop(self) -> None:
        """Give up the portion under way: its bind is wanted for sending, or nobody asks any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            self.put_off()

    def _rest(self, seconds: float) -> None:
        self._again_at = time.monotonic() + seconds
