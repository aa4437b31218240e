"""`penstock contacts story`, `data` and `erase` from the outside."""

import json
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.audience import contacts, editing
from penstock.cli import dossier
from tests import commands

Conn = psycopg.Connection[Any]


def test_a_person_is_told_given_out_and_erased(database: str, tmp_path: Path) -> None:
    file, out = tmp_path / "people.csv", tmp_path / "anna.zip"
    file.write_text("Email,Vorname\nanna@x.example,Anna\nben@x.example,Ben\n")
    assert commands.run("contacts", "import", str(file), "--list", "news").returncode == 0

    ran = commands.run("contacts", "story", "Anna@X.example")
    assert "people.csv" in ran.stdout, ran.stderr
    assert commands.run("contacts", "data", "anna@x.example", "--output", str(out)).returncode == 0
    assert "personal-data.json" in zipfile.ZipFile(out).namelist()

    unasked = commands.run("contacts", "erase", "anna@x.example")
    assert (unasked.returncode, "--yes" in unasked.stderr) == (2, True)
    ran = commands.run("contacts", "erase", "nobody@x.example", "--file", str(file), "--yes", "--json")
    assert json.loads(ran.stdout) == {"addresses": 3, "erased": 2, "traces": 0, "rows": 0, "unknown": 1}
    kept = tmp_path / "erased.csv"
    kept.write_text(commands.run("contacts", "erased").stdout)
    assert len(kept.read_text().splitlines()) == 3
    assert "to be erased again" in commands.run("contacts", "erase", "--again", str(kept), "--yes").stderr
    gone = commands.run("contacts", "story", "anna@x.example")
    assert (gone.returncode, "no contact" in gone.stderr) == (2, True)


def test_a_number_of_several_tells_all_and_gives_out_one(
    conn: Conn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, out = "+33612345678", tmp_path / "ben.zip"
    anna, ben = (editing.create(conn, 1, f"{name}@x.example", {}, phone=number) for name in ("anna", "ben"))
    ran = commands.run("contacts", "story", number)
    assert ran.stdout.startswith(f"contact {anna.id}, anna@x.example\n"), ran.stderr
    assert ran.stdout.index(f"\n\ncontact {ben.id}, ben@x.example\nat ") > 0
    told = json.loads(commands.run("contacts", "story", number, "--json").stdout)
    assert [(each["contact"], each["address"]) for each in (told, *told["others"])] == [
        (anna.id, "anna@x.example"), (ben.id, "ben@x.example"),
    ]  # fmt: skip
    ran = commands.run("contacts", "data", number, "--output", str(out))
    assert (ran.returncode, out.exists()) == (2, False)
    assert f"is the number of 2 contacts: {anna.id} (anna@x.example), {ben.id} (ben@x.example)." in ran.stderr
    assert commands.run("contacts", "data", number, "--contact", str(ben.id), "-o", str(out)).returncode == 0
    assert "ben@x.example" in zipfile.ZipFile(out).read("personal-data.json").decode()
    ran = commands.run("contacts", "story", "anna@x.example", "--contact", str(ben.id))
    assert f"Contact {ben.id} does not have anna@x.example; {anna.id} (anna@x.example) has." in ran.stderr
    asked: list[str] = []
    monkeypatch.setattr(dossier, "agree", lambda question, **_: asked.append(question))
    dossier.erase(conn, 1, [number], None, False, False, True)
    assert f"the number of 2 contacts: {anna.id} (anna@x.example)" in asked[0]


def test_a_number_of_more_than_are_named_is_no_number_of_so_many(
    conn: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "+33612345678"
    for n in range(contacts.SHARING + 1):
        editing.create(conn, 1, f"p{n}@x.example", {}, phone=number)
    asked: list[str] = []
    monkeypatch.setattr(dossier, "agree", lambda question, **_: asked.append(question))
    dossier.erase(conn, 1, [number], None, False, False, True)
    assert f"the number of more than {contacts.SHARING} contacts: " in asked[0]
    assert contacts.count(conn, 1) == 0, "all who have it"
