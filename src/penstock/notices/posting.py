"""Sends the copies of an account's notices that are due by e-mail, one at a time, through its transport.

That it was begun is committed before the first byte leaves. Where the process dies then, the copy is in doubt: left alone, or
sent again under the same Message-ID, as the account's policy `in_doubt` says for its mailings.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from penstock.account import transports
from penstock.account.policy import tolerant
from penstock.account.secrets import SecretError
from penstock.content.message import RenderError
from penstock.notices import letter, schedule
from penstock.notices.settings import SettingError, mailbox
from penstock.platform.database import sql
from penstock.transport.errand import hand_over
from penstock.transport.fate import Fate, Replied, Unanswered, Unsent
from penstock.transport.reply import sanitise
from penstock.transport.smtp.server import ServerURLError

BUDGET = 30.0
"""Seconds after which a job leaves the rest to the next, so that a slow server does not keep other work waiting."""


@dataclass(frozen=True)
class Waiting:
    """A copy that is to be sent, with everything it takes."""

    id: int
    identity: str
    attempts: int
    interrupted: bool
    """It was begun before, and nobody noted how that ended: the process died."""
    uuid: UUID
    subject: str
    text: str
    at: datetime
    account: str
    policy: dict[str, Any]
    transport: int | None
    sender: str | None


def send_due(conn: psycopg.Connection[Any], account: int) -> int:
    """Send what is due for `account`, oldest first, until its server fails or BUDGET is used up; return how many were tried.

    After a failure of the server the rest waits until it is queued anew. `conn` is in autocommit mode.
    """
    until, tried = time.monotonic() + BUDGET, 0
    while row := conn.execute(sql("penstock.notices", "next_copy"), {"account": account}).fetchone():
        if time.monotonic() > until:
            conn.execute(sql("penstock.notices", "release_copies"), {"account": account})
            break
        tried += 1
        if not send(conn, row[0]):
            break
    return tried


def send(conn: psycopg.Connection[Any], copy: int) -> bool:
    """Send a copy that is due, nothing when it is not; return whether the server is worth another try."""
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        waiting = cursor.execute(sql("penstock.notices", "begin_copy"), {"copy": copy}).fetchone()
    if waiting is None:
        return True
    never_lost = tolerant(waiting.policy).in_doubt == "never_lost"
    if waiting.interrupted and not never_lost:
        fate: Fate = Unanswered("the process that handed it over ended before it noted the answer")
    else:
        fate = _hand_over(conn, waiting)
    state, said = _ending(fate, never_lost=never_lost)
    wait = schedule.wait(schedule.MAIL, waiting.attempts + 1) if state == "waiting" else None
    if state == "waiting" and wait is None:
        state, said = "refused", f"given up after {waiting.attempts + 1} attempts: {said}"
    conn.execute(
        sql("penstock.notices", "note_copy"),
        {"copy": copy, "state": state, "reply": sanitise(said), "wait": wait},
    )
    return not isinstance(fate, Unsent)


def _hand_over(conn: psycopg.Connection[Any], waiting: Waiting) -> Fate:
    if waiting.transport is None:
        return Unsent("the account has no transport for notices any more", True)
    try:
        sealed = letter.envelope(
            sender=mailbox(waiting.sender), to=waiting.identity, subject=waiting.subject, text=waiting.text,
            uuid=waiting.uuid.hex, at=waiting.at, account=waiting.account,
        )  # fmt: skip
        ways = transports.ways(conn, waiting.transport)
    except (RenderError, SettingError, SecretError, ServerURLError, transports.UnknownTransport) as error:
        return Unsent(str(error), True)
    return asyncio.run(hand_over(ways, sealed))


def _ending(fate: Fate, *, never_lost: bool) -> tuple[str, str]:
    """The state that a fate leads to, and what is kept of it."""
    match fate:
        case Replied(reply):
            state = "accepted" if reply.positive else "waiting" if reply.temporary else "refused"
            return state, str(reply)
        case Unanswered(cause):
            return ("waiting" if never_lost else "in_doubt"), cause
        case Unsent(cause, permanent):
            return ("refused" if permanent else "waiting"), cause
