"""Says that a listener runs: by a connection to the database that bears its name, and ends with it however it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import psycopg

from penstock.feedback.way_back import LISTENER
from penstock.platform import database
from penstock.platform.trouble import Trouble

EVERY: Final = 20.0
"""Seconds after which a connection that was lost is missed, and made anew."""


async def standing() -> None:
    """Keep the connection, until cancelled. While the database is away there is none, and that is so."""
    conn: psycopg.Connection[Any] | None = None
    try:
        while True:
            conn = await asyncio.to_thread(_living, conn)
            await asyncio.sleep(EVERY)
    finally:
        if conn is not None:
            conn.close()


def _living(conn: psycopg.Connection[Any] | None) -> psycopg.Connection[Any] | None:
    with suppress(Trouble, psycopg.Error):
        if conn is None or conn.closed:
            return database.connect(name=LISTENER)
        conn.execute("")
        return conn
    return None
