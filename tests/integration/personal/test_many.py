"""Many are erased at one request, in portions, and it goes on where it stopped."""

from datetime import datetime
from typing import Any

import psycopg
import pytest

from penstock.audience import contacts, erasures, pseudonym
from penstock.mailing import journal
from penstock.personal import again, many
from penstock.personal.erasure import erase_addresses
from tests.integration.delivery import stage
from tests.integration.personal.scene import ANNA, begun, traces

Conn = psycopg.Connection[Any]


def test_a_list_is_worked_off_in_portions(conn: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "PORTION", 2)
    listed = stage.add_contacts(conn, "readers", 4)
    stage.policy(conn, approvals_required=0)
    mailing = begun(conn, listed)
    file = "name,email\nA,reader1@example.net\nB,Reader2@Example.net\nC,reader3@example.net\nD,nobody@example.net\n"
    asked = many.request(conn, 1, many.read(file), ANNA)
    assert (asked.state, asked.total, asked.left) == ("waiting", 4, 4)
    assert [many.work_off(conn, asked.id), many.work_off(conn, asked.id)] == [True, False]
    assert not many.work_off(conn, asked.id), "done"
    found = erasures.require(conn, 1, asked.id)
    assert (found.state, found.left, found.erased, found.unknown) == ("done", 0, 3, 1)
    assert contacts.count(conn, 1) == 1
    assert traces(conn, "reader[123]@|nobody@") == []
    assert journal.verify(conn) == []
    assert stage.hand_over(conn, mailing) == [stage.address(4)]
    assert stage.sound(conn, mailing) == {"accepted": 1, "skipped": 3}


def test_with_all_kept_out_also_those_who_never_were_here(conn: Conn) -> None:
    asked = many.request(conn, 1, ["a@x.example"], ANNA, keep_out=True)
    assert not many.work_off(conn, asked.id)
    assert conn.execute("select normal from audience_suppression").fetchall() == [
        (pseudonym.of(1, "a@x.example"),)
    ]


def test_what_cannot_be_is_refused_as_a_whole(conn: Conn) -> None:
    for given, said in ((["a@x.example", "b@"], "'b@'"), ([], "no address")):
        with pytest.raises(many.ErasureProblem, match=said):
            many.request(conn, 1, given, ANNA)
    with pytest.raises(erasures.UnknownErasure):
        erasures.require(conn, 1, 1)


def test_after_a_restore_they_are_found_by_their_pseudonyms(conn: Conn) -> None:
    stage.add_contacts(conn, "readers", 3)
    erase_addresses(conn, 1, [stage.address(2)], ANNA)
    kept = {name: datetime.fromisoformat(at) for name, at in again.erased(conn, 1)}
    stage.add_contacts(conn, "readers", 3)
    assert again.here(conn, 1, kept) == []  # came back by themselves
    conn.execute(
        "update audience_contact set created_at = created_at - interval '1 day'"
    )  # the backup has them
    assert again.here(conn, 1, kept) == again.here(conn, 1, dict.fromkeys(kept)) == [stage.address(2)]
    assert again.here(conn, 1, {"erased:" + "0" * 32: None}) == []
