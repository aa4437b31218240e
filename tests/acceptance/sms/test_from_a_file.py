"""From a file of telephone numbers, as people write them, to telephones and back: STOP is obeyed. On the command line alone."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import commands
from tests.acceptance.sms.centre import running
from tests.acceptance.sms.proof import Received
from tests.integration.delivery.stage import eventually, senders

FILE = """First name,Mobile,Email
Ann,06 12 34 56 01,ann@example.net
Ben,+33 6 12 34 56 02,
Cem,0033612345603,cem@example.net
Dan,06 12 34 56 01,dan@example.net
Eve,,eve@example.net
Fay,0612,
Gus,+49 1512 3456789,
Şen,(06) 12.34.56.04,
"""


def told(*arguments: str, place: Path) -> Any:
    """Run a command; what it says as a document."""
    ran = commands.run(*arguments, "--json", env=dict(os.environ), cwd=place)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.behaviour("S4.3", "S3.14", "B1")
@pytest.mark.timeout(180)
def test_from_a_file_of_numbers_to_telephones_and_stop(conn: psycopg.Connection[Any], tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(FILE)
    with running("node", tmp_path, receipts={"after": 50}) as centre, senders():
        words = (
            "--sms",
            "Hi {{ first_name }}! Reply STOP to end.",
            "--from",
            "36180",
            "--via",
            centre.url(),
            "--yes",
        )
        first = told(
            "send", "--to", "people.csv", "--country", "FR", "--name", "First", *words, place=tmp_path
        )
        assert (first["accepted"] + first["delivered"], first["skipped"]) == (
            5,
            {"duplicate": 1, "no_number": 1},
        )
        texts = Received.read(centre.noted()).texts()
        assert texts == {
            "+33612345601": "Hi Ann! Reply STOP to end.", "+33612345602": "Hi Ben! Reply STOP to end.",
            "+33612345603": "Hi Cem! Reply STOP to end.", "+4915123456789": "Hi Gus! Reply STOP to end.",
            "+33612345604": "Hi Şen! Reply STOP to end.",
        }  # fmt: skip
        kept = eventually(
            lambda: _says(centre, "33612345602", "Stop!") and told("sms", "inbox", place=tmp_path), every=0.5
        )
        assert {(each["number"], each["text"]) for each in kept} == {("+33612345602", "Stop!")}
        unsubscribed = "select reason from audience_suppression where normal = '+33612345602'"
        assert eventually(lambda: conn.execute(unsubscribed).fetchone()) == ("unsubscribed",)
        second = told(
            "send", "--to", "people.csv", "--country", "FR", "--name", "Second", *words, place=tmp_path
        )
        assert second["skipped"] == {"duplicate": 1, "no_number": 1, "unsubscribed": 1}
    assert Counter(line["number"] for line in centre.noted("submit")) == {
        "33612345601": 2, "33612345602": 1, "33612345603": 2, "4915123456789": 2, "33612345604": 2,
    }  # fmt: skip


def _says(centre: Any, number: str, text: str) -> bool:
    """Let a telephone say something where somebody listens; it may be on the point of leaving, so say it until it is heard."""
    bound = {line["session"] for line in centre.noted("bind")} - {
        line["session"] for line in centre.noted("closed")
    }
    if bound:
        centre.order(messages=[{"from": number, "to": "36180", "text": text}])
    return bool(bound)
