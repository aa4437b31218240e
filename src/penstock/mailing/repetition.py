"""Idempotency keys: a command that comes again under the same key is answered again, and not carried out again."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

KEPT = "3 days"
"""How long an answer is kept."""


class KeyReused(Exception):
    """The idempotency key was used for another request."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The idempotency key {key!r} was used for another request. Give every request a key of its own."
        )


def wait(conn: psycopg.Connection[Any], account: int, identity: str, key: str) -> None:
    """Wait for whoever carries out a request under this key now; others wait until this transaction ends."""
    name = f"{account} {identity} {key}"
    conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7002))", (name,))


def recall(
    conn: psycopg.Connection[Any], account: int, identity: str, key: str, fingerprint: str
) -> dict[str, Any] | None:
    """Return the answer that was given under this key; None when there was none. Raises KeyReused."""
    row = conn.execute(
        "select fingerprint, answer from mailing_repetition where account_id = %s and identity = %s and key = %s",
        (account, identity, key),
    ).fetchone()
    if row is None:
        return None
    if row[0] != fingerprint:
        raise KeyReused(key)
    return dict(row[1])


def remember(
    conn: psycopg.Connection[Any],
    account: int,
    identity: str,
    key: str,
    fingerprint: str,
    answer: dict[str, Any],
) -> None:
    """Keep the answer, in the transaction of what was done; a later word on the same request replaces it.

    Raises KeyReused when another request was carried out under the key at the same moment.
    """
    kept = conn.execute(
        "insert into mailing_repetition (account_id, identity, key, fingerprint, answer, at) values (%s, %s, %s, %s, %s, now())"
        " on conflict (account_id, identity, key) do update set answer = excluded.answer"
        " where mailing_repetition.fingerprint = excluded.fingerprint",
        (account, identity, key, fingerprint, Jsonb(answer)),
    )
    if kept.rowcount != 1:
        raise KeyReused(key)


def forget_old(conn: psycopg.Connection[Any]) -> int:
    """Delete answers older than KEPT; return how many."""
    return conn.execute(f"delete from mailing_repetition where at < now() - interval '{KEPT}'").rowcount
