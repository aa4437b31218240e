"""A file becomes contacts in PostgreSQL: counts, merging, lists, reports, and all or nothing."""

import csv
import io
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.audience import contacts, importing, loading, problems
from penstock.audience.importing import ImportFileError, Progress, Result

Conn = psycopg.Connection[Any]


@pytest.fixture(params=["merging", "filling"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways into the table must do the same."""
    if request.param == "filling":
        monkeypatch.setattr(loading, "FILL_FROM", 0)
        monkeypatch.setattr(loading, "_FEW", 0.01)
    return str(request.param)


def load(conn: Conn, path: Path, text: str | bytes, **how: Any) -> Result:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return importing.import_file(conn, 1, path, **how)


def everybody(conn: Conn) -> dict[str, tuple[str, dict[str, str]]]:
    return {
        n: (a, v)
        for n, a, v in conn.execute(
            "select normal, address, attributes from audience_contact where account_id = 1"
        )
    }


def counted(result: Result) -> tuple[int, ...]:
    return result.rows, result.created, result.updated, result.unchanged, result.duplicates, result.rejected


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


FIRST = "Email,First name\nanna@x.example,Anna\nBen@X.example,Ben\nbad,Bad\nüli@bücher.example,Üli\nanna@x.example,Anne\n"


def test_an_import_counts_reports_and_merges(conn: Conn, way: str, file: Path) -> None:
    result = load(conn, file, FIRST, list_name="news")
    assert counted(result) == (5, 3, 0, 0, 1, 1)
    assert everybody(conn) == {
        "anna@x.example": ("anna@x.example", {"first_name": "Anne"}),
        "ben@x.example": ("Ben@X.example", {"first_name": "Ben"}),
        "üli@xn--bcher-kva.example": ("üli@bücher.example", {"first_name": "Üli"}),
    }
    assert problems.problems(conn, result.id) == [
        problems.Problem(2, "duplicate", "anna@x.example", "occurs again in line 6, which counts"),
        problems.Problem(4, "rejected", "bad", "has no @"),
    ]
    assert contacts.lists(conn, 1) == [("news", 3)]
    assert result.attributes == ("first_name",)
    row = conn.execute("select state, rows, created, list_id, name, columns from audience_import").fetchone()
    assert row == ("done", 5, 3, result.list, "contacts.csv", ["first_name"])


def test_importing_again_updates_and_touches_only_what_changed(conn: Conn, way: str, file: Path) -> None:
    load(conn, file, FIRST)
    before = dict(conn.execute("select normal, updated_at from audience_contact").fetchall())
    again = load(conn, file, FIRST, list_name="all")
    assert counted(again) == (5, 0, 0, 3, 1, 1)
    assert dict(conn.execute("select normal, updated_at from audience_contact").fetchall()) == before
    text = "mail,City,First name\nBEN@x.example,Bonn,Ben\nnew@x.example,Ulm,New\nanna@x.example,,Anne\nanna@x.example,Rom,Anne\n"
    assert counted(load(conn, file, text, list_name="all")) == (4, 1, 2, 0, 1, 0)
    assert everybody(conn)["ben@x.example"] == ("BEN@x.example", {"first_name": "Ben", "city": "Bonn"})
    assert everybody(conn)["anna@x.example"][1] == {"first_name": "Anne", "city": "Rom"}
    assert contacts.lists(conn, 1) == [("all", 4)]
    assert contacts.count(conn, 1) == 4
    ids = [row[0] for row in conn.execute("select id from audience_contact")]
    conn.execute(
        "insert into audience_contact (account_id, address, normal) values (1, 'z@x.example', 'z@x.example')"
    )
    assert conn.execute("select id from audience_contact where normal like 'z%'").fetchone()[0] > max(ids)  # type: ignore[index]
    with pytest.raises(psycopg.errors.UniqueViolation):
        conn.execute(
            "insert into audience_contact (account_id, address, normal) values (1, 'z', 'z@x.example')"
        )


def test_accounts_do_not_mix(conn: Conn, way: str, file: Path) -> None:
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'two', 'UTC', '{}', now())"
    )
    load(conn, file, FIRST)
    result = importing.import_file(conn, 2, file, list_name="news")
    assert counted(result) == (5, 3, 0, 0, 1, 1)
    assert contacts.count(conn, 1) == contacts.count(conn, 2) == 3
    assert len(set(conn.execute("select id from audience_contact").fetchall())) == 6


def test_the_ids_of_later_rows_are_free_and_constraints_are_those_of_the_model(
    conn: Conn, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = (
        "select conname, pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid in ('audience_contact'::regclass, 'audience_membership'::regclass) order by 1"
    )
    wanted = conn.execute(ask).fetchall()
    monkeypatch.setattr(loading, "FILL_FROM", 0)
    load(conn, file, FIRST, list_name="news")
    assert conn.execute(ask).fetchall() == wanted


def test_a_table_in_use_is_merged_into(
    conn: Conn, database: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "FILL_FROM", 0)
    with psycopg.connect(database) as reader:
        reader.execute("select count(*) from audience_contact")
        assert load(conn, file, FIRST).created == 3  # the reader's transaction still stands


@pytest.mark.parametrize(
    "text", [b"", b"PK\x03\x04xx", b"name\nAnna\n", b"email,name\n", b"email,name\n,\n\n"]
)
def test_an_unusable_file_changes_nothing(conn: Conn, way: str, file: Path, text: bytes) -> None:
    with pytest.raises(ImportFileError) as caught:
        load(conn, file, text, list_name="news")
    assert caught.value.what
    assert caught.value.cure
    assert contacts.count(conn, 1) == 0
    assert contacts.lists(conn, 1) == []
    assert conn.execute("select state from audience_import where state <> 'failed'").fetchall() == []
    assert load(conn, file, FIRST).created == 3


def test_giving_up_in_the_middle_leaves_nothing(conn: Conn, way: str, file: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.phase == "storing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(conn, file, FIRST, progress=stop)
    assert contacts.count(conn, 1) == 0
    assert conn.execute("select state, error from audience_import").fetchall() == [
        ("failed", "KeyboardInterrupt")
    ]


def test_progress_goes_through_its_phases(conn: Conn, file: Path) -> None:
    seen: list[Progress] = []
    lines = "".join(f"p{n}@x.example,{'x' * 50}\n" for n in range(20_000))
    load(conn, file, "email,note\n" + lines, progress=seen.append)
    phases = list(dict.fromkeys(each.phase for each in seen))
    assert phases == ["checking", "reading", "storing", "done"]
    reading = [each for each in seen if each.phase == "reading"]
    assert len(reading) > 3
    assert all(a.read <= b.read <= b.total for a, b in itertools.pairwise(reading))
    assert seen[-1].rows == 20_000


_VICTIM = """
import sys, psycopg, time
from pathlib import Path
from penstock.audience import importing
def watch(progress):
    if progress.phase == "storing":
        print("storing", flush=True); time.sleep(60)
conn = psycopg.connect(sys.argv[1], autocommit=True)
importing.import_file(conn, 1, Path(sys.argv[2]), list_name="news", progress=watch)
"""


def test_killed_in_the_middle_nothing_is_half_done(conn: Conn, database: str, file: Path) -> None:
    lines = "".join(f"p{n}@x.example,{'x' * 100}\n" for n in range(30_000))
    file.write_text("email,note\n" + lines)
    victim = subprocess.Popen(
        [sys.executable, "-c", _VICTIM, database, str(file)], stdout=subprocess.PIPE, text=True
    )
    assert victim.stdout is not None
    assert victim.stdout.readline() == "storing\n"
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    victim.stdout.close()
    deadline = time.monotonic() + 20
    while conn.execute(
        "select count(*) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and backend_type = 'client backend'"
    ).fetchone() != (0,):
        assert time.monotonic() < deadline
    assert contacts.count(conn, 1) == 0
    result = importing.import_file(conn, 1, file, list_name="news")
    assert result.created == 30_000
    assert conn.execute("select state from audience_import order by id").fetchall() == [
        ("failed",),
        ("done",),
    ]


def test_the_report_and_the_export_are_csv(conn: Conn, way: str, file: Path) -> None:
    text = 'email,Note,Prénom\na@x.example,"x, ""y""\nz",Zoë\n=cmd|x,b,c\nb@x.example,=1+1,\n'
    result = load(conn, file, text, list_name="news")
    report = list(csv.reader(io.StringIO(b"".join(problems.report(conn, result.id)).decode())))
    assert report == [["line", "kind", "value", "reason"], ["4", "rejected", "'=cmd|x", "has no @"]]
    exported = b"".join(contacts.export(conn, 1, result.list))
    assert list(csv.reader(io.StringIO(exported.decode()))) == [
        ["email", "note", "prénom"], ["a@x.example", 'x, "y"\nz', "Zoë"], ["b@x.example", "=1+1", ""],
    ]  # fmt: skip
    assert counted(load(conn, file, exported)) == (2, 0, 0, 2, 0, 0)
    assert contacts.find(conn, 1, "A@X.example").attributes["prénom"] == "Zoë"  # type: ignore[union-attr]
