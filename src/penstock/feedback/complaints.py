"""Somebody calls a message spam: noted beside the ledger, and never mailed again."""

from collections.abc import Mapping
from typing import Any

import psycopg

from penstock.audience.suppression import suppress
from penstock.feedback.events import record_of_recipient
from penstock.platform.database import sql

KIND = "complained"


def complained(
    conn: psycopg.Connection[Any],
    mailing: int,
    seq: int,
    *,
    origin: str,
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Note that recipient `seq` complained about a mailing, and suppress the address for the account. Idempotent.

    origin: a word for where it is known from (arf, webhook); data: a little more, as the type of the report. Returns whether it was
    not known; False also where there is no such recipient, or they never got it.
    """
    person = conn.execute(sql("penstock.feedback", "person"), {"mailing": mailing, "seq": seq}).fetchone()
    if person is None:
        return False
    account, normal = person
    told = {**(data or {}), "origin": origin}
    with conn.transaction():
        suppress(conn, account, normal, "complaint", f"mailing {mailing}")
        return record_of_recipient(conn, mailing, seq, KIND, data=told, key=f"{KIND} {mailing}-{seq}")
