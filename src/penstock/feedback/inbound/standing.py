"""Says that a listener runs: by a connection to the database that bears its name, and ends with it however it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import psycopg

from penstock.feedback.inbound.certificate import Certificate
from penstock.feedback.way_back import LISTENER, listener_name
from penstock.platform import database
from penstock.platform.trouble import Trouble

EVERY: Final = 20.0
"""Seconds after which a connection that was lost is missed, and made anew."""


async def standing(certificate: Certificate | None = None) -> None:
    """Keep the connection, until cancelled. While the database is away there is none, and that is so. It says as well until when
    the certificate holds, if the listener has one."""  # fmt: skip
    conn: psycopg.Connection[Any] | None = None
    try:
        while True:
            conn = await asyncio.to_thread(_living, conn, _name(certificate))
            await asyncio.sleep(EVERY)
    finally:
        if conn is not None:
            conn.close()


def _name(certificate: Certificate | None) -> str:
    if certificate is None:
        return LISTENER
    certificate.context()  # which may have been renewed, with nobody having come since
    return listener_name(certificate.until)


def _living(conn: psycopg.Connection[Any] | None, name: str) -> psycopg.Connection[Any] | None:
    with suppress(Trouble, psycopg.Error):
        if conn is None or conn.closed:
            return database.connect(name=name)
        conn.execute("select set_config('application_name', %s, false)", (name,))
        return conn
    return None
