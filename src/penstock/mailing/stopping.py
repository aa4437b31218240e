"""Stopping senders: who has packages of a mailing, and what each of them still has on the wire once it has stopped.

A sender that stops gives back what it has not begun and answers on a channel; its answer is the exact number of messages
whose body is on the wire without an answer. The command waits for the answers, but not for long.
"""

import json
import time
from types import TracebackType
from typing import Any, Self

import psycopg

STOPPED = "penstock_stopped"
"""Senders answer here: {"mailing": 7, "version": 12, "sender": 3, "leaving": 1}."""

PATIENCE = 0.080
"""Seconds that a command waits for the senders' answers; a living sender needs a few milliseconds."""


class Stopping:
    """Listens while a command is carried out, if the command stops senders.

    `expect` is called inside the transaction, `wait` after its commit.
    """

    def __init__(self, conn: psycopg.Connection[Any], mailing: int) -> None:
        self._conn, self._mailing = conn, mailing
        self._senders: dict[int, str] = {}
        self._version = 0
        self._listening = False

    def __enter__(self) -> Self:
        return self

    def expect(self, version: int) -> None:
        """Note who has to answer to this version of the mailing: every sender that has a package of it."""
        self._version = version
        # Takes effect with the commit, as do the news that make them answer.
        self._conn.execute(f"listen {STOPPED}")
        self._listening = True
        rows = self._conn.execute(
            "select distinct s.id, s.host || ':' || s.pid from delivery_package p join delivery_sender s on s.id = p.sender"
            " where p.mailing = %s",
            (self._mailing,),
        )
        self._senders = dict(rows.fetchall())

    def wait(self) -> tuple[int, list[str]]:
        """Return how many messages are still leaving, and the names of the senders that did not answer in time."""
        leaving = 0
        deadline = time.monotonic() + PATIENCE
        while self._senders and (left := deadline - time.monotonic()) > 0:
            for notification in self._conn.notifies(timeout=left, stop_after=1):
                if notification.channel != STOPPED:  # the connection may listen to other things as well
                    continue
                answer = json.loads(notification.payload)
                late = answer["version"] < self._version  # the answer to something earlier
                if (
                    answer["mailing"] == self._mailing
                    and not late
                    and self._senders.pop(answer["sender"], None)
                ):
                    leaving += answer["leaving"]
        if self._senders:
            leaving += self._unrecorded()
        return leaving, sorted(self._senders.values())

    def _unrecorded(self) -> int:
        row = self._conn.execute(
            "select coalesce(sum(cursor - in_doubt - returned - deferred - skipped - accepted - delivered - bounced), 0)"
            " from delivery_package where mailing = %s and sender = any(%s)",
            (self._mailing, list(self._senders)),
        ).fetchone()
        return int(row[0]) if row else 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        idle = psycopg.pq.TransactionStatus.IDLE
        if self._listening and not self._conn.closed and self._conn.info.transaction_status == idle:
            self._conn.execute(f"unlisten {STOPPED}")
