"""A lane's dealings with the database: open a package, record and claim in one transaction, read what was claimed.

Nothing here keeps state but the packages held; everything can be repeated after a lost connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import errors, sql

from penstock.audience.variables import variable
from penstock.delivery import record
from penstock.delivery.short import ids
from penstock.delivery.sparing import LEAST, MOST, PERIOD, Spared
from penstock.mailing.stopping import STOPPED

COUNTERS: Final = ("in_doubt", "returned", "deferred", "skipped", "accepted", "bounced")


@dataclass(eq=False)
class Held:
    """A package in this sender's hands. `batch` counts what it has recorded under `epoch`; the fence compares both."""

    no: int
    epoch: int
    size: int
    cursor: int
    first_seq: int | None
    positions: Sequence[int] | None
    since: Sequence[datetime] | None
    attempt: int
    kind: str
    lane: str | None = None  # the destination domain whose package it is
    parts: int = 1  # that each of its messages takes
    apart: bool = False  # claimed from at the pace of that domain
    batch: int = 0
    unrecorded: int = 0  # positions claimed whose outcome is not in the database
    unclaimed: int = 0  # of those: behind the cursor, to be given back with the next record
    counts: list[int] = field(default_factory=lambda: [0] * 8)  # outcomes not yet recorded, by State

    @property
    def exhausted(self) -> bool:
        """Every position has been claimed."""
        return self.cursor >= self.size

    def give_back(self, seq: int) -> bool:
        """Take the cursor back over `seq` if that is the position it has passed last; False if it is not."""
        last = self.cursor - 1
        if last < 0 or seq != (self.positions[last] if self.positions is not None else self.first(last)):
            return False
        self.cursor = last
        self.unclaimed += 1
        return True

    def first(self, position: int) -> int:
        """The number at `position` of a package that is a range."""
        assert self.first_seq is not None
        return self.first_seq + position

    def behind(self, count: int) -> list[tuple[int, datetime | None]]:
        """The `count` positions behind the cursor: their numbers, and when each was tried first."""
        there = range(self.cursor, self.cursor + count)
        return [
            (
                self.positions[n] if self.positions is not None else self.first(n),
                self.since[n] if self.since else None,
            )
            for n in there
        ]

    def has_claimed(self, seq: int) -> bool:
        """Whether the recipient `seq` is among the positions claimed so far."""
        if self.positions is not None:
            return seq in self.positions[: self.cursor]
        assert self.first_seq is not None
        return self.first_seq <= seq < self.first_seq + self.cursor


ANSWER: Final = sql.SQL("; begin; set local synchronous_commit = off; select pg_notify({}, {}); commit")
"""Not in the transaction of the record: those that notify commit one after the other, each waiting for the disk with its lock."""
FEW: Final = 500
"""Outcomes that are recorded without COPY when somebody waits for it."""
PORTION: Final = 64
"""Rows that are read at a stretch."""


class Item(NamedTuple):
    """One claimed recipient: (seq, why it is skipped or None, address, attributes ...), and when it was tried first."""

    held: Held
    row: tuple[Any, ...]
    since: datetime | None


class Claimed(NamedTuple):
    """What a turn at the database brought: the positions [start, stop) of `held`, and whether more may begin."""

    start: int
    stop: int
    live: bool
    suppressed_to: int  # newest suppression since the freeze, 0 if none


class Fenced(Exception):
    """A package of this record is in other hands now; nothing of the record was kept."""


@dataclass(frozen=True)
class Turn:
    """One record: everything that goes into the transaction, kept until it is known to be committed."""

    rows: list[bytes]
    records: list[dict[str, Any]]
    due: list[dict[str, Any]]
    messages: list[bytes] = field(default_factory=list)  # ids of short messages (delivery.short.ids)


