"""Reads the journal once, and writes for each line that concerns somebody: the notice, its copies, its deliveries.

The cursor moves in the transaction that writes them, so a process that dies leaves all of it or nothing. Whoever holds the
cursor's row reads; others pass by.
"""

import logging
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from penstock.notices.concerned import circle, people
from penstock.notices.cursor import TROUBLED, Gap, advance
from penstock.notices.kinds import OF_DOMAINS, Change, Kind, kind_of
from penstock.notices.payload import body, data_of
from penstock.notices.wording import Told, subject, text
from penstock.platform import database
from penstock.platform.database import sql
from penstock.report.progress import STATES, progress

log = logging.getLogger(__name__)

MOST = 500
"""Lines of the journal in one transaction."""

Row = dict[str, Any]


def turn(conn: psycopg.Connection[Any]) -> int:
    """Read what is new in the journal, at most MOST lines above the cursor; return how many were read for the first time.

    None also while another process reads. `conn` is in autocommit mode.
    """
    with conn.transaction():
        held = conn.execute("select last_entry from notices_cursor for update skip locked").fetchone()
        if held is None:
            return 0
        entries, xmin, xmax = _unread(conn, held[0])
        before = [
            Gap(*row) for row in conn.execute("select first, beyond, until from notices_gap").fetchall()
        ]
        known = {gap.first for gap in before if gap.until == TROUBLED}
        troubled = [entry["id"] for entry in entries if not _told_of(conn, entry, known)]
        found = [entry["id"] for entry in entries]
        _move(conn, held[0], before, *advance(held[0], before, found, xmin, xmax, troubled))
    return len(entries) - len(known)


def _unread(conn: psycopg.Connection[Any], last: int) -> tuple[list[Row], int, int]:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            sql("penstock.notices", "read_entries"), {"last": last, "most": MOST}
        ).fetchall()
    return [row for row in rows if row["id"] is not None], rows[0]["xmin"], rows[0]["xmax"]


def _told_of(conn: psycopg.Connection[Any], entry: Row, known: set[int]) -> bool:
    """Tell what is to be told of one line. One that cannot be (a defect) must not keep the others from being told."""
    try:
        kind = kind_of(Change(entry["command"], entry["from_state"], entry["to_state"]))
        if kind is not None:
            with conn.transaction():
                _tell(conn, kind, entry)
    except database.AWAY:
        raise
    except Exception:
        if entry["id"] not in known:
            log.exception("line %s of the journal cannot be told; it is tried again", entry["id"])
        return False
    return True


def _move(conn: psycopg.Connection[Any], last: int, before: list[Gap], newest: int, gaps: list[Gap]) -> None:
    if newest != last:
        conn.execute("update notices_cursor set last_entry = %s", (newest,))
    if gaps != sorted(before):
        conn.execute("delete from notices_gap")
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into notices_gap (first, beyond, until) values (%s, %s, %s)",
                [(gap.first, gap.beyond, gap.until) for gap in gaps],
            )


def _tell(conn: psycopg.Connection[Any], kind: Kind, entry: Row) -> None:
    mailing = _mailing(conn, entry["mailing"])
    told = _told(conn, kind, entry, mailing)
    data = data_of(told, entry["account"], entry["id"])
    given = {
        "uuid": uuid4(), "account": entry["account"], "mailing": entry["mailing"], "entry": entry["id"], "kind": kind.value,
        "at": entry["at"], "subject": subject(told), "text": text(told), "data": Jsonb(data),
        "body": body(kind.value, entry["at"], data),
    }  # fmt: skip
    made = conn.execute(sql("penstock.notices", "insert_notice"), given).fetchone()
    assert made is not None
    given["notice"] = made[0]
    whom = people(conn, entry["account"], circle(kind, entry["to_state"]), mailing.get("authors", []))
    given["identities"] = [person.email for person in whom]
    conn.execute(sql("penstock.notices", "insert_copies"), given)
    if kind is not Kind.WEBHOOK_DISABLED:  # the other webhooks need not know
        conn.execute(sql("penstock.notices", "insert_deliveries"), given)


def _mailing(conn: psycopg.Connection[Any], mailing: int | None) -> Row:
    if mailing is None:
        return {}
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql("penstock.notices", "of_mailing"), {"mailing": mailing}).fetchone() or {}


def _told(conn: psycopg.Connection[Any], kind: Kind, entry: Row, mailing: Row) -> Told:
    account = conn.execute(
        "select name, zone from account_account where id = %s", (entry["account"],)
    ).fetchone()
    assert account is not None
    data, reason = entry["data"], entry["reason"]
    if kind is Kind.HELD:
        reason = reason or (mailing.get("reason") or {}).get("text")
    if kind in (Kind.WEBHOOK_DISABLED, Kind.MAILBOX_FAILING, *OF_DOMAINS):
        reason = data["why"]
    figures = {}
    if kind is Kind.FINISHED:
        now = progress(conn, entry["mailing"])
        figures = {state: n for state in STATES if (n := getattr(now, state))}
    return Told(
        kind, entry["at"], entry["actor"], account[0], account[1], entry["mailing"], mailing.get("name", ""),
        entry["to_state"], reason, data.get("code"), data.get("revision"), figures, _extra(kind, data),
    )  # fmt: skip


def _extra(kind: Kind, data: Row) -> Row:
    """Return what a notice of no mailing is about."""
    if kind is Kind.WEBHOOK_DISABLED:
        return {"webhook": data["webhook"], "url": data["url"]}
    if kind in OF_DOMAINS:
        return {"domain": {"id": data["domain"], "name": data["name"]}}
    if kind is Kind.MAILBOX_FAILING:
        return {"mailbox": {"id": data["mailbox"], "name": data["name"]}}
    return {}
