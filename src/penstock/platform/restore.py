"""A backup brought back. Everything is prepared aside and tried before the old is moved out of the way.

Embedded: a second server in `<home>/restoring` takes the dump, is migrated and stopped; then the folders
change places, and what was there is kept as `….before-restore`. With `PENSTOCK_DATABASE_URL`: the schema
`public` is renamed to `before_restore_…` and a new one filled; any failure takes that back.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from penstock.platform import archive, cluster, database, embedded, environment, migrate, presence
from penstock.platform.archive import Manifest
from penstock.platform.backup import pg
from penstock.platform.environment import belong
from penstock.platform.trouble import Trouble


@dataclass(frozen=True)
class Restored:
    """What was restored, where the old is kept (folders, or the name of a schema), and what to know."""

    manifest: Manifest
    kept: list[str]
    notes: list[str]


def restore(file: Path, force: bool = False) -> Restored:
    """Bring the backup `file` back into an empty home; nothing starts to send by itself afterwards.

    Where something is there already it is refused without `force`, and kept aside with it. Raises Trouble:
    no backup, not empty, still in use, written by a newer Penstock; the installation is then as it was.
    """
    home = environment.home().resolve()
    manifest = archive.read_manifest(file)
    _refuse_in_use(home)
    with _scratch(home) as scratch:
        archive.unpack(file, scratch)
        if environment.given_database_url():
            kept = _into_given_database(scratch, manifest, force)
        else:
            kept = _into_home(home, scratch, manifest, force)
        kept += _take_files(home, scratch)
    return Restored(manifest, kept, _notes(home, manifest))


def _refuse_in_use(home: Path) -> None:
    using = presence.others(home)
    if using:
        who = ", ".join(f"{one.command} (pid {one.pid})" for one in using)
        raise Trouble(f"The home {home} is in use: {who}.", "Run `penstock down` first.")


def _refuse_not_empty(what: str, cure: str) -> None:
    raise Trouble(
        f"{what} is not empty; restoring would replace what is there.",
        f"{cure}, or repeat with --force: the old is kept aside then.",
    )


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """Give `<home>/restoring`: on the same disk, so that its folders can be moved into place."""
    scratch = home / "restoring"
    if scratch.exists():  # of a restore that was killed
        embedded.stop(scratch)
        shutil.rmtree(scratch)
    scratch.mkdir(mode=0o700)
    belong(scratch, home)
    try:
        yield scratch
    finally:
        embedded.leave(scratch)
        shutil.rmtree(scratch, ignore_errors=True)


def _into_home(home: Path, scratch: Path, manifest: Manifest, force: bool) -> list[str]:
    data = embedded.data_folder(home)
    if data.exists() and not force:
        _refuse_not_empty(f"The home {home}", "Set PENSTOCK_HOME to a new folder")
    url = embedded.join(scratch)
    with closing(psycopg.connect(url, autocommit=True, application_name="penstock restore")) as conn:
        _fill(conn, scratch, manifest)
    _bring_up(url, scratch)
    embedded.leave(scratch)
    embedded.leave(home)
    with presence.one_at_a_time(home, "waiting for the database"):
        _refuse_in_use(home)
        cluster.stop(data)  # left by a killed command
        kept = [_set_aside(data)] if data.exists() else []
        embedded.data_folder(scratch).rename(data)
    return kept


def _into_given_database(scratch: Path, manifest: Manifest, force: bool) -> list[str]:
    with closing(database.connect(name="penstock restore")) as conn:
        migrate.check_server(conn)
        _refuse_busy(conn)
        aside = f"before_restore_{datetime.now(UTC):%Y%m%d_%H%M%S}"
        filled = _has_tables(conn)
        if filled and not force:
            cure = "Set PENSTOCK_DATABASE_URL to an empty database (createdb makes one)"
            _refuse_not_empty("The database of PENSTOCK_DATABASE_URL", cure)
        _make_room(conn, aside)
        try:
            _fill(conn, scratch, manifest)
            _bring_up(environment.given_database_url(), scratch)
        except BaseException:
            conn.execute(f'drop schema public cascade; alter schema "{aside}" rename to public'.encode())
            raise
        if filled:
            return [f"schema {aside}"]
        conn.execute(f'drop schema "{aside}" cascade'.encode())
        return []


def _make_room(conn: psycopg.Connection[Any], aside: str) -> None:
    try:
        conn.execute(f'alter schema public rename to "{aside}"; create schema public'.encode())
    except psycopg.errors.InsufficientPrivilege as error:
        raise Trouble(
            f"The database user may not replace the schema public: {error}",
            "Make that user the owner of the database (ALTER DATABASE … OWNER TO …).",
        ) from error


def _bring_up(url: str, scratch: Path) -> None:
    """Migrate, with the key of the backup: without one in the environment the home would get a new key."""
    migrate.bring_up(url, PENSTOCK_SECRET_KEY=(scratch / archive.KEY).read_text().strip())


def _refuse_busy(conn: psycopg.Connection[Any]) -> None:
    rows = conn.execute(
        "select application_name, pid from pg_stat_activity where datname = current_database() "
        "and application_name like 'penstock%%' and pid <> pg_backend_pid()"
    ).fetchall()
    if rows:
        who = ", ".join(f"{name} (session {pid})" for name, pid in rows)
        raise Trouble(
            f"The database is in use: {who}.", "Stop Penstock on every machine first (`penstock down`)."
        )


def _has_tables(conn: psycopg.Connection[Any]) -> bool:
    row = conn.execute(
        "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')"
    ).fetchone()
    return row is not None and row[0] > 0


def _fill(conn: psycopg.Connection[Any], scratch: Path, manifest: Manifest) -> None:
    """Load the dump, and mark it as restored before anybody else may migrate (and use) it."""
    conn.execute("select pg_advisory_lock(%s)", [migrate.LOCK])
    try:
        pg(
            "pg_restore",
            conn,
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--clean",  # `public` exists already
            "--if-exists",
            str(scratch / archive.DUMP),
        )
        conn.execute(
            "insert into penstock_schema (fingerprint, version, restored_from) values (%s, %s, %s)",
            [migrate.RESTORED, manifest.penstock, manifest.taken_at],
        )
    finally:
        conn.execute("select pg_advisory_unlock(%s)", [migrate.LOCK])


def _take_files(home: Path, scratch: Path) -> list[str]:
    """Put the secret key and the uploads of the backup into the home; what differs there is kept aside."""
    kept = []
    for name in (archive.KEY, archive.UPLOADS):
        new, old = scratch / name, home / name
        if not new.exists():
            continue
        if old.is_dir() and not any(old.iterdir()):  # made when the settings were read; nothing to keep
            old.rmdir()
        if old.exists() and not (old.is_file() and old.read_bytes().strip() == new.read_bytes().strip()):
            kept.append(_set_aside(old))
        for path in (new, *new.rglob("*")):
            belong(path, home)
        new.replace(old)
    return kept


def _set_aside(path: Path) -> str:
    aside, number = path.with_name(path.name + ".before-restore"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.before-restore.{number}")
    path.rename(aside)
    return str(aside)


def _notes(home: Path, manifest: Manifest) -> list[str]:
    notes = [
        f"Restored from a backup of {manifest.taken_at}. What was sent after that is unknown here: mailings "
        "that were running are interrupted. Look at each before you resume it."
    ]
    given = os.environ.get("PENSTOCK_SECRET_KEY", "").strip().encode()
    if given and given != (home / archive.KEY).read_bytes().strip():
        notes.append(
            "PENSTOCK_SECRET_KEY differs from the key in the backup, to which the database belongs: set it to "
            f"the one now in {home / archive.KEY}, or leave it out. Nothing works before."
        )
    return notes