class Claims:
    """The claims of one mailing by one sender, over one connection (autocommit)."""

    def __init__(self, conn: psycopg.AsyncConnection[Any], mailing: int, sender: int) -> None:
        self.conn, self.mailing, self.sender = conn, mailing, sender

    async def open(self, lane: str | None = None, apart: Sequence[str] = ()) -> Held | None:
        """Take the next released package; None when there is none or the state of the mailing does not allow it.

        Of the destination domain `lane`, or of any but those `apart`.
        """
        cursor = await self.conn.execute(
            "select no, epoch, size, cursor, first_seq, positions, since, attempt, kind, lane, parts"
            " from delivery_open(%s, %s, %s, %s)",
            (self.sender, self.mailing, lane, list(apart)),
        )
        row = await cursor.fetchone()
        return Held(*row) if row else None

    async def record_and_claim(
        self, turn: Turn, held: Held | None, want: int, answer: str | None = None
    ) -> Claimed:
        """Record `turn` and claim up to `want` positions of `held`, in one transaction; behind it give the `answer` to a stop.

        Raises Fenced; psycopg.OperationalError when it is not known whether it was committed: then repeat it with the same turn.
        """
        call = sql.SQL(
            "select claimed_from, claimed_to, live, suppressed_to from delivery_record_and_claim("
            "{}, {}, {}, {}, {}, {}); commit{}"
        ).format(
            self.mailing, json.dumps(turn.records), json.dumps(turn.due, default=str),
            held.no if held else None, held.epoch if held else None, want,
            ANSWER.format(STOPPED, answer) if answer else sql.SQL(""),
        )  # fmt: skip
        try:
            if (
                answer and len(turn.rows) <= FEW and not turn.messages
            ):  # somebody waits: all of it in one message
                row = await self._at_once(turn, call)
            else:
                await self.conn.execute("begin")
                if turn.rows:
                    async with self.conn.cursor().copy(record.COPY) as copy:
                        await copy.write(b"".join((record.HEADER, *turn.rows, record.TRAILER)))
                if turn.messages:
                    async with self.conn.cursor().copy(ids.COPY) as copy:
                        await copy.write(b"".join((record.HEADER, *turn.messages, record.TRAILER)))
                # With its COMMIT in the same message: no client thinks while the gate is held.
                row = await (await self.conn.execute(call)).fetchone()
        except errors.Error as error:
            await self._rollback()
            if error.sqlstate == "PS001":
                return await self._already(held)
            if error.sqlstate == "PS002":
                raise Fenced from error
            raise
        assert row is not None
        start, stop, live, suppressed_to = row
        return Claimed(start or 0, stop or start or 0, live, suppressed_to)

    async def _at_once(self, turn: Turn, call: sql.Composed) -> tuple[Any, ...] | None:
        """The same transaction without COPY, in one message: each way there and back takes milliseconds on a busy machine."""
        said = call.as_string(self.conn)
        if turn.rows:
            rows = ", ".join(map(record.literal, turn.rows))
            said = f"insert into delivery_outcome ({record.COLUMNS}) values {rows}; {said}"
        cursor = await self.conn.execute(f"begin; {said}".encode())
        while cursor.description is None or cursor.description[0].name != "claimed_from":
            if not cursor.nextset():
                return None
        return await cursor.fetchone()

    async def _rollback(self) -> None:
        if not self.conn.closed:
            await self.conn.rollback()

    async def _already(self, held: Held | None) -> Claimed:
        """The answer to a commit that was lost on the way: what it had claimed is between our cursor and the package's."""
        if held is None:
            return Claimed(0, 0, True, 0)  # whether more may begin the next turn says
        cursor = await self.conn.execute(
            "select cursor from delivery_package where mailing = %s and no = %s and epoch = %s",
            (self.mailing, held.no, held.epoch),
        )
        row = await cursor.fetchone()
        start = (
            held.cursor + held.unclaimed
        )  # what is given back is behind the cursor, and still claimed there
        return Claimed(start, row[0] if row else start, True, 0)

    async def read(self, query: sql.Composed, held: Held, start: int, stop: int) -> list[tuple[Any, ...]]:
        """Read the recipients of the positions [start, stop): (seq, skip, address, attributes ...), in order."""
        if held.positions is not None:
            which = {"seqs": list(held.positions[start:stop]), "first": 0, "last": 0}
        else:
            assert held.first_seq is not None
            which = {"seqs": [], "first": held.first_seq + start, "last": held.first_seq + stop - 1}
        cursor = self.conn.cursor(binary=True)
        await cursor.execute(query, {**which, "mailing": self.mailing})
        rows: list[tuple[Any, ...]] = []
        while part := await cursor.fetchmany(PORTION):
            rows += part
            await asyncio.sleep(
                0
            )  # the connections go on meanwhile: the other side is not kept waiting for a thousand rows
        return rows

    async def reply_id(self, code: int, enhanced: str, text: str, command: str) -> int:
        """The number of a reply in the dictionary."""
        cursor = await self.conn.execute(
            "select delivery_reply_id(%s, %s, %s, %s)", (code, enhanced, text, command)
        )
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])

    async def back_off(self, transport: int, spared: Spared) -> None:
        """Have a domain that refuses for now be asked less, by all senders."""
        await self.conn.execute(
            "select delivery_back_off(%s, %s, %s, %s, %s, %s, make_interval(secs => %s), %s)",
            (transport, spared.domain, spared.asked, spared.refused, spared.reply[:500], LEAST, PERIOD, MOST),
        )

    async def fenced(self, held: Iterable[Held]) -> list[Held]:
        """Those of the packages that are in other hands by now."""
        cursor = await self.conn.execute(
            "select no, epoch from delivery_package where mailing = %s", (self.mailing,)
        )
        epochs = dict(await cursor.fetchall())
        return [package for package in held if epochs.get(package.no) != package.epoch]

    async def late(self, row: record.Row, due: dict[str, Any] | None) -> bool:
        """Replace the doubt about one recipient by a certain outcome; False if there was none to replace."""
        wait = due or {"why": None, "in": None, "since": None, "attempt": None}
        cursor = await self.conn.execute(
            "select delivery_late(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (self.mailing, row.package, row.seq, row.state, row.reply, row.transport, row.detail,
             wait["why"], wait["in"], wait["since"], wait["attempt"]),
        )  # fmt: skip
        answer = await cursor.fetchone()
        return bool(answer and answer[0])

    async def release_strangers(self, held: Iterable[Held]) -> None:
        """Give back what the database says is ours and we know nothing of: the answer to `open` was lost on the way."""
        await self.conn.execute(
            "update delivery_package set state = 'waiting', sender = null"
            " where mailing = %s and sender = %s and state = 'active' and no <> all(%s)"
            " and cursor = in_doubt + returned + deferred + skipped + accepted + delivered + bounced",
            (self.mailing, self.sender, [package.no for package in held]),
        )


