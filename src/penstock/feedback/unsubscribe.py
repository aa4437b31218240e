"""Unsubscribing by the link of a message: the token in it is the authority, its holder needs to be nobody else."""

from typing import Any

import psycopg

from penstock.audience.suppression import suppress
from penstock.content.links import verify_private
from penstock.feedback.events import record_of_recipient
from penstock.platform.environment import link_key

LONGEST_TOKEN = 64
"""Characters; what is longer was not made by us and is not looked at."""


def holder(token: str) -> tuple[int, int] | None:
    """Return (mailing, seq) of the recipient whose link carries `token`; None when it is forged or garbled."""
    return verify_private(token, link_key()) if len(token) <= LONGEST_TOKEN else None


def unsubscribe(conn: psycopg.Connection[Any], token: str) -> bool | None:
    """Suppress the holder of `token` for the account that sent the mailing, and note the event. Idempotent.

    Returns whether it was not so before; None when nobody holds this token.
    """
    if (found := holder(token)) is None:
        return None
    mailing, seq = found
    person = conn.execute(
        "select m.account_id, r.normal from delivery_recipient r join mailing_mailing m on m.id = r.mailing"
        " where r.mailing = %s and r.seq = %s",
        (mailing, seq),
    ).fetchone()
    if person is None:
        return None
    account, address = person
    with conn.transaction():
        done = suppress(conn, account, address, "unsubscribed", f"mailing {mailing}")
        if done:
            record_of_recipient(conn, mailing, seq, "unsubscribed")
    return done
