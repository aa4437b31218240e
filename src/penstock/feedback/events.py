"""What people did: opened a message, clicked in it, complained, bought something. Events stand beside the ledger's states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.platform.database import sql

TRACKS: Final = ("opened", "clicked", "prefetched", "scanned", "viewed")
"""What strangers can repeat as often as they like. An open that a machine made is `prefetched`, such a click `scanned`."""
OF_MESSAGES: Final = (
    *TRACKS, "unsubscribed", "resubscribed", "left", "joined", "complained", "converted",
)  # fmt: skip
"""What is seen by Penstock itself, of a recipient of a mailing: nobody outside may tell these."""
CUSTOM: Final = "custom"
"""What others tell: a purchase, a visit. It has a name of their own."""


def record(
    conn: psycopg.Connection[Any],
    account: int,
    contact: int,
    name: str,
    *,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> bool:
    """Note that a contact of the account did what is called `name` (kind custom), now or `at`.

    key: the teller's own name of this event; a second one with it is not noted, and the answer is False.
    """  # fmt: skip
    given = {
        "account": account, "contact": contact, "kind": CUSTOM, "name": name, "mailing": None, "seq": None,
        "at": at, "data": Jsonb(dict(data)) if data else None, "key": key,
    }  # fmt: skip
    return conn.execute(sql("penstock.feedback", "record"), given).rowcount == 1


def record_of_recipient(
    conn: psycopg.Connection[Any],
    mailing: int,
    seq: int,
    kind: str,
    *,
    link: int | None = None,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> bool:
    """Note what recipient `seq` of a mailing did with the message, and count it: a kind of OF_MESSAGES, now or `at`.

    link: of clicks, its number in the mailing. Of TRACKS one an hour, recipient and link is an event; each is counted.
    False where there is no such recipient, an event with this `key` was noted before, or one of TRACKS within the hour
    or of an erased contact. The counters stay locked until the end of the caller's transaction.
    """
    found = conn.execute(
        "select feedback_note(%s::integer[], %s::integer[], %s::text[], %s::integer[], %s::timestamptz[], %s::jsonb[], %s::text[])",
        ([mailing], [seq], [kind], [link], [at], [Jsonb(dict(data)) if data else None], [key]),
    ).fetchone()
    return found == (1,)
