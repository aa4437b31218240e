"""Sends tests that were asked for: each is taken by exactly one process, and never sent again.

That it was begun is committed before the first byte leaves, under a lock that its session holds for as long as it lives. Where the
process dies then, the lock is free, and the test in doubt: it may have arrived. Nothing here waits for a mailing: a test is no part of
any sequence, has no place in a ledger, and its jobs have a queue of their own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.rows import class_row

from penstock.account import transports
from penstock.account.secrets import SecretError
from penstock.mailing.mailings import find, owner
from penstock.platform import database, jobs
from penstock.platform.database import sql
from penstock.preflight import barriers, trial
from penstock.preflight.making import CannotBeMade
from penstock.preflight.preview import NoSuchContact, seen
from penstock.transport.envelope import Envelope
from penstock.transport.errand import hand_over
from penstock.transport.fate import Fate, Replied, Unanswered, Unsent
from penstock.transport.reply import sanitise
from penstock.transport.short import ShortEnvelope
from penstock.transport.smtp.server import ServerURLError
from penstock.transport.terms import Way

LOCK: Final = 7005
"""The first half of a test's advisory lock; the second is its number."""
AT_ONCE: Final = 5
"""Tests that one process hands over at the same time: the most that are in doubt when it is killed."""
BUDGET: Final = 60.0
"""Seconds after which a job leaves the rest to another, so that a slow server does not keep other tests waiting."""
STALE: Final = "1 hour"
"""A test that nobody began within this time is not sent any more: nobody waits for it."""


@dataclass(frozen=True)
class Begun:
    """A test in our hands."""

    id: int
    mailing: int
    message: int
    revision: int
    contact: int | None
    address: str
    prefix: str


class Ending(NamedTuple):
    """How a test ended, and the words for it."""

    state: str
    reply: str


def send(
    conn: psycopg.Connection[Any], mailing: int, *, only: Sequence[int] | None = None, seconds: float = BUDGET
) -> bool:
    """Send the tests of a mailing that wait (`only` those of these numbers); return whether some were left, for want of time.

    `conn` is in autocommit mode. Any number of processes may do this at once.
    """
    settle(conn, mailing)
    conn.execute(sql("penstock.preflight", "expire_tests"), {"mailing": mailing, "stale": STALE})
    until, seen_before = time.monotonic() + seconds, 0
    while waiting := _waiting(conn, mailing, only, seen_before):
        if time.monotonic() > until or jobs.stopping.is_set():
            return True
        seen_before = waiting[-1]
        begun = [test for number in waiting if (test := _begin(conn, number))]
        try:
            _hand_over(conn, begun)
        finally:
            for test in begun:
                conn.execute("select pg_advisory_unlock(%s, %s)", (LOCK, test.id))
    return False


def settle(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Put in doubt what the dead had in their hands."""
    rows = conn.execute(
        "select id from preflight_test where mailing_id = %s and state = 'sending'", (mailing,)
    ).fetchall()
    for (test,) in rows:
        if _locked(conn, test):
            conn.execute(sql("penstock.preflight", "settle_test"), {"test": test})
            conn.execute("select pg_advisory_unlock(%s, %s)", (LOCK, test))


def _waiting(
    conn: psycopg.Connection[Any], mailing: int, only: Sequence[int] | None, after: int
) -> list[int]:
    rows = conn.execute(
        "select id from preflight_test where mailing_id = %s and state = 'waiting' and id > %s"
        " and (%s::integer[] is null or id = any(%s)) order by id limit %s",
        (mailing, after, only, only, AT_ONCE),
    ).fetchall()
    return [number for (number,) in rows]


def _begin(conn: psycopg.Connection[Any], test: int) -> Begun | None:
    """Take a test, with its lock; None when somebody else has it."""
    if not _locked(conn, test):
        return None
    with conn.cursor(row_factory=class_row(Begun)) as cursor:
        begun = cursor.execute(sql("penstock.preflight", "begin_test"), {"test": test}).fetchone()
    if begun is None:
        conn.execute("select pg_advisory_unlock(%s, %s)", (LOCK, test))
    return begun


def _locked(conn: psycopg.Connection[Any], test: int) -> bool:
    row = conn.execute("select pg_try_advisory_lock(%s, %s)", (LOCK, test)).fetchone()
    return bool(row and row[0])


def _hand_over(conn: psycopg.Connection[Any], begun: list[Begun]) -> None:
    """Make them, hand them over side by side, and note what became of each."""
    ready: list[tuple[Begun, list[Way], Envelope | ShortEnvelope]] = []
    makers: dict[tuple[int, str], trial.Maker | trial.ShortMaker] = {}
    for test in begun:
        made = _ready(conn, test, makers)
        if isinstance(made, Ending):
            _note(conn, test, made)
        else:
            ready.append((test, *made))
    for test, fate in asyncio.run(_all(ready)) if ready else ():
        _note(conn, test, _ending(fate))


async def _all(ready: list[tuple[Begun, list[Way], Envelope | ShortEnvelope]]) -> list[tuple[Begun, Fate]]:
    fates = await asyncio.gather(*(hand_over(ways, envelope) for _, ways, envelope in ready))
    return [(test, fate) for (test, _, _), fate in zip(ready, fates, strict=True)]


def _ready(
    conn: psycopg.Connection[Any], test: Begun, makers: dict[tuple[int, str], trial.Maker | trial.ShortMaker]
) -> tuple[list[Way], Envelope | ShortEnvelope] | Ending:
    """Return where a test goes and its envelope, or how it ends without one."""
    account = owner(conn, test.mailing)
    mailing = find(conn, account, test.mailing) if account else None
    if mailing is None:
        return Ending("refused", "the mailing was deleted")
    if words := barriers.of_address(conn, mailing, test.address):
        return Ending("refused", words)
    there = replace(mailing, message=test.message)
    try:
        key = (test.message, test.prefix)
        if key not in makers:
            makers[key] = trial.maker(conn, there, test.prefix, test.revision)
        who = seen(conn, there, test.contact) if test.contact else None
        as_whom, attributes = (who.address, who.attributes) if who else (test.address, {})
        envelope = makers[key].envelope(test.id, test.address, as_whom, attributes)
        return transports.ways(conn, mailing.transport), envelope
    except CannotBeMade as error:
        return Ending("failed", f"the message cannot be made: {error}")
    except (NoSuchContact, SecretError, ServerURLError, transports.UnknownTransport) as error:
        return Ending("failed", str(error))


def _ending(fate: Fate) -> Ending:
    """A test is tried once: refused for now is refused, and who wants it tries again."""
    match fate:
        case Replied(reply):
            return Ending("accepted" if reply.positive else "refused", str(reply))
        case Unanswered(cause):
            return Ending("in_doubt", cause)
        case Unsent(cause, _):
            return Ending("failed", cause)


def _note(conn: psycopg.Connection[Any], test: Begun, ending: Ending) -> None:
    """Write down how it ended; on another connection where this one is lost: what is known must not stay in doubt."""
    given = {"test": test.id, "state": ending.state, "reply": sanitise(ending.reply)}
    statement = sql("penstock.preflight", "end_test")
    try:
        conn.execute(statement, given)
    except psycopg.OperationalError:
        with database.connect(name="penstock tests") as another:
            another.execute(statement, given)
