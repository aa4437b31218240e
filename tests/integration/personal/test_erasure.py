"""Somebody is erased: nothing of them is left anywhere, every ledger adds up, and no mailing reaches them twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.audience import contacts, editing, pseudonym, suppression
from penstock.audience.contacts import UnknownContact
from penstock.audience.importing import import_file
from penstock.audience.returning import LOCK
from penstock.delivery import capping, freeze, resuming
from penstock.feedback import bounces
from penstock.feedback.unsubscribe import recipient, unsubscribe_person
from penstock.mailing import journal
from penstock.personal import erasure
from penstock.personal.jobs import clean_erased
from tests.integration.delivery import stage
from tests.integration.personal.scene import (
    ADDRESS,
    ANNA,
    NAME,
    begun,
    seq_of,
    somebody,
    traces,
    written_down,
)

Conn = psycopg.Connection[Any]


def test_nothing_of_them_is_left_in_the_whole_database(conn: Conn, tmp_path: Path) -> None:
    person, mailings = written_down(conn, tmp_path)
    tables = {each.partition(":")[0] for each in traces(conn)}
    assert tables >= {
        "audience_contact", "audience_former", "audience_suppression", "audience_import_problem", "delivery_recipient",
        "delivery_outcome", "delivery_reply", "feedback_event", "feedback_order", "feedback_bounce", "feedback_stray",
        "preflight_analysis", "preflight_finding", "preflight_case", "preflight_test", "mailing_entry", "mailing_mailing",
        "mailing_repetition", "notices_notice",
    }, "the search finds what was written down"  # fmt: skip
    before = {each: stage.sound(conn, each) for each in mailings}

    done = erasure.erase(conn, 1, person.id, ANNA)

    assert (done.contacts, done.rows) == (1, 4)
    assert traces(conn) == []
    assert {each: stage.sound(conn, each) for each in mailings} == before, "every ledger adds up as it did"
    assert journal.verify(conn) == [], "and the journal's chains hold"
    with pytest.raises(UnknownContact):
        erasure.erase(conn, 1, person.id, ANNA)


def test_what_has_to_stay_stands_under_a_pseudonym(conn: Conn, tmp_path: Path) -> None:
    person, mailings = written_down(conn, tmp_path)
    erasure.erase(conn, 1, person.id, ANNA)
    known_as = pseudonym.of(1, person.normal)
    number = pseudonym.number(known_as)
    rows = conn.execute(
        "select mailing, normal, contact from delivery_recipient where contact < 0 order by 1"
    ).fetchall()
    former = pseudonym.of(1, "annegret@old.example")
    names = [former, known_as, known_as, known_as]
    assert rows == [(mailing, name, number) for mailing, name in zip(mailings, names, strict=True)]
    assert conn.execute("select contact, normal, code, enhanced, text from feedback_bounce").fetchall() == [
        (number, known_as, 550, "5.1.1", "")
    ]
    assert conn.execute("select contact, amount, data from feedback_order").fetchall() == [
        (number, 7.50, None)
    ]
    assert conn.execute("select contact, kind, data from feedback_event").fetchall() == [
        (number, "complained", None)
    ]
    assert conn.execute(
        "select r.code, r.enhanced, r.text from delivery_outcome o join delivery_reply r on r.id = o.reply"
        " where o.mailing = %s and o.state = 7", (mailings[1],),
    ).fetchall() == [(550, "5.1.1", "")]  # fmt: skip
    assert conn.execute("select normal, reason from audience_suppression").fetchall() == [
        (known_as, "complaint")
    ]
    (entry,) = conn.execute("select data from mailing_entry where command = 'erase_contact'").fetchall()
    assert entry[0]["contact"] == person.id
    assert set(entry[0]["redacted"]) == {"0", str(mailings[1])}, "it says which entries were changed"


def test_others_are_left_alone(conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    person = editing.create(conn, 1, "ann@x.example", {}, [listed])
    for address in ("joann@x.example", "ann@x.example.org", "ann.b@x.example"):
        editing.create(conn, 1, address, {}, [listed])
        suppression.suppress_by_hand(conn, 1, address, "manual", ANNA)
    before = conn.execute("select id, data from mailing_entry order by id").fetchall()
    erasure.erase(conn, 1, person.id, ANNA)
    assert (
        conn.execute("select id, data from mailing_entry where command = 'suppress' order by id").fetchall()
        == before
    )
    assert contacts.count(conn, 1) == 4


def test_who_had_the_address_before_keeps_their_row(conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    first = editing.create(conn, 1, "shared@x.example", {}, [listed])
    stage.policy(conn, approvals_required=0)
    mailing = begun(conn, listed)
    editing.update(conn, 1, first.id, address="mine@x.example")
    second = editing.create(conn, 1, "shared@x.example", {}, [listed])
    assert erasure.erase(conn, 1, second.id, ANNA).rows == 0
    assert seq_of(conn, mailing, first.id)


@pytest.mark.behaviour("S3.14")
def test_who_is_imported_again_gets_nothing_twice_although_the_mailing_goes_on(
    conn: Conn, tmp_path: Path
) -> None:
    stage.policy(conn, approvals_required=0, drift_bound=10_000, audience_on_resume="add_new")
    listed = stage.add_contacts(conn, "readers", 4)
    mailing = begun(conn, listed)
    had = stage.hand_over(conn, mailing, most=2)
    stage.command(conn, mailing, "pause")
    for address in (stage.address(1), stage.address(3)):  # one has had it, the other has not
        found = contacts.find(conn, 1, address)
        assert found
        erasure.erase(conn, 1, found.id, ANNA)
    file = tmp_path / "again.csv"
    file.write_text("\n".join(["email", stage.address(1), stage.address(3), stage.address(9)]))
    import_file(conn, 1, file, list_name="readers")
    assert conn.execute("select count(*) from audience_returned").fetchone() == (2,)

    stage.command(conn, mailing, "resume")
    assert resuming.catch_up(conn, mailing)
    rest = stage.hand_over(conn, mailing)

    assert (had, rest) == ([stage.address(1), stage.address(2)], [stage.address(4), stage.address(9)])
    assert stage.sound(conn, mailing) == {"accepted": 4, "skipped": 1}
    assert conn.execute(
        "select r.text from delivery_outcome o join delivery_reply r on r.id = o.reply where o.state = 4"
    ).fetchall() == [("erased",)]
    excluded = stage.draft(conn, listed)  # what fix_rest makes: all but those whom that one reached
    conn.execute(
        "update mailing_mailing set audience = audience || jsonb_build_object('not_reached_by', array[%s]::integer[]) where id = %s",
        (mailing, excluded),
    )
    stage.launch(conn, excluded)
    freeze.prepare(conn, excluded)
    assert stage.hand_over(conn, excluded) == [stage.address(3)], "the only one who never got it"


def test_a_suppression_is_honoured_when_they_come_back(conn: Conn, tmp_path: Path) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    person = somebody(conn, listed)
    suppression.suppress(conn, 1, ADDRESS, "complaint", "mailing 1")
    erasure.erase(conn, 1, person.id, ANNA)
    assert suppression.suppressed(conn, 1, ADDRESS) == "complaint", "asked for by the address, it is found"
    assert not suppression.suppress(conn, 1, ADDRESS, "manual", "cli")
    again = somebody(conn, listed)
    assert conn.execute("select normal, reason from audience_suppression").fetchall() == [
        (again.normal, "complaint")
    ]
    stage.policy(conn, approvals_required=0)
    mailing = begun(conn, listed)
    assert stage.hand_over(conn, mailing) == [stage.address(1)]
    assert stage.sound(conn, mailing) == {"accepted": 1, "skipped": 1}


def test_who_asks_for_it_is_kept_out_by_a_hash_alone(conn: Conn) -> None:
    person = somebody(conn, stage.add_contacts(conn, "readers", 1))
    erasure.erase(conn, 1, person.id, ANNA, keep_out=True)
    assert traces(conn) == []
    assert suppression.suppressed(conn, 1, ADDRESS) == "manual"
    assert suppression.lift(conn, 1, ADDRESS)


def test_an_old_link_still_unsubscribes_who_came_back(conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    person = somebody(conn, listed)
    stage.policy(conn, approvals_required=0)
    mailing = begun(conn, listed)
    seq = seq_of(conn, mailing, person.id)
    erasure.erase(conn, 1, person.id, ANNA)
    again = somebody(conn, listed)
    old = recipient(conn, mailing, seq)
    assert old
    assert unsubscribe_person(conn, old, "page")
    assert suppression.suppressed(conn, 1, again.address) == "unsubscribed"
    assert conn.execute("select normal from audience_suppression").fetchall() == [(again.normal,)]


def test_what_was_on_the_wire_is_cleaned_when_its_answer_is_recorded(conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    person = somebody(conn, listed)
    stage.policy(conn, approvals_required=0)
    mailing = begun(conn, listed)
    seq = seq_of(conn, mailing, person.id)
    package = conn.execute(
        "update delivery_package set cursor = size, state = 'active', begun_at = now(), sender = 1 where mailing = %s returning no, size",
        (mailing,),
    ).fetchone()
    assert package
    erasure.erase(conn, 1, person.id, ANNA)
    conn.execute(
        "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)"
        " values (now(), %s, %s, %s, delivery_reply_id(550, '5.1.1', 'unknown: {}', 'rcpt'), 0, 7, %s)",
        (mailing, package[0], seq, ADDRESS),
    )
    bounces.note(conn)
    assert traces(conn) != []
    clean_erased()
    assert traces(conn) == []
    assert conn.execute("select normal, text, suppressed from feedback_bounce").fetchall() == [
        (pseudonym.of(1, person.normal), "", True)
    ]
    stage.travel(conn, hours=25)
    clean_erased()
    assert conn.execute("select count(*) from delivery_forgotten").fetchone() == (0,)


def test_an_erasure_waits_for_a_freeze_and_sees_what_it_wrote(conn: Conn, database: str) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    person = somebody(conn, listed)
    stage.policy(conn, approvals_required=0)
    mailing = stage.launch(conn, stage.draft(conn, listed))
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor(1) as pool:
        with capping.alone(other, mailing):
            waiting = pool.submit(erasure.erase, conn, 1, person.id, ANNA)
            waits = "select from pg_locks where locktype = 'advisory' and classid = %s and not granted"
            stage.eventually(lambda: other.execute(waits, (LOCK,)).fetchone() is not None)
            freeze.prepare(other, mailing)
        assert waiting.result(20).rows == 1
    assert traces(conn) == []
    assert stage.hand_over(conn, mailing) == [stage.address(1)]


def test_an_address_that_is_no_contact_any_more_leaves_no_trace_either(conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 1)
    person = somebody(conn, listed)
    stage.policy(conn, approvals_required=0)
    mailing = begun(conn, listed)
    conn.execute("delete from audience_contact where id = %s", (person.id,))
    done = erasure.erase_addresses(conn, 1, [ADDRESS, "nobody@x.example"], ANNA)
    assert (done.contacts, done.rows, done.traces) == (0, 1, 1)
    assert traces(conn) == []
    assert stage.sound(conn, mailing) == {"waiting": 2}


def test_a_journal_that_was_tampered_with_is_not_made_sound(conn: Conn) -> None:
    person = somebody(conn, stage.add_contacts(conn, "readers", 1))
    suppression.suppress_by_hand(conn, 1, ADDRESS, "manual", ANNA)
    conn.execute('update mailing_entry set data = data || \'{"reason": "complaint"}\'')
    erasure.erase(conn, 1, person.id, ANNA)
    assert journal.verify(conn) != []


def test_the_pseudonym_is_the_same_in_the_database(conn: Conn) -> None:
    for normal in ("a@x.example", "zoë@xn--bcher-kva.example", NAME):
        row = conn.execute("select audience_pseudonym(%s, 3, %s)", (pseudonym.blocks(), normal)).fetchone()
        assert row == (pseudonym.of(3, normal),)
    assert pseudonym.of(3, "a@x.example") != pseudonym.of(4, "a@x.example"), "accounts cannot compare"
