"""Homes in awkward places, and other people's folders."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from penstock.platform import database, embedded, ownership, postmaster, socketfolder
from penstock.platform.trouble import Trouble
from tests import homes, needs
from tests.integration.platform.command import Command, python_of

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.mark.parametrize("name", ["long" * 30, "a, b \"c\" 'd' ü % ?&#"])
def test_awkward_path(own_home, monkeypatch, name):
    home = own_home / name
    home.mkdir()
    homes.copy(homes.made(), home)
    monkeypatch.setenv("PENSTOCK_HOME", str(home))
    with database.connect() as conn:
        assert conn.execute("select 1").fetchone() == (1,)
        with Command(home) as other:
            assert other.started["postmaster"] == postmaster.running(embedded.data_folder(home.resolve()))
    embedded.leave(home)
    assert postmaster.running(embedded.data_folder(home)) is None


def test_home_reached_through_a_link_is_the_same_home(home, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(home)
    with Command(home) as one, Command(link) as other:
        assert one.started["postmaster"] == other.started["postmaster"]


def test_short_socket_folder_of_somebody_else_is_refused():
    data = Path("/tmp") / ("x" * 120)
    folder = socketfolder.socket_folder(data, None)
    try:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder.chmod(0o777)
        with pytest.raises(Trouble, match="open to others"):
            socketfolder.socket_folder(data, None)
        folder.rmdir()
        folder.symlink_to("/tmp")
        with pytest.raises(Trouble, match="belongs to somebody else"):
            socketfolder.socket_folder(data, None)
    finally:
        folder.unlink() if folder.is_symlink() else folder.rmdir()


def test_folder_without_a_database_is_not_touched(own_home):
    (own_home / "postgres").mkdir()
    precious = own_home / "postgres" / "thesis.txt"
    precious.write_text("years of work")
    with pytest.raises(Trouble, match="holds no database"):
        database.url()
    assert precious.read_text() == "years of work"


def modes(folder: Path) -> dict[Path, int]:
    return {place: stat.S_IMODE(place.stat().st_mode) for place in [folder, *folder.parents]}


@root_only
def test_root_lets_only_the_servers_user_walk_through(own_home, monkeypatch):
    closed = own_home / "closed"
    home = closed / "home"
    home.mkdir(parents=True)
    closed.chmod(0o700)
    homes.copy(homes.made(), home)
    home.chmod(0o700)
    monkeypatch.setenv("PENSTOCK_HOME", str(home))
    before = modes(Path("/tmp"))
    with database.connect() as conn:
        assert conn.execute("select 1").fetchone() == (1,)
    user = ownership.server_user(home)
    pid = postmaster.running(embedded.data_folder(home.resolve()))
    assert Path(f"/proc/{pid}").stat().st_uid == user[0] != 0
    assert closed in ownership.granted(home, user)
    assert modes(Path("/tmp")) == before
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
    as_server = {"user": user[0], "group": user[1], "extra_groups": []}
    assert subprocess.run(["ls", str(closed)], capture_output=True, **as_server).returncode, "may not list it"
    assert subprocess.run(["ls", str(home / "run")], capture_output=True, user="nobody").returncode
    assert not subprocess.run(["test", "-d", str(home)], **as_server).returncode, "may walk through it"
    assert subprocess.run(
        ["test", "-d", str(home)], user="nobody", group="nogroup", extra_groups=[]
    ).returncode


@root_only
def test_access_list_is_extended_not_replaced(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o700)
    ownership._write_entry(folder, 4001)
    ownership._write_entry(folder, 4002)
    ownership._write_entry(folder, 4002)
    named = [entry for entry in ownership._entries(folder) if entry[0] == 2]
    assert named == [(2, 1, 4001), (2, 1, 4002)]
    assert ownership._entries(folder)[0] == (1, 7, 0xFFFFFFFF)


@root_only
def test_without_access_lists_a_folder_gets_search_for_others_only(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "plain"
    folder.mkdir(mode=0o700)

    def unsupported(*_: object) -> None:
        raise OSError("Operation not supported")

    monkeypatch.setattr(os, "setxattr", unsupported)
    ownership._let_pass(folder, (4001, 4001))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o701
    assert "o+x" in capsys.readouterr().err


@root_only
def test_root_on_a_users_home_leaves_it_usable_for_the_user(own_home, monkeypatch):
    """`sudo penstock doctor` must not take a home away from its owner."""
    python = python_of("nobody") or needs.missing("no Python here that another user may run")
    person = {"python": python, "user": "nobody", "group": "nogroup", "extra_groups": []}
    shutil.chown(own_home, "nobody", "nogroup")
    with database.connect() as conn:
        assert conn.execute("select 1").fetchone() == (1,)
    owner = own_home.stat().st_uid
    assert (own_home / "postgres").stat().st_uid == owner
    with Command(own_home, **person) as command:
        assert command.ask("select 1")["answer"] == [1]
        embedded.leave(own_home)
    assert postmaster.running(own_home / "postgres") is None
    with Command(own_home, **person) as command:
        assert command.ask("select 1")["answer"] == [1]


@root_only
def test_another_users_database_is_refused(home):
    python = python_of("nobody") or needs.missing("no Python here that another user may run")
    home.chmod(0o777)
    shutil.rmtree(home / "run")
    command = Command(home, python, user="nobody", group="nogroup", extra_groups=[])
    with pytest.raises(AssertionError, match="belongs to another user"):
        assert command.started
    command.process.communicate()
