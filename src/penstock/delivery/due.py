"""Those who wait again: packed when their time has come, given up when their window is over."""

from __future__ import annotations

from typing import Any

import psycopg

from penstock.account.credits.settling import Lacking, settle
from penstock.delivery import clock
from penstock.mailing import control, gate
from penstock.mailing.guards.credit import lacking
from penstock.platform.database import sql


def pack(conn: psycopg.Connection[Any], mailing: int) -> int:
    """Give up on those whose retry window is over and pack those who are due; return how many were packed.

    A message that has become longer since it was reserved for is paid for before: with too few credits the mailing is interrupted.
    """
    if not _paid(conn, mailing):
        return 0
    row = conn.execute(sql("penstock.delivery", "pack_due"), {"mailing": mailing}).fetchone()
    return int(row[1]) if row else 0


def _paid(conn: psycopg.Connection[Any], mailing: int) -> bool:
    """Whether everybody who is due is paid for; reserves for who takes more parts than before."""
    row = conn.execute(sql("penstock.delivery", "grown"), {"mailing": mailing}).fetchone()
    if row is None or not row[0]:
        return True
    try:
        with gate.shut(conn, mailing):
            settle(conn, mailing, control.SYSTEM.name, control.SYSTEM.door, reserve=True)
    except Lacking as short:
        text = lacking(short.needed, short.available)
        clock.interrupt(conn, mailing, "credits", text, credits_needed=short.needed)
        return False
    return True
