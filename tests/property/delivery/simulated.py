"""A sender without connections: it opens packages, claims, records and is fenced as a real one, one statement at a time."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from penstock.delivery import record
from penstock.delivery.outcome import State

Conn = psycopg.Connection[Any]


class Fenced(Exception):
    """PS002: the package is in other hands."""


class Already(Exception):
    """PS001: this very batch is recorded."""


@dataclass(eq=False)
class Package:
    """A package in a simulated sender's hands."""

    no: int
    epoch: int
    size: int
    cursor: int
    numbers: list[int]
    attempt: int
    kind: str
    batch: int = 0
    in_flight: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Turn:
    """Everything that one transaction is given, so that it can be repeated."""

    package: Package
    batch: int
    outcomes: tuple[tuple[int, State], ...]
    want: int
    release: bool
    due_in: float

    def counts(self) -> dict[str, int]:
        return {
            state.name.lower(): sum(found is state for _, found in self.outcomes)
            for state in State
            if state is not State.DELIVERED
        }


def enlist(conn: Conn) -> int:
    row = conn.execute(
        "insert into delivery_sender (host, pid) values ('simulated', 0) returning id"
    ).fetchone()
    assert row
    return int(row[0])


def open_package(conn: Conn, sender: int, mailing: int) -> Package | None:
    row = conn.execute(
        "select no, epoch, size, cursor, first_seq, positions, attempt, kind from delivery_open(%s, %s)",
        (sender, mailing),
    ).fetchone()
    if row is None:
        return None
    no, epoch, size, cursor, first, positions, attempt, kind = row
    numbers = list(range(first, first + size)) if positions is None else positions
    return Package(no, epoch, size, cursor, numbers, attempt, kind)


def why(package: Package, state: State) -> str | None:
    if state is State.DEFERRED or (state is State.RETURNED and package.kind == "retry"):
        return "deferred"
    return "returned" if state is State.RETURNED else None


def waits(turn: Turn) -> list[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    return [
        {
            "seq": seq, "package": turn.package.no, "why": why(turn.package, state), "since": now,
            "in": turn.due_in if state is State.DEFERRED else 0.0,
            "attempt": turn.package.attempt + (state is State.DEFERRED),
        }
        for seq, state in turn.outcomes
        if why(turn.package, state)
    ]  # fmt: skip


def take(conn: Conn, mailing: int, turn: Turn, reply: int) -> tuple[int, int]:
    """Carry out a turn; returns the positions claimed, or raises Fenced or Already with nothing kept."""
    package = turn.package
    entry = {
        "no": package.no,
        "epoch": package.epoch,
        "batch": turn.batch,
        "release": turn.release,
        **turn.counts(),
    }
    rows = [
        record.pack(record.now(), mailing, package.no, seq, reply, 1, state) for seq, state in turn.outcomes
    ]
    try:
        with conn.transaction():
            with conn.cursor().copy(record.COPY) as copy:
                copy.write(b"".join((record.HEADER, *rows, record.TRAILER)))
            row = conn.execute(
                "select claimed_from, claimed_to from delivery_record_and_claim(%s, %s, %s, %s, %s, %s)",
                (mailing, json.dumps([entry]), json.dumps(waits(turn)), package.no if turn.want else None,
                 package.epoch if turn.want else None, turn.want),
            ).fetchone()  # fmt: skip
    except psycopg.Error as error:
        match error.sqlstate:
            case "PS001":
                raise Already from error
            case "PS002":
                raise Fenced from error
        raise
    assert row
    return row[0] or 0, row[1] or row[0] or 0


def late(conn: Conn, mailing: int, turn: Turn, seq: int, state: State, reply: int) -> bool:
    (wait,) = [w for w in waits(turn) if w["seq"] == seq] or [
        dict.fromkeys(("why", "in", "since", "attempt"))
    ]
    row = conn.execute(
        "select delivery_late(%s, %s, %s, %s, %s, 1, null, %s, %s, %s, %s)",
        (
            mailing,
            turn.package.no,
            seq,
            int(state),
            reply,
            wait["why"],
            wait["in"],
            wait["since"],
            wait["attempt"],
        ),
    ).fetchone()
    assert row
    return bool(row[0])
