"""The schema: is it this version's, and bringing it there (Django's migrations, then the SQL functions).

One row in `penstock_schema` bears the fingerprint of everything that makes the schema: asking costs one
short query. Only when it differs does a process of its own import Django and migrate, under an advisory
lock: any number of commands may find it behind at once. A process of its own, because Django keeps 40 MB
and refuses to work inside an event loop.
"""

import json
import os
import subprocess
import sys
from functools import cache
from hashlib import blake2b
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

import penstock
from penstock.platform import belonging
from penstock.platform.environment import given_database_url
from penstock.platform.pooler import refuse_transaction_pooling
from penstock.platform.trouble import Trouble

OLDEST_SERVER = 16
RESTORED = "restored"  # in place of the fingerprint: tables are there, `_finish_restore` is to be done
# Notices first: what delivery then interrupts is news, and people are told of it.
AFTER_RESTORE = ("penstock.notices.restored", "penstock.delivery.restored")
LOCK = 0x70656E73  # "pens": the advisory lock under which one process migrates
MARKER = """
create table if not exists penstock_schema (
    only_row boolean primary key default true check (only_row),
    fingerprint text not null,
    version text not null,
    prepared_at timestamptz not null default now(),
    restored_from timestamptz,  -- when the backup was taken that this database was restored from
    key_fingerprint text  -- see belonging
)
"""


@cache
def fingerprint() -> str:
    """Return a hash over the migrations and SQL functions of all rooms and the versions of what migrates."""
    digest = blake2b(digest_size=16)
    for package in ("Django", "procrastinate", "django-allauth"):  # they bring migrations of their own
        digest.update(f"{package} {version(package)}\n".encode())
    root = Path(penstock.__file__).parent
    for file in sorted([*root.glob("*/migrations/*.py"), *root.glob("*/sql/functions/*.sql")]):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Marker(NamedTuple):
    """What the database says of itself: the fingerprints of its schema and of the key it belongs to, None if unknown."""

    schema: str | None
    key: str | None

    @property
    def is_current(self) -> bool:
        """Whether the schema is the one this code was written for, and belongs to a key."""
        return self.schema == fingerprint() and self.key is not None


def marker(conn: psycopg.Connection[Any]) -> Marker:
    """Read the marker by one query; a database without one has no schema yet."""
    try:
        # As JSON: a database of before the column has none.
        row = conn.execute(
            "select fingerprint, to_jsonb(s) ->> 'key_fingerprint' from penstock_schema s"
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        row = None
    return Marker(*row) if row else Marker(None, None)


def is_current(conn: psycopg.Connection[Any]) -> bool:
    """Tell by one query whether the schema is the one this code was written for."""
    return marker(conn).is_current


def check_server(conn: psycopg.Connection[Any]) -> None:
    """Refuse a server that cannot keep the promises: too old, or a pooler in transaction mode before it."""
    major = conn.info.server_version // 10_000
    if major < OLDEST_SERVER:
        raise Trouble(
            f"The database is PostgreSQL {major}; Penstock needs {OLDEST_SERVER} or newer.",
            "Upgrade the server, or leave PENSTOCK_DATABASE_URL empty for the embedded one.",
        )
    if given_database_url():
        refuse_transaction_pooling(conn)


def bring_up(address: str, **environment: str) -> None:
    """Bring the schema of the database at `address` to this version; harmless when it is there already.

    `environment`: variables set for the process that does it. Raises Trouble: written by a newer Penstock, disk full, a migration that failed.
    """
    child = subprocess.run(
        [sys.executable, "-P", "-m", "penstock.platform.migrate"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PENSTOCK_DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "penstock.platform.settings",
            **environment,
        },
    )
    if child.returncode == 0:
        return
    try:
        told = json.loads(child.stdout)
    except ValueError:
        told = {}
    raise Trouble(
        told.get("what") or f"The schema cannot be brought up to date:\n{child.stderr.strip()[-2000:]}",
        told.get("cure")
        or "`penstock doctor` looks for the cause; nothing is half done, each step is a transaction.",
    )


def _migrate() -> None:
    """Do the work, in the child: migrations, functions, marker; the second of two finds it done."""
    from penstock.platform import database

    with database.connect(name="penstock migrate") as conn:
        conn.execute("select pg_advisory_lock(%s)", [LOCK])
        found = marker(conn)
        belonging.refuse_other_key(found.key)
        if found.is_current:
            return
        _run_django()
        with conn.transaction():
            install_functions(conn)
            conn.execute(MARKER)
            conn.execute("alter table penstock_schema add column if not exists key_fingerprint text")
        _finish_restore(conn)
        with conn.transaction():
            conn.execute(
                "insert into penstock_schema (fingerprint, version, key_fingerprint) values (%s, %s, %s)"
                " on conflict (only_row) do update set (fingerprint, version, key_fingerprint, prepared_at)"
                " = (excluded.fingerprint, excluded.version, excluded.key_fingerprint, now())",
                [fingerprint(), penstock.__version__, belonging.key_fingerprint()],
            )


def _finish_restore(conn: psycopg.Connection[Any]) -> None:
    """In a database just restored: stop what was running when the backup was taken, before anyone may use it.

    `restore` leaves the marker RESTORED; whoever migrates next, it or another command, comes through here.
    """
    if not conn.execute("select 1 from penstock_schema where fingerprint = %s", [RESTORED]).fetchone():
        return
    for room in AFTER_RESTORE:  # by name: rooms above this one
        if find_spec(room):
            import_module(room).after_restore(conn)


def _run_django() -> None:
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    django.setup()
    loader = MigrationLoader(connection)
    _refuse_newer(set(loader.applied_migrations or ()), set(loader.disk_migrations or ()))
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def _refuse_newer(applied: set[tuple[str, str]], known: set[tuple[str, str]]) -> None:
    """Refuse a schema with migrations later than ours: this code would put its older functions into it."""
    latest: dict[str, str] = {}
    for app, name in known:
        latest[app] = max(latest.get(app, ""), name)
    later = sorted(f"{app}.{name}" for app, name in applied if app in latest and name[:4] > latest[app][:4])
    if later:
        raise Trouble(
            f"This database was written by a newer Penstock than {penstock.__version__} (it has {', '.join(later)}).",
            "Install that version or a newer one; or restore a backup made by this version.",
        )


def install_functions(conn: psycopg.Connection[Any]) -> None:
    """Execute every `<room>/sql/functions/*.sql` in the order of their names (CREATE OR REPLACE FUNCTION)."""
    root = Path(penstock.__file__).parent
    conn.execute("set local check_function_bodies = off")  # one may call another that comes later
    for file in sorted(root.glob("*/sql/functions/*.sql"), key=lambda f: f.name):
        try:
            conn.execute(file.read_text(encoding="utf-8").encode())
        except psycopg.Error as error:
            error.add_note(f"in {file.relative_to(root)}")
            raise


def main() -> int:
    """Migrate the database of the environment; on stdout what went wrong, as JSON."""
    try:
        _migrate()
    except Trouble as trouble:
        told = {"what": trouble.what, "cure": trouble.cure}
    except psycopg.Error as error:
        from penstock.platform.database import explain

        known = explain(error)
        if known is None:
            raise
        told = {"what": known.what, "cure": known.cure}
    else:
        return 0
    sys.stdout.write(json.dumps(told))
    return 1


if __name__ == "__main__":
    sys.exit(main())
