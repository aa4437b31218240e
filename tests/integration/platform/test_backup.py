"""Backup and restore, with data."""

import json
import stat
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from penstock.platform import backup, database, embedded, environment, migrate, postmaster, presence
from penstock.platform.restore import restore
from penstock.platform.trouble import Trouble
from tests import homes, postgres
from tests.integration.platform.command import Command

KEY = b"0123456789abcdef" * 4


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a home with a table `kept`, an upload and a key of its own."""
    file = tmp_path_factory.mktemp("saved") / "one.backup"
    with postgres.home() as home:
        homes.copy(homes.migrated(), home)
        (home / "secret.key").write_bytes(KEY + b"\n")
        (home / "secret.key").chmod(0o600)
        (environment.uploads() / "logo.png").write_bytes(b"\x89PNG")
        with database.connect() as conn:
            conn.execute("update penstock_schema set key_fingerprint = null")  # it had another key
            conn.execute(
                "create table kept as select i, 'Zoë ' || i as name from generate_series(1, 1000) as i"
            )
        told = backup.backup(file)
        assert told.bytes == file.stat().st_size
    return file


def new_home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = own_home / "new"
    monkeypatch.setenv("PENSTOCK_HOME", str(home))
    return environment.home()


def test_backup_is_one_private_file(saved):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with tarfile.open(saved) as tar:
        assert set(tar.getnames()) == {
            "manifest.json",
            "secret.key",
            "database.dump",
            "uploads",
            "uploads/logo.png",
        }
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["fingerprint"] == migrate.fingerprint()
    assert [one.name for one in saved.parent.iterdir()] == [saved.name], "nothing passing is left"


def test_restore_into_an_empty_home(saved, own_home, monkeypatch):
    home = new_home(own_home, monkeypatch)
    restored = restore(saved)
    assert restored.kept == []
    assert restored.manifest.taken_at in restored.notes[0]
    assert environment.secret_key() == KEY
    assert (home / "uploads" / "logo.png").read_bytes() == b"\x89PNG"
    database.ready()
    with database.connect() as conn:
        assert conn.execute("select count(*), max(name) from kept").fetchone() == (1000, "Zoë 999")
        assert conn.execute("select restored_from::text from penstock_schema").fetchone()[0]
        assert conn.execute("select count(*) from account_account").fetchone() == (1,)
    assert not (home / "restoring").exists()
    embedded.leave(home)


def test_restore_refuses_a_home_with_a_database_unless_forced(saved, ready_home, monkeypatch):
    monkeypatch.setenv("PENSTOCK_HOME", str(ready_home))
    with database.connect() as conn:
        conn.execute("create table newer as select 1 as one")
    embedded.leave(ready_home)
    with pytest.raises(Trouble, match="is not empty"):
        restore(saved)
    (ready_home / "secret.key").write_bytes(b"f" * 64)
    restored = restore(saved, force=True)
    assert str(ready_home / "postgres.before-restore") in restored.kept
    assert (ready_home / "secret.key.before-restore").read_bytes() == b"f" * 64
    with database.connect() as conn:
        assert conn.execute("select to_regclass('newer'), count(*) from kept").fetchone() == (None, 1000)


def test_restore_refuses_a_home_in_use(saved, ready_home):
    with Command(ready_home) as other:
        assert other.started
        with pytest.raises(Trouble, match=f"in use.*{other.process.pid}"):
            restore(saved, force=True)
        assert presence.others(ready_home)


def test_failed_restore_changes_nothing(saved, ready_home, monkeypatch):
    """The schema in the backup turns out to be a newer Penstock's."""
    with database.connect() as conn:
        conn.execute("create table old as select 1 as one")
    embedded.leave(ready_home)
    monkeypatch.setattr(
        migrate, "bring_up", lambda *_, **__: (_ for _ in ()).throw(Trouble("a newer Penstock"))
    )
    with pytest.raises(Trouble, match="a newer Penstock"):
        restore(saved, force=True)
    assert not (ready_home / "restoring").exists()
    assert not (ready_home / "postgres.before-restore").exists()
    assert not [pid for pid, folder in postmaster.everywhere() if folder.startswith(str(ready_home))]
    with database.connect() as conn:
        assert conn.execute("select one from old").fetchone() == (1,)


