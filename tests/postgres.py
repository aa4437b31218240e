"""The PostgreSQL servers of the tests: embedded, each in a home of its own, stopped when the tests end."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

TEMPLATE = "penstock_template"


@contextmanager
def home() -> Iterator[Path]:
    """Give a new, empty PENSTOCK_HOME with a short path (unix sockets allow about 100 bytes); removed at the end.

    Sets PENSTOCK_HOME and takes PENSTOCK_DATABASE_URL and PENSTOCK_SECRET_KEY out of the environment, so that
    nothing of the developer's own installation is touched. A server left running on the home is stopped.
    """
    place = Path(tempfile.mkdtemp(prefix="penstock-"))
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
        for pid_file in place.rglob("postmaster.pid"):
            _stop(int(pid_file.read_text().split()[0]))
        shutil.rmtree(place, ignore_errors=True)


def _stop(pid: int) -> None:
    """End a postmaster at once (its data is thrown away) and wait until it is gone, 10 s at most."""
    try:
        postmaster = psutil.Process(pid)
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(10)
    except psutil.Error:
        pass  # gone already, or a zombie that nobody collects: either way it holds no file


def at(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return re.sub(r"^([^?]*?//[^/?]*)(/[^?]*)?", rf"\1/{name}", url, count=1)


def make_template(server: str) -> None:
    """Make the migrated database that every test's database is copied from.

    The migrations run in a process of their own: Django's settings, once read, are bound to one database.
    """
    with psycopg.connect(server, autocommit=True) as conn:
        # A crash of this server loses nothing worth keeping. Tests that kill a server start their own.
        conn.execute("ALTER SYSTEM SET fsync = off")
        conn.execute("ALTER SYSTEM SET full_page_writes = off")
        conn.execute("SELECT pg_reload_conf()")
        conn.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate = "from penstock.platform import database; database.ready()"
    ran = subprocess.run(
        [sys.executable, "-c", migrate],
        env=os.environ | {"PENSTOCK_DATABASE_URL": at(server, TEMPLATE)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"migrating the template database failed:\n{ran.stdout}{ran.stderr}")


@contextmanager
def copy(server: str, name: str) -> Iterator[str]:
    """Give the URL of a fresh copy of the template, set as PENSTOCK_DATABASE_URL; dropped at the end."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    before = os.environ.get("PENSTOCK_DATABASE_URL")
    os.environ["PENSTOCK_DATABASE_URL"] = at(server, name)
    try:
        yield at(server, name)
    finally:
        os.environ.pop("PENSTOCK_DATABASE_URL")
        if before is not None:
            os.environ["PENSTOCK_DATABASE_URL"] = before
        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
