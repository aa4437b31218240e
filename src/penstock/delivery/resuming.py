"""Going on: a mailing that stood still catches up with its audience and its plan, before anything more of it goes out.

Between the resumption and that moment `stopped_at` stands in the mailing: nothing is opened, claimed or packed, and nobody notices
an end. One transaction: all of it or nothing, and tried again.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors

from penstock.mailing import control


def catch_up(conn: psycopg.Connection[Any], mailing: int) -> bool:
    """Bring the ledger of a resumed mailing up to date; False when that has to wait, or it goes on no longer."""
    try:
        with conn.transaction():
            conn.execute("set transaction isolation level repeatable read")
            row = conn.execute(
                "update mailing_mailing set stopped_at = null"
                " where id = %s and state in ('sending', 'finishing') and stopped_at is not null returning state, version",
                (mailing,),
            ).fetchone()
            if row is None:
                return False
            conn.execute("select pg_notify(%s, %s)", (control.CHANNEL, f"{mailing} {row[0]} {row[1]}"))
    except errors.SerializationFailure:
        return False
    return True
