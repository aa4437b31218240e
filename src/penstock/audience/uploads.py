"""Uploaded files: kept in the home (mode 0600) until a worker there has imported them."""

import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.platform import environment, jobs
from penstock.platform.database import sql

LARGEST: Final = 2 << 30  # bytes of one file: some 20 million contacts
KEPT: Final = 86_400.0  # seconds after which a file that no import waits for is removed


class UploadProblem(ValueError):
    """A body that cannot become an import; nothing was kept."""


class TooLarge(UploadProblem):
    """The file is larger than LARGEST."""

    def __init__(self) -> None:
        super().__init__(
            f"The file has more than {LARGEST:,} bytes. Split it, or use `penstock contacts import`."
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an import that waits is to do."""

    account: int
    path: Path
    name: str
    list_name: str | None
    address_column: str | None
    phone_column: str | None
    country: str | None


def keep(blocks: Iterable[bytes], *, most: int = LARGEST) -> Path:
    """Write an upload to a file of its own in the home, mode 0600, and return it. Raises TooLarge, UploadProblem (empty)."""
    file = environment.uploads() / f"{secrets.token_hex(16)}.csv"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    taken = 0
    try:
        with os.fdopen(descriptor, "wb") as out:
            for block in blocks:
                taken += len(block)
                if taken > most:
                    raise TooLarge
                out.write(block)
        if not taken:
            raise UploadProblem("The body is empty. Send the CSV file as the body of the request.")
        environment.belong(file, file.parent)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return file


def enqueue(
    conn: psycopg.Connection[Any], account: int, file: Path, actor: Actor, *,
    name: str, list_name: str | None = None, address_column: str | None = None, phone_column: str | None = None,
    country: str | None = None,
) -> int:  # fmt: skip
    """Let a worker of this home import a kept file; return the import's number."""
    wanted = {
        "file": file.name, "list": list_name, "address_column": address_column, "phone_column": phone_column, "country": country
    }  # fmt: skip
    with conn.transaction():
        row = conn.execute(
            "insert into audience_import (account_id, name, state, wanted) values (%s, %s, 'waiting', %s) returning id",
            (account, name, Jsonb(wanted)),
        ).fetchone()
        assert row is not None
        number = int(row[0])
        jobs.defer(conn, "import_upload", queue=jobs.home_queue(), number=number)
        journal.append(
            conn, account=account, mailing=None, actor=actor.name, door=actor.door, command="import",
            data={"import": number, "name": name, "list": list_name},
        )  # fmt: skip
    _sweep(conn)
    return number


def wanted(conn: psycopg.Connection[Any], number: int) -> Wanted | None:
    """Return what import `number` is to do; None when there is nothing left to do."""
    row = conn.execute(
        "select account_id, name, wanted from audience_import where id = %s and wanted is not null and state <> 'done'",
        (number,),
    ).fetchone()
    if row is None:
        return None
    account, name, given = row
    return Wanted(
        account, environment.uploads() / given["file"], name, given["list"], given["address_column"],
        given.get("phone_column"), given.get("country"),
    )  # fmt: skip


def _sweep(conn: psycopg.Connection[Any]) -> None:
    """Remove files whose web process died before it could enqueue them."""
    old = time.time() - KEPT
    files = [file for file in environment.uploads().glob("*.csv") if _made(file) < old]
    if not files:
        return
    rows = conn.execute(sql("penstock.audience", "files_in_use"), {"files": [file.name for file in files]})
    used = {name for (name,) in rows}
    for file in files:
        if file.name not in used:
            file.unlink(missing_ok=True)


def _made(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return time.time()
