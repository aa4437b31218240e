"""One person's whole story: what they were sent and what became of it, what came back, what they did and bought, why they were passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from penstock.audience.contacts import UnknownContact, get
from penstock.platform.database import sql

KINDS: Final = (
    "mailed", "opened", "clicked", "prefetched", "scanned", "viewed", "unsubscribed", "resubscribed", "left", "joined",
    "complained", "custom", "bounced", "ordered", "listed", "suppressed", "tested", "wrote", "moved", "added",
)  # fmt: skip
"""What an entry can tell: `mailed`, a mailing meant them, and `data` says where they stand in its ledger; `listed`, they were put on a
list; `wrote`, they sent an SMS; `moved`, they had another address or number until then; `added`, they became a contact; the others are events, bounces, orders, tests."""

NEWEST: Final = (datetime.max.replace(tzinfo=UTC), "")
"""The place before every entry."""

Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `data` depends on the kind; `place` is where a further page goes on behind it.

    mailed: state, reason, at (of the last answer), code, enhanced, text · events: name, data, url, list · bounced: class, code, enhanced,
    text, origin, suppressed · ordered: order, amount, currency, cancelled_at, data · listed: list · suppressed: address, reason, origin ·
    tested: state, reply, asked_by · wrote: from, to, text, done · moved: from · added: import, file.
    """

    at: datetime
    kind: str
    mailing: int | None
    mailing_name: str | None
    seq: int | None
    data: dict[str, Any]
    place: Place


def page(
    conn: psycopg.Connection[Any], account: int, contact: int, *, limit: int, before: Place = NEWEST
) -> list[Entry]:
    """Return what happened to a contact, newest first, what lies before a place. Raises UnknownContact."""
    if get(conn, account, contact) is None:
        raise UnknownContact(contact)
    given = {
        "account": account, "contact": contact, "limit": limit, "before": before[0], "place": before[1]
    }  # fmt: skip
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql("penstock.personal", "story"), given, prepare=False).fetchall()
    mailed = [(row["mailing"], row["seq"]) for row in rows if row["kind"] == "mailed"]
    standing = _standing(conn, mailed) if mailed else {}
    return [
        Entry(
            row["at"], row["kind"], row["mailing"], row["mailing_name"], row["seq"],
            standing.get((row["mailing"], row["seq"]), {}) if row["kind"] == "mailed" else row["data"],
            (row["at"], row["place"]),
        )
        for row in rows
    ]  # fmt: skip


def _standing(
    conn: psycopg.Connection[Any], which: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], dict[str, Any]]:
    """Return where recipients stand, by mailing and number."""
    given = {"mailings": [mailing for mailing, _ in which], "seqs": [seq for _, seq in which]}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql("penstock.personal", "story_states"), given, prepare=False).fetchall()
    return {(row.pop("mailing"), row.pop("seq")): _told(row) for row in rows}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    if row["at"] is not None:
        row["at"] = row["at"].isoformat()
    return {name: value for name, value in row.items() if value is not None}