def test_backup_while_rows_are_written_is_one_snapshot(ready_home, tmp_path, monkeypatch, until):
    """Two rows are always written together: no backup has one without the other."""
    with database.connect() as conn:
        conn.execute("create table pair (a int, b int)")
    stop = threading.Event()

    def write() -> None:
        with closing(psycopg.connect(database.url())) as writer:
            number = 0
            while not stop.is_set():
                number += 1
                writer.execute("insert into pair values (%s, null)", [number])
                writer.execute("insert into pair values (null, %s)", [number])
                writer.commit()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        with database.connect() as conn:
            more = "select count(*) > 10 from pair"
            until(lambda: conn.execute(more).fetchone()[0], "rows are being written")
        backup.backup(tmp_path / "b")
    finally:
        stop.set()
        writing.join()
    embedded.leave(ready_home)
    home = new_home(ready_home, monkeypatch)
    restore(tmp_path / "b")
    with database.connect() as conn:
        assert conn.execute("select count(a) = count(b), count(*) > 0 from pair").fetchone() == (True, True)
    embedded.leave(home)


def test_given_database_keeps_the_old_schema(saved, server, own_home, monkeypatch):
    name = "restore_target"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"create database {name}")
    monkeypatch.setenv("PENSTOCK_DATABASE_URL", server.replace("/penstock?", f"/{name}?"))
    new_home(own_home, monkeypatch)
    try:
        assert restore(saved).kept == []
        database.ready()
        with pytest.raises(Trouble, match="not empty") as refused:
            restore(saved)
        assert "PENSTOCK_DATABASE_URL" in refused.value.cure
        assert "PENSTOCK_HOME" not in refused.value.cure
        kept = restore(saved, force=True).kept
        assert kept[0].startswith("schema before_restore_")
        with database.connect() as conn:
            assert conn.execute("select count(*) from kept").fetchone() == (1000,)
            row = conn.execute(f"select count(*) from {kept[0].removeprefix('schema ')}.kept").fetchone()
            assert row == (1000,)
            with pytest.raises(Trouble, match="in use"):
                restore(saved, force=True)
    finally:
        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"drop database {name} with (force)")


def test_a_key_given_beside_the_restored_one_is_told_and_refused(saved, own_home, monkeypatch):
    home = new_home(own_home, monkeypatch)
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "x" * 64)
    assert "PENSTOCK_SECRET_KEY differs" in restore(saved).notes[1]
    with pytest.raises(Trouble, match="another secret key"):
        database.ready()
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", KEY.decode())
    database.ready()
    embedded.leave(home)


def test_existing_file_is_not_overwritten(ready_home, tmp_path):
    file = tmp_path / "precious"
    file.write_text("x")
    with pytest.raises(Trouble, match="exists already"):
        backup.backup(file)
    assert file.read_text() == "x"


@pytest.mark.parametrize("content", [b"", b"not a tar at all", b"\0" * 10240])
def test_what_is_no_backup_is_refused(own_home, tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(Trouble, match="no backup of Penstock"):
        restore(tmp_path / "x")
    with pytest.raises(Trouble, match="no file"):
        restore(tmp_path / "absent")


def test_archive_cannot_write_outside(own_home, tmp_path, saved):
    evil = tmp_path / "evil"
    with tarfile.open(saved) as good, tarfile.open(evil, "w") as tar:
        for entry in good:
            tar.addfile(entry, good.extractfile(entry) if entry.isfile() else None)
        tar.addfile(tarfile.TarInfo("uploads/../../../../tmp/penstock-evil"))
    with pytest.raises(Trouble, match="no backup holds"):
        restore(evil, force=True)
    assert not Path("/tmp/penstock-evil").exists()
