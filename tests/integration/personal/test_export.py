"""What a person is given: everything of theirs that the erasure would take, and nothing of anybody else."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.audience.contacts import UnknownContact
from penstock.personal import export
from penstock.platform import zipping
from tests.integration.delivery import stage
from tests.integration.personal.scene import ADDRESS, NAME, written_down

Conn = psycopg.Connection[Any]


@pytest.fixture
def opened(conn: Conn, tmp_path: Path) -> zipfile.ZipFile:
    person, _ = written_down(conn, tmp_path)
    out = io.BytesIO()
    zipping.write(conn, export.archive(conn, 1, person.id), out)
    return zipfile.ZipFile(out)


def test_everything_of_theirs_is_in_it(opened: zipfile.ZipFile) -> None:
    told = json.loads(opened.read("personal-data.json"))
    assert told["contact"]["address"] == ADDRESS
    assert told["contact"]["attributes"]["last_name"] == NAME
    assert [each["state"] for each in told["mailings"]] == ["waiting", "skipped", "bounced", "accepted"]
    assert told["mailings"][0]["subject"] == "News"
    parts = (
        "events",
        "bounces",
        "orders",
        "tests",
        "lists",
        "suppressions",
        "former_addresses",
        "imports",
        "findings",
        "journal",
    )
    assert [name for name in parts if not told[name]] == []
    assert told["orders"][0]["amount"] == "7.50"
    assert told["former_addresses"][0]["address"] == "annegret@old.example"
    assert {name.removesuffix(".csv") for name in opened.namelist() if name.endswith(".csv")} == {
        *parts,
        "mailings",
        "contact",
    }
    assert b"7.50,EUR" in opened.read("orders.csv")


def test_nothing_of_others_is_in_it(opened: zipfile.ZipFile) -> None:
    whole = b"".join(map(opened.read, opened.namelist())).decode()
    assert stage.address(1) not in whole
    assert "anna" not in whole.replace("annegret", "").split(), "nor who of the account did what"
    assert '"origin": "cli' not in whole.replace('"origin": "cli"', "")


def test_nobody_has_no_data(conn: Conn) -> None:
    with pytest.raises(UnknownContact):
        export.archive(conn, 1, 77)
