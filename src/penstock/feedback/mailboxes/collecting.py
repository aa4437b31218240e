"""Reads mailboxes: each message behind the last one is noted, then marked or moved, then its place is written down.

In this order, so that nothing is lost by a process that dies in between: what was noted is noted again, which counts nothing twice.
What could not be placed stays as it is in the mailbox.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.account.journalling import record
from penstock.feedback import receive
from penstock.feedback.mailboxes import imap, keeping
from penstock.feedback.mailboxes.address import MailboxURLError
from penstock.feedback.mailboxes.imap import MailboxTrouble
from penstock.mailing.actor import SYSTEM
from penstock.platform import database
from penstock.platform.database import sql
from penstock.platform.trouble import Trouble

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Messages of one turn; the rest is read in the next one, at once."""
TELL_AFTER: Final = 3
"""Failures in a row after which the journal says so: a server may be restarted."""
_STRAY: Final = "stray"


@dataclass(frozen=True)
class _Turn:
    """What is known of a mailbox when its turn comes."""

    id: int
    account: int
    name: str
    folder: str
    afterwards: str
    done_folder: str
    uidvalidity: int | None
    last_uid: int
    failures: int


@dataclass
class Collected:
    """How a turn went: messages read, and placed; `trouble` in words; whether more lie there."""

    messages: int = 0
    placed: int = 0
    trouble: str = ""
    more: bool = False


def due(conn: psycopg.Connection[Any]) -> list[int]:
    """Return the mailboxes whose turn it is."""
    rows = conn.execute(
        "select id from feedback_mailbox where enabled and next_at <= now() order by next_at"
    ).fetchall()
    return [number for (number,) in rows]


def collect(conn: psycopg.Connection[Any], mailbox: int) -> Collected:
    """Read a mailbox from where it was left; write down how it went. May be repeated and broken off anywhere."""
    with conn.cursor(row_factory=class_row(_Turn)) as cursor:
        turn = cursor.execute(
            "select id, account_id as account, name, folder, afterwards, done_folder, uidvalidity, last_uid, failures"
            " from feedback_mailbox where id = %s",
            (mailbox,),
        ).fetchone()
    done = Collected()
    if turn is None:
        return done
    try:
        place = keeping.opened(conn, mailbox)
        with imap.session(place, turn.folder, readonly=turn.afterwards == "leave") as session:
            _read(conn, turn, session, done)
    except MailboxTrouble as error:
        done.trouble = str(error)
    except (Trouble, MailboxURLError) as error:
        done.trouble = f"{error} {getattr(error, 'cure', '')}".strip()
    _ended(conn, turn, done)
    return done


def _read(conn: psycopg.Connection[Any], turn: _Turn, session: imap.Session, done: Collected) -> None:
    same = session.uidvalidity == turn.uidvalidity
    if not same:  # the folder was made anew: its numbers mean other messages now
        conn.execute(
            "update feedback_mailbox set uidvalidity = %s, last_uid = 0 where id = %s",
            (session.uidvalidity, turn.id),
        )
    for uid in session.after(turn.last_uid if same else 0):
        if done.messages >= AT_ONCE or session.over:
            done.more = True
            return
        data = session.fetch(uid)
        placed = data is not None and _noted(conn, turn, uid, data)
        if placed:
            _afterwards(turn, session, uid)
        conn.execute(
            "update feedback_mailbox set last_uid = %s, messages = messages + 1, placed = placed + %s"
            " where id = %s and uidvalidity = %s",
            (uid, int(placed), turn.id, session.uidvalidity),
        )
        done.messages += 1
        done.placed += placed


def _noted(conn: psycopg.Connection[Any], turn: _Turn, uid: int, data: bytes) -> bool:
    """Note what a message says; whether it says something about one of ours. Database trouble is for the next turn, but for what is
    wrong with this message alone, or with how it is read: it stays in the mailbox, and the others go on."""  # fmt: skip
    try:
        found = receive.receive(conn, data, door="imap", account=turn.account)
    except database.AWAY:
        raise
    except Exception as error:
        log.error("mailbox %s: message %s cannot be noted: %s", turn.id, uid, type(error).__name__)
        return False
    return any(each.done != _STRAY for each in found)


def _afterwards(turn: _Turn, session: imap.Session, uid: int) -> None:
    if turn.afterwards == "seen":
        session.see(uid)
    elif turn.afterwards == "move":
        session.move(uid, turn.done_folder)
    elif turn.afterwards == "delete":
        session.delete(uid)


def _ended(conn: psycopg.Connection[Any], turn: _Turn, done: Collected) -> None:
    """Write down how it went; what fails again and again is told in the journal once, and when it is mended."""
    given = {"mailbox": turn.id, "trouble": done.trouble, "more": done.more}
    with conn.transaction():
        conn.execute(sql("penstock.feedback", "mailbox_read"), given)
        about = {"mailbox": turn.id, "name": turn.name}
        if done.trouble and turn.failures + 1 == TELL_AFTER:
            record(conn, turn.account, SYSTEM, "mailbox_failing", **about, why=done.trouble)
        elif not done.trouble and turn.failures >= TELL_AFTER:
            record(conn, turn.account, SYSTEM, "mailbox_recovered", **about)
