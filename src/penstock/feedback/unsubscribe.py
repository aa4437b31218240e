"""Unsubscribing by the link of a message: the token in it is the authority, its holder needs to be nobody else."""

from typing import Any

import psycopg

from penstock.content.links import verify_private
from penstock.platform.database import sql
from penstock.platform.environment import derived_key

LONGEST_TOKEN = 64
"""Characters; what is longer was not made by us and is not looked at."""


def holder(token: str) -> tuple[int, int] | None:
    """Return (mailing, seq) of the recipient whose link carries `token`; None when it is forged or garbled."""
    return verify_private(token, derived_key("links")) if len(token) <= LONGEST_TOKEN else None


def unsubscribe(conn: psycopg.Connection[Any], token: str) -> bool | None:
    """Suppress the holder of `token` for the account that sent the mailing. Idempotent, in one statement.

    Returns whether it was not so before; None when nobody holds this token.
    """
    if (found := holder(token)) is None:
        return None
    mailing, seq = found
    row = conn.execute(
        sql("penstock.feedback", "unsubscribe"),
        {"mailing": mailing, "seq": seq, "origin": f"mailing {mailing}"},
    ).fetchone()
    return None if row is None else bool(row[0])
