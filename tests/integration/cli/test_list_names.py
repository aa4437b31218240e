"""The list that `penstock send` puts a file on is called by file and second, and is its own."""

from typing import Any

import psycopg

from penstock.audience import lists
from penstock.cli import recipients


def test_two_files_of_one_second_get_two_lists(conn: psycopg.Connection[Any], database: str) -> None:
    wanted = "people.csv 2026-12-01 09:00:00"
    assert recipients._free_name(conn, 1, wanted) == wanted
    with psycopg.connect(database, autocommit=True) as other:  # the first is still being imported
        assert recipients._free_name(other, 1, wanted) == f"{wanted} (2)"
    conn.execute("insert into audience_list (account_id, name) values (1, %s)", (wanted,))
    assert recipients._free_name(conn, 1, wanted) == f"{wanted} (2)"
    assert lists.page(conn, 1, limit=1, name=f"{wanted} (2)") == []
