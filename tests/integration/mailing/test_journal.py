"""The journal shows every kind of tampering, and where; what was not tampered with verifies."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.mailing import journal, speed, tagging
from penstock.mailing.control import command
from penstock.mailing.doctor import check_journal
from tests.integration.delivery.stage import ANNA, add_contacts, draft, launch

Conn = psycopg.Connection[Any]


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A mailing with five entries: created, submitted, approved, paused, resumed; and entries of its account's own."""
    number = launch(conn, draft(conn, add_contacts(conn, "all", 3)))
    command(conn, number, "pause", ANNA, reason="wait – “so”")
    command(conn, number, "resume", ANNA)
    for reason in ("first", "second"):
        journal.append(
            conn, account=1, mailing=None, actor="anna", door="cli", command="change_policy", reason=reason,
            data={"before": {"undo_seconds": None}, "share": 0.1, "who": ["ä", "𝄞"]},
        )  # fmt: skip
    assert journal.verify(conn) == []
    return number


@pytest.mark.behaviour("B17")
def test_what_leaves_the_state_alone_is_no_tampering(conn: Conn, mailing: int) -> None:
    tagging.put(conn, 1, mailing, ["spring"], ANNA)
    speed.put(conn, 1, mailing, ANNA, rate=50.0, connections=None)
    command(conn, mailing, "pause", ANNA)
    tagging.put(conn, 1, mailing, [], ANNA)
    assert journal.verify(conn) == []


OF_MAILING = "the journal of mailing 1"
THIRD = "mailing_id = 1 and place = 3"


@pytest.mark.behaviour("B17")
@pytest.mark.parametrize(
    ("tampering", "shown"),
    [
        (f"update mailing_entry set actor = 'bea' where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set at = at + interval '1 microsecond' where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set door = 'web' where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set command = 'reject' where {THIRD}", "entry 3 (reject) was changed"),
        (f"update mailing_entry set from_state = null where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set to_state = 'parked' where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set reason = '' where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set data = data || '{{\"reviewed\": true}}' where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set link = sha256('forged') where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set link = '' where {THIRD}", "entry 3 (approve) was changed"),
        (f"update mailing_entry set place = 9 where {THIRD}", "entry 3 is missing"),
        (f"delete from mailing_entry where {THIRD}", "entry 3 is missing"),
        ("delete from mailing_entry where mailing_id = 1 and place = 1", "entry 1 is missing"),
        ("delete from mailing_entry where mailing_id = 1 and place = 5", "entries are missing at its end"),
        ("delete from mailing_entry where mailing_id = 1", "its 5 entries are gone"),
        ("update mailing_chain set length = 4 where mailing = 1", "entries are missing at its end, or were added"),
        ("update mailing_chain set link = sha256('forged') where mailing = 1", "entries are missing at its end, or were added"),
        ("delete from mailing_chain where mailing = 1", "entries are missing at its end, or were added"),
        ("insert into mailing_entry (account_id, mailing_id, place, link, at, actor, door, command, data)"
         " select account_id, mailing_id, 6, link, at, actor, door, command, data from mailing_entry where mailing_id = 1 and place = 5",
         "entry 6 (resume) was changed"),
        # The end cut off, and the chain's own end made to fit: the link of the fourth is no secret, its length neither.
        ("with cut as (delete from mailing_entry where mailing_id = 1 and place = 5) update mailing_chain set length = 4"
         " where mailing = 1", "entries are missing at its end, or were added"),
        # The same, with what the fourth keeps of its link put in place of the end.
        ("with cut as (delete from mailing_entry where mailing_id = 1 and place = 5) update mailing_chain set length = 4,"
         " link = (select link from mailing_entry where mailing_id = 1 and place = 4) where mailing = 1",
         "entries are missing at its end, or were added"),
        ("with cut as (delete from mailing_entry where mailing_id = 1) delete from mailing_chain where mailing = 1", "its entries are gone"),
        ("update mailing_mailing set state = 'sent' where id = 1", "it leads to starting, but the mailing is sent"),
        # Two entries change places.
        ("update mailing_entry set place = 7 - place where mailing_id = 1 and place in (3, 4)", "entry 3 is missing"),
    ],
)  # fmt: skip
def test_tampering_shows(conn: Conn, mailing: int, tampering: str, shown: str) -> None:
    conn.execute(tampering)
    (wrong,) = journal.verify(conn)
    assert wrong.startswith(f"{OF_MAILING}: {shown}")


