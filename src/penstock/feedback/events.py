"""What people did: opened a message, clicked in it, complained, bought something. Events stand beside the ledger's states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.platform.database import sql

OF_MESSAGES: Final = ("opened", "clicked", "viewed", "unsubscribed", "complained", "converted")
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
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> bool:
    """Note what recipient `seq` of a mailing did with the message: a kind of OF_MESSAGES, now or `at`.

    False where there is no such recipient, or an event with this `key` was noted before.
    """  # fmt: skip
    given = {
        "mailing": mailing, "seq": seq, "kind": kind, "at": at,
        "data": Jsonb(dict(data)) if data else None, "key": key,
    }  # fmt: skip
    return conn.execute(sql("penstock.feedback", "record_of_recipient"), given).rowcount == 1
