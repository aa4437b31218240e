"""An uploaded file becomes an import that a worker of this home does."""

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.audience import contacts, importing, imports, jobs, uploads
from penstock.audience.imports import Import, UnknownImport
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.platform import environment
from penstock.platform import jobs as platform

Conn = psycopg.Connection[Any]
ANNA = Actor("Anna", EVERY_ROLE, "api", 1)


@pytest.fixture(autouse=True)
def _no_files() -> None:
    """The home is that of all tests."""
    for file in files():
        file.unlink()


def upload(conn: Conn, content: bytes, name: str = "people.csv", **how: Any) -> int:
    return uploads.enqueue(conn, 1, uploads.keep([content]), ANNA, name=name, **how)


def work(conn: Conn, number: int) -> Import:
    asyncio.run(platform.work(wait=False))
    return imports.require(conn, 1, number)


def files() -> list[Path]:
    return sorted(environment.uploads().glob("*.csv"))


def test_a_worker_imports_the_file_and_removes_it(conn: Conn) -> None:
    number = upload(conn, b"email,name\na@x.example,A\nnobody,B\n", list_name="news")
    (file,) = files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    waiting = imports.require(conn, 1, number)
    assert (waiting.state, waiting.name, waiting.finished_at) == ("waiting", "people.csv", None)
    done = work(conn, number)
    assert (done.state, done.rows, done.created, done.rejected, done.columns) == ("done", 2, 1, 1, ["name"])
    assert contacts.lists(conn, 1) == [("news", 1)]
    assert files() == []
    (problem,) = imports.problems(conn, 1, number, limit=9)
    assert (problem.line, problem.kind) == (3, "rejected")
    assert imports.problems(conn, 1, number, limit=9, after=3) == []
    for stranger in (
        lambda: imports.require(conn, 2, number),
        lambda: imports.problems(conn, 2, number, limit=9),
    ):
        with pytest.raises(UnknownImport):
            stranger()


def test_a_file_that_is_unusable_says_why_under_its_own_name(conn: Conn) -> None:
    number = upload(conn, b"name\nA\n", name="bad.csv")
    failed = work(conn, number)
    assert (failed.state, failed.error_code) == ("failed", "no_address_column")
    empty = work(conn, upload(conn, b"email\n", name="nobody.csv"))
    assert (empty.state, empty.error_code) == ("failed", "no_rows")
    assert empty.error
    assert empty.error.startswith("nobody.csv has column names")
    assert str(environment.home()) not in empty.error
    assert files() == []


def test_the_column_of_addresses_can_be_named(conn: Conn) -> None:
    assert work(conn, upload(conn, b"kontakt\na@x.example\n", address_column="Kontakt")).created == 1


def test_what_a_worker_left_is_done_by_the_next(conn: Conn) -> None:
    number = upload(conn, b"email\na@x.example\n")
    # As a worker leaves it that was killed: running, without the lock.
    conn.execute("update audience_import set state = 'running' where id = %s", (number,))
    assert work(conn, number).state == "done"
    assert uploads.wanted(conn, number) is None
    jobs.import_upload(number)  # once more, as after a lost answer
    assert contacts.count(conn, 1) == 1


def test_an_import_that_somebody_does_is_left_to_them(conn: Conn, database: str) -> None:
    number = upload(conn, b"email\na@x.example\n")
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s, %s)", (importing.LOCK, number))
        with pytest.raises(importing.AlreadyImported):
            importing.import_file(conn, 1, files()[0], number=number)
    assert imports.require(conn, 1, number).state == "waiting"


def test_progress_is_seen_while_the_import_runs(conn: Conn, database: str) -> None:
    number = upload(conn, b"email\na@x.example\n")
    with psycopg.connect(database, autocommit=True) as notes:
        jobs._noted(notes, number)(importing.Progress("storing", 5, 9, 1))
    assert imports.require(conn, 1, number).progress == {"phase": "storing", "read": 5, "total": 9, "rows": 1}


def test_imports_are_paged_newest_first(conn: Conn) -> None:
    numbers = [upload(conn, b"email\na@x.example\n") for _ in range(3)]
    assert [each.id for each in imports.page(conn, 1, limit=2)] == numbers[:0:-1]
    assert [each.id for each in imports.page(conn, 1, limit=2, before=numbers[1])] == numbers[:1]
    assert imports.page(conn, 2, limit=2) == []


def test_a_worker_elsewhere_leaves_files_of_this_home_alone(
    conn: Conn, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = upload(conn, b"email\na@x.example\n")
    home, key = os.environ["PENSTOCK_HOME"], environment.secret_key().decode()
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", key)
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path))
    assert work(conn, number).state == "waiting"
    monkeypatch.setenv("PENSTOCK_HOME", home)
    assert work(conn, number).state == "done"


def test_too_much_and_nothing_are_refused_and_leave_no_file(conn: Conn) -> None:
    with pytest.raises(uploads.TooLarge):
        uploads.keep([b"12345", b"67890"], most=9)
    with pytest.raises(uploads.UploadProblem, match="empty"):
        uploads.keep([])
    assert files() == []


def test_files_that_no_import_waits_for_are_swept(conn: Conn) -> None:
    orphan = uploads.keep([b"x"])
    upload(conn, b"email\na@x.example\n")
    (kept,) = set(files()) - {orphan}
    for file in (orphan, kept):
        os.utime(file, (1, 1))
    upload(conn, b"email\nb@x.example\n")
    assert orphan not in files()
    assert kept in files()
