"""Lists of whom not to write to: by hand, from the command line, on the page."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.account import policies
from penstock.audience import stoplist, suppression
from penstock.cli import suppressing
from penstock.cli.endings import Failure
from penstock.mailing.actor import EVERY_ROLE, Actor

Conn = psycopg.Connection[Any]
ANNA = Actor("anna", EVERY_ROLE, "cli")
LIST = """since;who
2024-01-01;+33 6 12 34 56 78
2024-01-02;"Ben@X.example"
2024-01-03;06 12 34 56 79
2024-01-04;+33123456789

2024-01-05;nobody
2024-01-06;+336
"""


def test_a_list_of_numbers_and_addresses_is_suppressed(conn: Conn) -> None:
    policies.change(conn, 1, {"country": "FR"}, ANNA)
    done = stoplist.suppress_list(conn, 1, LIST, "unsubscribed", ANNA)
    assert (done.new, done.already, done.wrong) == (4, 0, 2)
    assert [line for line, _what, _why in done.lines] == [7, 8]
    known = {each.address: each.reason for each in suppression.page(conn, 1, limit=9)}
    assert known == dict.fromkeys(
        ["+33612345678", "ben@x.example", "+33612345679", "+33123456789"], "unsubscribed"
    )
    again = stoplist.suppress_list(conn, 1, LIST, "manual", ANNA)
    assert (again.new, again.already) == (0, 4)
    for text, reason in (("nobody", "manual"), (LIST, "whim")):
        with pytest.raises(stoplist.ListProblem):
            stoplist.suppress_list(conn, 1, text, reason, ANNA)
    noted = conn.execute(
        "select data from mailing_entry where command = 'suppress_list' order by id"
    ).fetchall()
    assert noted[0][0] == {"new": 4, "already": 0, "reason": "unsubscribed"}


def test_suppressions_on_the_command_line(
    conn: Conn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "stop.csv"
    file.write_text(LIST)
    suppressing.add(conn, 1, ["+33 7 52 34 56 78"], file, "unsubscribed", False)
    told = capsys.readouterr().err
    assert "4 suppressed; 0 were so already." in told
    assert "06 12 34 56 79" in told, "a national number, and no country is told"
    suppressing.lift(conn, 1, "+33752345678", True, False)
    capsys.readouterr()
    suppressing.show(conn, 1, "unsubscribed", 10, True)
    found = json.loads(capsys.readouterr().out)
    assert {each["address"] for each in found} == {"+33612345678", "ben@x.example", "+33123456789"}
    for wrong, said in ((["0612"], "has no country code"), ([], "Whom")):
        with pytest.raises(Failure, match=said):
            suppressing.add(conn, 1, wrong, None, "manual", False)
    with pytest.raises(Failure, match="is not suppressed"):
        suppressing.lift(conn, 1, "+33752345678", True, False)
