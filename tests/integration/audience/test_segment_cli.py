"""`penstock segment …` from the outside, and a draft that goes by a segment."""

import json

import psycopg

from tests import commands
from tests.commands import Ran
from tests.integration.delivery import stage


def run(*words: str, status: int = 0) -> Ran:
    ran = commands.run(*words)
    assert ran.returncode == status, (words, ran.stderr)
    assert "Traceback" not in ran.stderr
    return ran


def test_a_segment_on_the_command_line(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        readers = stage.add_contacts(conn, "readers", 10)
        mailing = stage.draft(conn, readers)
        made = json.loads(run("segment", "create", "Few", 'on list "readers" and code < 4', "--json").stdout)
        run("segment", "create", "Last", '{"attribute": "code", "operator": "is", "value": "3"}')
        assert made["text"] == run("segment", "show", "Few").stdout.splitlines()[-1]
        assert run("segment", "count", "Few", "--first", "1").stdout.split() == [
            "3",
            "id",
            "address",
            "1",
            "reader1@example.net",
        ]
        assert json.loads(run("segment", "count", "--of", "code >= 8", "--json").stdout)["count"] == 3
        assert "version 2" in run("segment", "edit", "Few", "--to", "code < 5", "--expect", "1").stderr
        run("mailing", "edit", str(mailing), "--segment", "Few", "--not-segment", "Last", "--list", "")
        assert "segment Few" in run("mailing", "show", str(mailing)).stdout
        row = conn.execute("select audience from mailing_mailing where id = %s", (mailing,)).fetchone()
        assert row == ({"segment": made["id"], "not_segment": [made["id"] + 1]},)
        for words, told in [
            (("segment", "create", "Few", "everybody"), "There is a segment 'Few' already"),
            (("segment", "create", "x", "code <"), "line 1, column 7"),
            (("segment", "create", "x", '{"any": []}'), "any: "),
            (("segment", "edit", "Few", "--name", "y", "--expect", "1"), "at version 2, not 1"),
            (("segment", "show", "none"), "There is no segment 'none'. There are: 'Few', 'Last'."),
            (("segment", "delete", "Few", "--yes"), f"({mailing})"),
            (("segment", "count"), "It is not said whom to count."),
            (("segment", "index", "First Name"), "first_name"),
        ]:
            assert told in run(*words, status=2).stderr, words
        assert "being built" in run("segment", "index", "code", "--number").stderr
        assert "waiting" in run("segment", "indexes").stdout
