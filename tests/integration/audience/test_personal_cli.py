"""`penstock contacts story`, `data` and `erase` from the outside."""

import json
import zipfile
from pathlib import Path

from tests import commands


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
