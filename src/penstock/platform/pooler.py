"""A pooler in transaction mode between us and PostgreSQL: found out, and refused.

Session advisory locks (who is alive), LISTEN and `SET` need one server session for as long as the connection
lives. PgBouncer's `pool_mode = transaction` lends a session per transaction: locks would outlive their
holders or never be held. No pooler says so by itself on an ordinary connection, so its behaviour is asked.
"""

from typing import Any

import psycopg

from penstock.platform.trouble import Trouble

_ROUNDS = 3


def is_pooled(conn: psycopg.Connection[Any]) -> bool:
    """Tell whether somebody stands in between: the pid given at log-in is not the one that answers."""
    row = conn.execute("select pg_backend_pid()").fetchone()
    return row is not None and row[0] != conn.info.backend_pid


def lends_sessions(conn: psycopg.Connection[Any]) -> bool:
    """Tell whether two of our connections get the same server session, or one gets two.

    While a second connection sits in a transaction, the first one's next statement must still reach the
    session it had before.
    """
    info = conn.info
    seen = {_pid(conn)}
    with psycopg.connect(info.dsn, password=info.password, connect_timeout=10) as other:
        for _ in range(_ROUNDS):
            if _pid(other) in seen:  # opens a transaction and keeps it
                return True
            seen.add(_pid(conn))
            if len(seen) > 1:
                return True
            other.rollback()
    return False


def _pid(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute("select pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def refuse_transaction_pooling(conn: psycopg.Connection[Any]) -> None:
    """Raise Trouble when a pooler lends out sessions per transaction; one short query when there is none."""
    if is_pooled(conn) and lends_sessions(conn):
        raise Trouble(
            "PENSTOCK_DATABASE_URL leads to a pooler in transaction mode (PgBouncer's pool_mode = transaction).",
            "Connect to PostgreSQL itself, or set pool_mode = session for this database.",
        )
