"""A database belongs to one secret key: with another, links made here lead nowhere there, and passwords stay shut.

The marker of the schema bears a keyed hash (BLAKE2b, RFC 7693) that tells one key from another and nothing about
either. Whoever brings the schema up first sets it.
"""

from hashlib import blake2b
from typing import Any

import psycopg

from penstock.platform.environment import derived_key
from penstock.platform.trouble import Trouble


def key_fingerprint() -> str:
    """Return the hash of the key of this home."""
    return blake2b(b"penstock", digest_size=16, key=derived_key("fingerprint")).hexdigest()


def refuse_other_key(known: str | None) -> None:
    """Raise Trouble when `known`, the hash in the database, is of another key; None is of none yet."""
    if known is None or known == key_fingerprint():
        return
    raise Trouble(
        "This database belongs to another secret key: links in messages made here would lead nowhere there, and the"
        " other way round.",
        "Set PENSTOCK_SECRET_KEY to the key of the first home (its file secret.key), the same on every machine."
        " Only if that key is lost: `penstock migrate --new-key`.",
    )


def forget(conn: psycopg.Connection[Any]) -> None:
    """Let the next one who brings the schema up set a new key."""
    row = conn.execute("select to_regclass('public.penstock_schema')").fetchone()
    if row and row[0]:
        conn.execute("alter table penstock_schema add column if not exists key_fingerprint text")
        conn.execute("update penstock_schema set key_fingerprint = null")
