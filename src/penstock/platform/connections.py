"""Connections of the web process to PostgreSQL: a small pool, made with the first request."""

import atexit
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from penstock.platform import database
from penstock.platform.trouble import Trouble

LARGEST = 16
"""Connections of one process; more requests at once wait for one."""
PATIENCE = 10.0
"""Seconds that a request waits for a connection before it is answered 503."""

Pool = ConnectionPool[psycopg.Connection[Any]]
_pools: dict[str, Pool] = {}
_lock = threading.Lock()


@contextmanager
def connection() -> Iterator[psycopg.Connection[Any]]:
    """Lend an autocommit connection. Raises Trouble when the database does not answer."""
    pool = _pool()
    conn = _living(pool)
    try:
        yield conn
    finally:
        pool.putconn(conn)  # a broken one is replaced, an open transaction rolled back


def _living(pool: Pool) -> psycopg.Connection[Any]:
    """Take a connection that answers. After a restart of the server all that lie ready are dead: the next is tried at once."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            conn = pool.getconn(max(0.01, until - time.monotonic()))
        except PoolTimeout:
            raise Trouble("The database does not answer.", "`penstock doctor` looks for the cause.") from None
        try:
            conn.execute("")
        except psycopg.Error:
            conn.close()
            pool.putconn(conn)  # another one is opened in its place
        else:
            return conn


def _pool() -> Pool:
    """Return the pool of this process for the database of now (tests change it)."""
    key = f"{os.getpid()} {os.environ.get('PENSTOCK_DATABASE_URL')} {os.environ.get('PENSTOCK_HOME')}"
    with _lock:
        if key not in _pools:
            _pools[key] = ConnectionPool(
                database.url,  # asked for every new connection: starts an embedded server that died
                kwargs={
                    **database.KEEPALIVE,
                    "autocommit": True,
                    "application_name": "penstock api",
                    "options": "-c timezone=UTC",
                },
                min_size=0,
                max_size=LARGEST,
                timeout=PATIENCE,
                max_idle=60.0,
                open=True,
            )
        return _pools[key]


def close() -> None:
    """Close every connection that is not lent."""
    with _lock:
        while _pools:
            _pools.popitem()[1].close()


atexit.register(close)