def reading(
    variables: Sequence[str], *, account: int, by_range: bool, suppressed: bool, more: Sequence[sql.SQL] = ()
) -> sql.Composed:
    """The query of `Claims.read`: only the attributes that the message uses; suppressions when there are newer ones than the freeze.

    `more`: columns behind them, of the recipient `r` or the contact `c`.

    `skip` says why a recipient is not to be sent to after all: erased meanwhile, or suppressed.
    """
    attributes = [variable(name) for name in variables]
    # A query of its own for each row, not a join: without statistics a join reads all suppressions for each of them.
    reason = sql.SQL(
        "coalesce((select s.reason from audience_suppression s where s.account_id = {} and s.normal = r.normal),"
        " (select l.reason from delivery_left l where l.mailing = r.mailing and l.seq = r.seq))"
    )
    skip = sql.SQL("case when c.id is null then 'erased' else {} end").format(
        reason.format(account) if suppressed else sql.SQL("null")
    )
    columns = [sql.SQL("r.seq"), skip, sql.SQL("coalesce(r.address, r.normal)"), *attributes, *more]
    chosen = sql.SQL("r.seq between %(first)s and %(last)s" if by_range else "r.seq = any(%(seqs)s)")
    return sql.SQL(
        "select {} from delivery_recipient r left join audience_contact c on c.id = r.contact"
        " where r.mailing = %(mailing)s and {} order by r.seq"
    ).format(sql.SQL(", ").join(columns), chosen)