@pytest.mark.behaviour("B17")
@pytest.mark.parametrize(
    ("tampering", "shown"),
    [
        ("update mailing_entry set reason = 'other' where mailing_id is null and place = 2", "entry 2 (change_policy) was changed"),
        ("update mailing_entry set data = jsonb_set(data, '{share}', '0.2') where mailing_id is null and place = 1",
         "entry 1 (change_policy) was changed"),
        ("delete from mailing_entry where mailing_id is null", "its 2 entries are gone"),
    ],
)  # fmt: skip
def test_tampering_with_the_accounts_own_shows(conn: Conn, mailing: int, tampering: str, shown: str) -> None:
    conn.execute(tampering)
    assert journal.verify(conn) == [f"the journal of account 1: {shown}"]


@pytest.mark.behaviour("B17")
def test_a_state_changed_past_the_journal_shows_also_when_it_was_gone_on_from(
    conn: Conn, mailing: int
) -> None:
    conn.execute("update mailing_mailing set state = 'parked' where id = %s", (mailing,))
    command(conn, mailing, "copy", ANNA)
    assert journal.verify(conn) == [
        f"{OF_MAILING}: entry 6 (copy) begins in parked, not in starting: the state was changed by another way"
    ]


@pytest.mark.behaviour("B17")
def test_an_entry_cannot_be_moved_to_another_mailing(conn: Conn, mailing: int) -> None:
    other = launch(conn, draft(conn, add_contacts(conn, "more", 3)))
    conn.execute(
        "update mailing_entry set mailing_id = %s where mailing_id = %s and place = 5", (other, mailing)
    )
    assert len(journal.verify(conn)) == 2


def test_who_does_not_have_the_key_cannot_forge(
    conn: Conn, mailing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole chain written anew, links and end included, by somebody with the database and this program."""
    rows = conn.execute(
        "select id from mailing_entry where mailing_id = %s order by id", (mailing,)
    ).fetchall()
    conn.execute("update mailing_entry set actor = 'bea' where mailing_id = %s", (mailing,))
    monkeypatch.setattr(journal, "_key", lambda: b"another key")
    before = journal.FIRST
    with conn.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        for (number,) in rows:
            entry = cursor.execute("select * from mailing_entry where id = %s", (number,)).fetchone()
            assert entry
            before = journal.link(before, entry)
            conn.execute("update mailing_entry set link = %s where id = %s", (journal.seal(before), number))
    conn.execute("update mailing_chain set link = %s where mailing = %s", (before, mailing))
    forged = f"{OF_MAILING}: entry 1 (create) was changed"
    assert forged not in journal.verify(conn), "it fits the forger's key"
    monkeypatch.undo()
    assert journal.verify(conn) == [forged]


def test_entries_follow_each_other_without_gaps(conn: Conn, mailing: int) -> None:
    assert [entry["place"] for entry in journal.entries(conn, mailing)] == [1, 2, 3, 4, 5]


DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_characters="\0", codec="utf-8")), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5), DATA, max_size=3
    )
)
def test_whatever_is_told_verifies_after_the_database_has_kept_it(
    module_database: str, data: dict[str, Any]
) -> None:
    with psycopg.connect(module_database, autocommit=True) as conn:
        journal.append(conn, account=1, mailing=None, actor="anna", door="cli", command="note", data=data)
        assert journal.verify(conn) == []
        conn.execute("truncate mailing_entry, mailing_chain cascade")


def test_the_time_is_told_in_utc_whatever_the_session_says(conn: Conn, mailing: int) -> None:
    conn.execute("set timezone = 'Asia/Kathmandu'")
    assert journal.verify(conn) == []
    assert all(entry["at"] <= datetime.now(UTC) for entry in journal.entries(conn, mailing))


@pytest.mark.behaviour("B17")
def test_the_doctor_verifies_it(conn: Conn, mailing: int) -> None:
    assert check_journal(conn).level == "ok"
    assert check_journal(conn).what == "7 entries in 2 chains are as they were written."
    conn.execute(f"delete from mailing_entry where {THIRD}")
    finding = check_journal(conn)
    assert (finding.level, finding.what) == ("fail", f"{OF_MAILING}: entry 3 is missing.")
    assert "backup" in finding.cure
