"""The PostgreSQL servers of the tests: embedded, each in a home of its own, stopped when the tests end."""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from penstock.platform import belonging, cluster, database, embedded, postmaster

TEMPLATE = "penstock_template"
MEMORY = Path("/dev/shm")
PLENTY = 2_000_000_000  # bytes free there, of which the homes of three workers take a quarter at most


def _where() -> Path | None:
    """Where homes are made: in memory where there is plenty, for a database for each test is then made at a third of the cost."""
    try:
        return MEMORY if shutil.disk_usage(MEMORY).free > PLENTY and os.access(MEMORY, os.W_OK) else None
    except OSError:
        return None


@contextmanager
def home() -> Iterator[Path]:
    """Give a new, empty PENSTOCK_HOME with a short path (unix sockets allow about 100 bytes); removed at the end.

    Sets PENSTOCK_HOME and takes PENSTOCK_DATABASE_URL and PENSTOCK_SECRET_KEY out of the environment, so that
    nothing of the developer's own installation is touched. A server left running on the home is stopped.
    """
    place = Path(tempfile.mkdtemp(prefix="penstock-", dir=_where()))
    before = {
        name: os.environ.get(name)
        for name in os.environ.keys() | {"PENSTOCK_HOME"}
        if name.startswith("PENSTOCK_")
    }
    for name in ("PENSTOCK_DATABASE_URL", "PENSTOCK_SECRET_KEY", "PENSTOCK_BASE_URL"):
        os.environ.pop(name, None)
    os.environ["PENSTOCK_HOME"] = str(place)
    try:
        yield place
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        _stop(embedded.data_folder(place))
        embedded.leave(place)
        shutil.rmtree(place, ignore_errors=True)


def _stop(data: Path) -> None:
    """End the server of a data folder at once (the data is thrown away), and the orphans of a killed one."""
    for pid in (postmaster.running(data), *postmaster.processes(data)):
        try:
            if pid:
                os.kill(pid, signal.SIGQUIT)
                postmaster.wait_until_gone(data, pid, seconds=10)
        except ProcessLookupError:
            pass  # ended with its postmaster


def at(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return re.sub(r"^([^?]*?//[^/?]*)(/[^?]*)?", rf"\1/{name}", url, count=1)


def make_template(server: str) -> None:
    """Make the migrated database that every test's database is copied from, out of the home's own."""
    with psycopg.connect(server, autocommit=True) as conn:
        # A copied home's database bears the key of the first one; this one may have made its own before.
        conn.execute("UPDATE penstock_schema SET key_fingerprint = %s", [belonging.key_fingerprint()])
        # A crash of this server loses nothing worth keeping. Tests that kill a server start their own.
        conn.execute("ALTER SYSTEM SET fsync = off")
        conn.execute("ALTER SYSTEM SET full_page_writes = off")
        conn.execute("SELECT pg_reload_conf()")
    with _named(server):
        database.ready()
    with psycopg.connect(at(server, "postgres"), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {cluster.DATABASE} STRATEGY file_copy")


@contextmanager
def apart(server: str, name: str) -> Iterator[str]:
    """Give the URL of a fresh copy of the template; dropped at the end. The environment does not name it."""
    with psycopg.connect(server, autocommit=True) as conn:
        # Copying the files takes 15 ms here; the default, writing them to the log, 200 ms.
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    try:
        yield at(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def copy(server: str, name: str) -> Iterator[str]:
    """Give the URL of a fresh copy of the template, set as PENSTOCK_DATABASE_URL; dropped at the end."""
    with apart(server, name) as url, _named(url):
        yield url


@contextmanager
def _named(url: str) -> Iterator[None]:
    """Set PENSTOCK_DATABASE_URL for a while."""
    before = os.environ.get("PENSTOCK_DATABASE_URL")
    os.environ["PENSTOCK_DATABASE_URL"] = url
    try:
        yield
    finally:
        os.environ.pop("PENSTOCK_DATABASE_URL", None)
        if before is not None:
            os.environ["PENSTOCK_DATABASE_URL"] = before
