"""`penstock contacts …` from the outside: words, JSON, status."""

import json
from pathlib import Path

import pytest

from tests import commands
from tests.commands import Ran

FILE = "Email;Vorname\nanna@x.example;Anna\nbad;B\nanna@x.example;Anne\nben@x.example;Ben\n"


@pytest.fixture
def file(database: str, tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(FILE)
    return path


def run(*words: str) -> Ran:
    return commands.run("contacts", *words)


def test_import_count_export(file: Path) -> None:
    ran = run("import", str(file), "--list", "news", "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert {name: told[name] for name in ("rows", "created", "duplicates", "rejected", "attributes", "contacts")} == {
        "rows": 4, "created": 2, "duplicates": 1, "rejected": 1, "attributes": ["vorname"], "contacts": 2,
    }  # fmt: skip
    assert [(each["line"], each["kind"]) for each in told["problems"]] == [(2, "duplicate"), (3, "rejected")]
    again = run("import", str(file))
    assert again.returncode == 0
    assert "unchanged" in again.stdout
    assert "has no @" in again.stderr
    assert run("count").stdout == "2\n"
    assert json.loads(run("count", "--list", "news", "--json").stdout)["contacts"] == 2
    assert run("export", "--list", "news").stdout == "email,vorname\nanna@x.example,Anne\nben@x.example,Ben\n"
    assert "3,rejected,bad,has no @" in run("problems", str(told["import"])).stdout


def test_a_column_of_which_no_number_is_taken_is_told_of(file: Path) -> None:
    file.write_text("email,tel\na@x.example,0171 1234567\nb@x.example,0171 1234568\nc@x.example,1\n")
    ran = run("import", str(file))
    assert ran.returncode == 0
    assert "not one of the 3 telephone numbers was taken" in ran.stderr
    assert "In 3 lines the number has no country code" in ran.stderr
    ran = run("import", str(file), "--country", "DE", "--json")
    assert "not one of" not in ran.stderr
    assert json.loads(ran.stdout)["numbers"] == 2
    assert json.loads(run("import", str(file), "--phone-column", "", "--json").stdout)["attributes"] == [
        "tel"
    ]


def test_what_is_refused(file: Path) -> None:
    for words, told in [
        (("import", str(file), "--address-column", "phone"), "'Email', 'Vorname'"),
        (("import", str(file.parent / "none.csv")), "none.csv"),
        (("import", str(file.parent)), "folder"),
        (("count", "--list", "none"), "There is no list 'none'"),
        (("problems", "99"), "no import 99"),
    ]:
        ran = run(*words)
        assert ran.returncode == 2, (words, ran.stderr)
        assert told in ran.stderr
        assert "Traceback" not in ran.stderr
    file.write_text("email\nnobody\n")
    ran = run("import", str(file))
    assert ran.returncode == 1
    assert "has no @" in ran.stderr
