"""After a restore: the database knows nothing of what was sent after its backup, so nothing may go on by itself."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg

from penstock.mailing import control


def after_restore(conn: psycopg.Connection[Any]) -> list[int]:
    """Rescue what any sender had claimed, and interrupt every mailing under way; return those mailings.

    What was claimed at the time of the backup is in doubt. What was not may have been sent between the backup and the
    disaster; that cannot be known here, so a person decides, and the reason says so.
    """
    for (sender,) in conn.execute(
        "select id from delivery_sender where ended_at is null order by id"
    ).fetchall():
        conn.execute("select delivery_rescue(%s)", (sender,))
    row = conn.execute("select restored_from from penstock_schema").fetchone()
    taken = f" of {row[0]:%Y-%m-%d %H:%M:%S %Z}" if row and row[0] else ""
    text = (
        f"restored from a backup{taken}: messages sent after it was taken are not known here,"
        " and those not yet sent then would be sent (again) on resume"
    )
    live = conn.execute(
        "select id from mailing_mailing where state in ('starting', 'sending', 'finishing') order by id"
    ).fetchall()
    stopped = []
    for (mailing,) in live:
        with suppress(control.Refused):
            control.command(conn, mailing, "interrupt", control.SYSTEM, reason=text, code="technical")
            stopped.append(mailing)
    return stopped
