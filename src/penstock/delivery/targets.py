"""Where the tracked links of a mailing lead: kept under a number before the first message that has them is made, asked at a click."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import psycopg

from penstock.content import utm
from penstock.content.targets import Target, personal
from penstock.platform.database import sql


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
    row = conn.execute(sql("penstock.delivery", "follower"), {"mailing": mailing, "seq": seq}).fetchone()
    if row is None:
        return None
    url = personal(target.url, {**row[1], "email": row[0]})
    return url and utm.tagged(url, dict(parse_qsl(target.tags or "")))
