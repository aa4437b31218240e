"""The ground the other tests stand on: each has a fresh database, migrated, and nobody's home but its own."""

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest


@pytest.mark.parametrize("again", [1, 2])
def test_every_test_has_a_fresh_migrated_database(conn: psycopg.Connection, again: int) -> None:
    assert conn.execute("SELECT name FROM account_account").fetchall() == [("default",)]
    conn.execute("UPDATE account_account SET name = 'left behind'")


def test_the_environment_names_this_database(database: str, conn: psycopg.Connection) -> None:
    assert os.environ["PENSTOCK_DATABASE_URL"] == database
    assert conn.execute("SELECT current_database()").fetchone() == (
        database.split("?")[0].rpartition("/")[2],
    )


def test_the_home_is_the_tests_own(penstock_home: Path) -> None:
    assert os.environ["PENSTOCK_HOME"] == str(penstock_home)


def test_an_own_home_is_empty_and_has_no_database_named(own_home: Path) -> None:
    assert os.environ["PENSTOCK_HOME"] == str(own_home)
    assert "PENSTOCK_DATABASE_URL" not in os.environ
    assert not list(own_home.iterdir())


def test_a_missing_program_is_a_skip_that_names_the_package(
    needs: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PENSTOCK_TEST_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt install some-package"):
        needs("no-such-program-here", "some-package")


def test_a_missing_program_is_a_failure_where_everything_was_promised(
    needs: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_TEST_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="apt install some-package"):
        needs("no-such-program-here", "some-package")


def test_a_program_that_is_there_is_found(needs: Callable[[str, str], str]) -> None:
    assert Path(needs("sh", "dash")).is_file()
