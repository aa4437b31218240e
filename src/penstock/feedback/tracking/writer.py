"""Hits of one process on their way into the database: gathered while the last are being committed, and committed together.

Whoever noted one is answered when it is committed, and not before. When a COMMIT's answer was lost PostgreSQL is asked what
became of the transaction (`pg_xact_status`), so that a batch is neither lost nor counted twice.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import psycopg

from penstock.platform import database
from penstock.platform.trouble import Trouble

LARGEST: Final = 2_000
"""Hits in one transaction."""
MOST: Final = 20_000
"""Hits that wait; more are refused at once."""
GATHER: Final = 0.01
"""Seconds between the beginnings of two commits, so that a flood is written by the dozen. A single hit does not wait."""
PATIENCE: Final = 5.0
"""Seconds that a hit waits for a database that is away."""
PAUSE: Final = 0.2
"""Seconds between two attempts to reach it."""
_MISSED: Final = (
    psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable,
)  # fmt: skip
_NOTE: Final = """
select pg_current_xact_id()::text, feedback_note(%s::integer[], %s::integer[], %s::text[], %s::integer[],
       array(select clock_timestamp() - make_interval(secs => age) from unnest(%s::double precision[]) with ordinality as a (age, place)
              order by place))
"""
_log = logging.getLogger(__name__)
Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Hit(NamedTuple):
    """Somebody or something asked: `kind` is one of events.TRACKS; `link` 0 where it is none; `at` by time.monotonic()."""

    mailing: int
    seq: int
    kind: str
    link: int
    at: float


@dataclass(eq=False)
class Batch:
    """Hits that are committed together; `done` says whether they were."""

    begun: float
    done: asyncio.Future[bool]
    hits: list[Hit] = field(default_factory=list)
    transaction: str | None = None  # its number, once the COMMIT may have been given


@dataclass
class Tally:
    """What a writer has done, for /metrics: hits by kind, hits refused, commits and the seconds that they took."""

    noted: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    commits: int = 0
    seconds: float = 0.0


class Writer:
    """Notes hits for one event loop. Its connection is opened with the first."""

    def __init__(self, connect: Connect | None = None) -> None:
        self.tally = Tally()
        self._connect = connect or _connect
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self._waiting: deque[Batch] = deque()
        self._work: asyncio.Task[None] | None = None
        self._complained = -math.inf

    @property
    def waiting(self) -> int:
        """Hits that nobody has begun to commit yet."""
        return sum(len(batch.hits) for batch in self._waiting)

    async def note(self, hit: Hit) -> bool:
        """Return True when the hit is committed; False when it could not be in PATIENCE seconds, or too many wait."""
        if not self._waiting or len(self._waiting[-1].hits) >= LARGEST:
            if len(self._waiting) * LARGEST >= MOST:
                self.tally.refused += 1
                return False
            self._waiting.append(Batch(time.monotonic(), asyncio.get_running_loop().create_future()))
        batch = self._waiting[-1]
        batch.hits.append(hit)
        if self._work is None:
            self._work = asyncio.create_task(self._run())
        # Whoever goes away takes nobody else's answer along.
        return await asyncio.shield(batch.done)

    async def close(self) -> None:
        """Commit what waits; close the connection."""
        while self._work is not None:
            await asyncio.wait([self._work])
        if self._conn is not None:
            await self._conn.close()
            self._conn = None

    async def _run(self) -> None:
        try:
            while self._waiting:
                begun = time.monotonic()
                await self._see_to(self._waiting.popleft())
                if self._waiting and (left := begun + GATHER - time.monotonic()) > 0:
                    await asyncio.sleep(left)
        finally:
            self._work = None

    async def _see_to(self, batch: Batch) -> None:
        """Settle a batch; a defect of ours leaves nobody waiting, and those behind it go on."""
        try:
            await self._settle(batch)
        except Exception:
            _log.exception("clicks and opens cannot be noted")
            self._give_up(batch)

    def _give_up(self, batch: Batch) -> None:
        self.tally.refused += len(batch.hits)
        batch.done.set_result(False)

    async def _settle(self, batch: Batch) -> None:
        """Commit a batch, or give it up when its time is over; whoever waits for it is told."""
        until = batch.begun + PATIENCE
        while True:
            begun = time.monotonic()
            try:
                async with asyncio.timeout(max(1.0, until - begun)):
                    await self._commit(batch)
            except (psycopg.Error, Trouble, TimeoutError, OSError) as error:
                await self._lose(error)
            else:
                self._tell(batch, begun)
                return
            if time.monotonic() >= until:
                self._give_up(batch)
                return
            await asyncio.sleep(PAUSE)

    async def _commit(self, batch: Batch) -> None:
        if self._conn is None or self._conn.closed:
            self._conn = await self._connect()
        if batch.transaction and await self._is_committed(batch.transaction):
            return
        async with self._conn.transaction():
            cursor = await self._conn.execute(_NOTE, _columns(batch.hits), prepare=True)
            row = await cursor.fetchone()
            assert row
            batch.transaction = row[0]

    async def _is_committed(self, transaction: str) -> bool:
        """Raises LockNotAvailable while the server has not ended it yet."""
        assert self._conn
        cursor = await self._conn.execute("select pg_xact_status(%s::xid8)", (transaction,))
        row = await cursor.fetchone()
        if row and row[0] == "in progress":
            raise psycopg.errors.LockNotAvailable("the transaction before is still being ended")
        return row is not None and row[0] == "committed"

    async def _lose(self, error: Exception) -> None:
        """Forget a connection that did not do it: the next attempt opens another."""
        if isinstance(error, _MISSED):
            return
        if time.monotonic() - self._complained > 60:
            self._complained = time.monotonic()
            _log.warning(
                "clicks and opens cannot be noted: %s",
                " ".join(str(error).split())[:500] or type(error).__name__,
            )
        conn, self._conn = self._conn, None
        if conn is not None:
            await conn.close()

    def _tell(self, batch: Batch, begun: float) -> None:
        for hit in batch.hits:
            self.tally.noted[hit.kind] = self.tally.noted.get(hit.kind, 0) + 1
        self.tally.commits += 1
        self.tally.seconds += time.monotonic() - begun
        batch.done.set_result(True)


async def _connect() -> psycopg.AsyncConnection[Any]:
    return await database.connect_async(name="penstock tracking")


def _columns(hits: list[Hit]) -> tuple[str, ...]:
    """Hits as five array literals: PostgreSQL reads them faster than a driver writes them one by one."""
    now = time.monotonic()
    return (
        _array(hit.mailing for hit in hits), _array(hit.seq for hit in hits), _array(hit.kind for hit in hits),
        _array(hit.link for hit in hits), _array(now - hit.at for hit in hits),
    )  # fmt: skip


def _array(values: Iterable[object]) -> str:
    """Numbers, and words of ours, as an array."""
    return "{" + ",".join(map(str, values)) + "}"
