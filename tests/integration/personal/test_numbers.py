"""Somebody with a telephone number: their story, their data, and that nothing of the number is left when they are erased."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.audience import contacts, editing, lists, pseudonym, suppression
from penstock.audience.contacts import Contact
from penstock.audience.importing import import_file
from penstock.delivery import freeze
from penstock.feedback.preferences import masked
from penstock.feedback.short import incoming, noting
from penstock.mailing import journal
from penstock.personal import erasure, export, many, story
from penstock.transport.short import Inbound
from tests.integration.delivery import stage, texting
from tests.integration.personal.scene import ANNA, traces

Conn = psycopg.Connection[Any]
NUMBER = "+33698765432"
TRACES = "698765432|6.?98.?76.?54.?32"


def texted(conn: Conn, listed: int) -> int:
    """A mailing by SMS to a list, frozen and sending."""
    mailing = stage.launch(conn, texting.draft(conn, listed, text="Hello"))
    freeze.prepare(conn, mailing)
    return mailing


def written_down(conn: Conn, folder: Path) -> tuple[Contact, int]:
    """Everything that can be known of a number; returns whose it is, and the mailing."""
    stage.policy(conn, approvals_required=0, country="FR")
    listed = texting.add_numbers(conn, "gens", 2)
    person = editing.create(conn, 1, "", {"first_name": "Zo\u00e9"}, [listed], phone="06 98 76 54 32")
    mailing = texted(conn, listed)
    stage.hand_over(conn, mailing)
    row = conn.execute(
        "select seq from delivery_recipient where mailing = %s and contact = %s", (mailing, person.id)
    ).fetchone()
    assert row
    conn.execute(
        "insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)"
        " values (1, %s, %s, %s, %s, now(), 'hard', 550, '', %s, 'dsn', true) on conflict do nothing",
        (mailing, row[0], person.id, NUMBER, f"{NUMBER} is no subscriber"),
    )
    conn.execute(
        "select delivery_learn(%s, %s, 7, 550, '', %s, 'dot', %s)",
        (mailing, row[0], "no subscriber 0698765432 {}", NUMBER),
    )
    server = conn.execute("select id from account_server limit 1").fetchone()
    assert server
    incoming.take(conn, [(server[0], Inbound(NUMBER, "36180", "STOP says 06 98 76 54 32", None))])
    noting.note(conn)
    suppression.suppress_by_hand(conn, 1, "06 98 76 54 32", "manual", ANNA)
    file = folder / "people.csv"
    file.write_text(f"phone,city\n{NUMBER},Ulm\n06 98 76 54 32,Ulm\nx {NUMBER},Ulm\n", encoding="utf-8")
    import_file(conn, 1, file)
    journal.append(
        conn, account=1, mailing=mailing, actor="anna", door="cli", command="note",
        reason="06.98.76.54.32 called", data={"who": [NUMBER]},
    )  # fmt: skip
    conn.execute(
        "insert into preflight_test (account_id, mailing_id, message_id, revision, contact, address, reply, asked_by)"
        " select account_id, id, message_id, 1, %s, %s, %s, 'anna' from mailing_mailing where id = %s",
        (person.id, NUMBER, f"{NUMBER} ok", mailing),
    )
    conn.execute(
        "insert into mailing_repetition (account_id, identity, key, fingerprint, answer, at) values (1, 'x', 'k', 'f', %s, now())",
        (Jsonb({"phone": NUMBER}),),
    )
    return person, mailing


def test_nothing_of_a_number_is_left_in_the_whole_database(conn: Conn, tmp_path: Path) -> None:
    person, mailing = written_down(conn, tmp_path)
    tables = {each.partition(":")[0] for each in traces(conn, TRACES)}
    assert tables >= {
        "audience_contact", "audience_suppression", "audience_import_problem", "delivery_recipient", "delivery_reply",
        "feedback_bounce", "feedback_message", "mailing_entry", "mailing_repetition", "preflight_test",
    }, "the search finds what was written down"  # fmt: skip
    before = stage.sound(conn, mailing)
    done = erasure.erase(conn, 1, person.id, ANNA)
    assert done.contacts == 1
    assert done.rows == 1
    assert traces(conn, TRACES) == []
    assert stage.sound(conn, mailing) == before
    known = pseudonym.of(1, NUMBER)
    assert conn.execute("select normal from delivery_recipient where contact < 0").fetchall() == [(known,)]
    assert suppression.suppressed(conn, 1, "0698765432"), "whoever brings the number"
    assert journal.verify(conn) == []


def test_a_story_and_an_export_tell_what_the_number_was_sent_and_wrote(conn: Conn, tmp_path: Path) -> None:
    person, mailing = written_down(conn, tmp_path)
    told = story.page(conn, 1, person.id, limit=50)
    kinds = [each.kind for each in told]
    assert {"mailed", "bounced", "suppressed", "tested", "wrote", "listed", "added"} <= set(kinds)
    assert next(each.mailing for each in told if each.kind == "mailed") == mailing
    wrote = next(each.data for each in told if each.kind == "wrote")
    assert (wrote["from"], wrote["to"], wrote["text"]) == (NUMBER, "36180", "STOP says 06 98 76 54 32")
    document = export.document(conn, 1, person.id)
    assert (document["contact"]["phone"], document["contact"]["region"]) == (NUMBER, "FR")
    assert document["messages"][0]["text"] == wrote["text"]
    assert document["suppressions"][0]["address"] == NUMBER
    assert [each["line"] for each in document["imports"]] == [2, 4]
    assert {each["command"] for each in document["journal"]} >= {"note"}


def test_who_shares_the_number_keeps_it(conn: Conn) -> None:
    stage.policy(conn, approvals_required=0)
    listed = lists.create(conn, 1, "family").id
    anna = editing.create(conn, 1, "anna@x.example", {}, [listed], phone=NUMBER)
    ben = editing.create(conn, 1, "ben@x.example", {}, [listed], phone=NUMBER)
    suppression.suppress(conn, 1, NUMBER, "unsubscribed", "sms")
    erasure.erase(conn, 1, anna.id, ANNA, keep_out=True)
    assert suppression.suppressed(conn, 1, NUMBER) == "unsubscribed"
    left = conn.execute("select normal from audience_suppression order by 1").fetchall()
    assert left == [(NUMBER,), (pseudonym.of(1, "anna@x.example"),)]
    assert [each.id for each in contacts.having(conn, 1, NUMBER, limit=9)] == [ben.id]


def test_all_who_share_a_number_are_told_apart_in_the_ledger(conn: Conn) -> None:
    stage.policy(conn, approvals_required=0, duplicates="per_contact")
    listed = lists.create(conn, 1, "family").id
    for name in ("anna", "ben"):
        editing.create(conn, 1, f"{name}@x.example", {}, [listed], phone=NUMBER)
    mailing = texted(conn, listed)
    stage.hand_over(conn, mailing)
    before = stage.sound(conn, mailing)
    assert erasure.erase_addresses(conn, 1, [NUMBER], ANNA).rows == 2
    rows = conn.execute("select normal, contact from delivery_recipient").fetchall()
    known = pseudonym.of(1, NUMBER)
    own = [pseudonym.number(pseudonym.of(1, f"{name}@x.example")) for name in ("anna", "ben")]
    assert sorted(rows) == sorted((known, each) for each in own)
    assert stage.sound(conn, mailing) == before
    assert traces(conn, TRACES) == []


def test_many_are_erased_by_numbers_in_a_file(conn: Conn) -> None:
    made = [editing.create(conn, 1, f"p{n}@x.example", {}, phone=NUMBER).id for n in range(2)]
    assert len(made) == 2
    given = many.read(
        f"name;since;number\nA;2024-01-01;+33 6 98 76 54 32\nB;;p9@x.example\n+tag{NUMBER}@x.example\n"
    )
    assert given == ["+33 6 98 76 54 32", "p9@x.example", f"+tag{NUMBER}@x.example"]
    asked = many.request(conn, 1, [NUMBER], ANNA)
    while many.work_off(conn, asked.id):
        pass
    assert contacts.count(conn, 1) == 0


def test_a_page_of_preferences_shows_little_of_a_number() -> None:
    assert masked(NUMBER) == "+33…32"
