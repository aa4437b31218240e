"""Where the tracked links of a mailing lead: kept under a number before the first message that has them is made, asked at a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import psycopg

from penstock.audience.variables import EVERY
from penstock.content import utm
from penstock.content.targets import Target, personal
from penstock.platform.database import sql

LOCK: Final = 7014
"""First key of the advisory lock under which the links of a mailing get their numbers."""


def number(conn: psycopg.Connection[Any], mailing: int, targets: Sequence[Target]) -> dict[str, int]:
    """Return the number of each target by its url; those that have none yet get the next, and keep it. Idempotent.

    Two senders that begin with a mailing at once give the same ones, and so does one that begins after its message was mended.
    """
    kept = _kept(conn, mailing)
    if any(target.url not in kept for target in targets):
        with conn.transaction():
            conn.execute("select pg_advisory_xact_lock(%s, %s)", (LOCK, mailing))
            urls, personal, tags = zip(*targets, strict=True)
            given = {"mailing": mailing, "urls": list(urls), "personal": list(personal), "tags": list(tags)}
            conn.execute(sql("penstock.delivery", "number_links"), given)
        kept = _kept(conn, mailing)
    return kept


def _kept(conn: psycopg.Connection[Any], mailing: int) -> dict[str, int]:
    return dict(conn.execute("select url, no from delivery_link where mailing = %s", (mailing,)).fetchall())


def find(conn: psycopg.Connection[Any], mailing: int, no: int) -> Target | None:
    """Return where link `no` of a mailing leads, None when there is none. Never changes: may be kept."""
    row = conn.execute(
        "select url, personal, utm from delivery_link where mailing = %s and no = %s", (mailing, no)
    ).fetchone()
    return Target(*row) if row else None


def address_for(conn: psycopg.Connection[Any], mailing: int, seq: int, target: Target) -> str | None:
    """Return where a personal target leads recipient `seq` of the mailing, with the attributes of now.

    None when there is nobody any more (erased, the mailing deleted, never sent to), or when it is no http(s) address for them.
    """
    text = sql("penstock.delivery", "follower").replace("{every}", EVERY)
    row = conn.execute(text.encode(), {"mailing": mailing, "seq": seq}).fetchone()
    if row is None:
        return None
    url = personal(target.url, {**row[1], "email": row[0]})
    return url and utm.tagged(url, dict(parse_qsl(target.tags or "")))
