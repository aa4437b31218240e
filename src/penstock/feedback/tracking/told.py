"""Opens and clicks that others have seen and tell of: a provider that counts by links and pictures of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from penstock.feedback.events import record_of_recipient
from penstock.feedback.tracking.machines import is_machine, kind_of


def noted(
    conn: psycopg.Connection[Any],
    mailing: int,
    seq: int,
    kind: str,
    *,
    at: datetime | None = None,
    url: str | None = None,
    agent: str | None = None,
    key: str | None = None,
) -> bool:
    """Note that recipient `seq` opened or clicked (`kind`), as a machine's where the User-Agent is one.

    url: where the click led; one that the mailing knows is counted for that link. agent None: nothing is known of it.
    key: the teller's own name of this event, so that it counts once. True where it became an event (events.record_of_recipient).
    """
    kind = kind_of(kind, machine=agent is not None and is_machine(agent))
    return record_of_recipient(
        conn, mailing, seq, kind, link=_number(conn, mailing, url), at=at, data={"via": "provider"}, key=key
    )


def _number(conn: psycopg.Connection[Any], mailing: int, url: str | None) -> int | None:
    if not url:
        return None
    row = conn.execute(
        "select no from delivery_link where mailing = %s and url = %s", (mailing, url)
    ).fetchone()
    return row[0] if row else None
