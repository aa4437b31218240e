"""A full disk, on a small one of our own: a clear sentence, and everything committed is there afterwards."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from penstock.platform import database, embedded
from penstock.platform.trouble import Trouble
from tests import homes, needs


@pytest.fixture
def small_disk(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """PENSTOCK_HOME on a file system of 120 MB."""
    disk = own_home / "disk"
    disk.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=120M", "tmpfs", str(disk)], check=False
        ).returncode
    ):
        needs.missing("mounting a small disk needs root")
    home = disk / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("PENSTOCK_HOME", str(home))
    yield home
    embedded.stop(home)
    subprocess.run(["umount", str(disk)], check=True)


def fill(home: Path) -> Path:
    ballast = home / "ballast"
    with ballast.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(b"x" * 65_536)
        except OSError:
            return ballast


def test_disk_full_while_working_then_while_starting(small_disk):
    homes.copy(homes.made(), small_disk)
    with database.connect() as conn:
        conn.execute("create table kept as select 1 as one")
    ballast = fill(small_disk)
    with pytest.raises(psycopg.Error) as raised, database.connect() as conn:
        conn.execute(
            "create table much as select repeat(md5(i::text), 100) from generate_series(1, 50000) as i"
        )
    told = database.explain(raised.value)
    assert told is None or "full" in told.what  # None: the server had to stop, the next connection tells
    embedded.stop(small_disk)
    fill(small_disk).rename(small_disk / "ballast2")
    with pytest.raises(Trouble, match="is full") as refused:
        database.connect()
    assert "Free some space" in refused.value.cure
    ballast.unlink(missing_ok=True)
    (small_disk / "ballast2").unlink()
    with database.connect() as conn:
        assert conn.execute("select one from kept").fetchone() == (1,)


def test_disk_full_at_the_very_first_start(small_disk):
    fill(small_disk)
    with pytest.raises(Trouble, match="is full"):
        database.url()
    (small_disk / "ballast").unlink()
    assert database.url()
