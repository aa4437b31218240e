"""One person's story: everything that is known, newest first, by pages, and nobody else's."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.audience import editing
from penstock.audience.contacts import UnknownContact
from penstock.personal import story
from penstock.report.story import story as of_ledger
from tests.integration.delivery import stage
from tests.integration.personal.scene import ADDRESS, written_down

Conn = psycopg.Connection[Any]


def test_everything_that_happened_is_told_newest_first(conn: Conn, tmp_path: Path) -> None:
    person, mailings = written_down(conn, tmp_path)
    told = story.page(conn, 1, person.id, limit=100)
    assert [entry.at for entry in told] == sorted((entry.at for entry in told), reverse=True)
    kinds = [entry.kind for entry in told]
    assert set(kinds) == {
        "mailed", "bounced", "ordered", "complained", "custom", "listed", "suppressed", "tested", "moved", "added",
    }  # fmt: skip
    assert set(kinds) < set(story.KINDS)
    stood = {entry.mailing: entry.data for entry in told if entry.kind == "mailed"}
    assert {number: data["state"] for number, data in stood.items()} == dict(
        zip(mailings, ["accepted", "bounced", "skipped", "waiting"], strict=True)
    )
    assert stood[mailings[1]]["reason"] == "5.1.1"
    assert ADDRESS in stood[mailings[1]]["text"]
    assert stood[mailings[2]]["reason"] == "manual", "why they were passed over"
    for entry in told:
        if entry.kind == "mailed":
            known = of_ledger(conn, 1, entry.mailing or 0, entry.seq or 0)
            assert known
            assert (known.row.state, known.row.reason) == (entry.data["state"], entry.data.get("reason"))


def test_pages_are_the_whole(conn: Conn, tmp_path: Path) -> None:
    person, _ = written_down(conn, tmp_path)
    whole = story.page(conn, 1, person.id, limit=100)
    leafed: list[story.Entry] = []
    while part := story.page(
        conn, 1, person.id, limit=3, before=leafed[-1].place if leafed else story.NEWEST
    ):
        leafed += part
    assert leafed == whole


def test_nobody_elses_story_is_told(conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    first = editing.create(conn, 1, "shared@x.example", {}, [listed])
    stage.policy(conn, approvals_required=0)
    from tests.integration.personal.scene import begun

    mailing = begun(conn, listed)
    editing.update(conn, 1, first.id, address="mine@x.example")
    second = editing.create(conn, 1, "shared@x.example", {})
    assert [entry.kind for entry in story.page(conn, 1, second.id, limit=9)] == ["added"]
    assert mailing in {entry.mailing for entry in story.page(conn, 1, first.id, limit=9)}
    with pytest.raises(UnknownContact):
        story.page(conn, 2, first.id, limit=9)
