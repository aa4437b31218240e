"""Messages that people send by SMS: kept once, for the account whose transport they came by."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.account import accounts, transports
from penstock.audience import editing
from penstock.audience.suppression import suppress, suppressed
from penstock.delivery import freeze
from penstock.feedback.short import noting
from penstock.feedback.short.incoming import take_of_transport
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, SYSTEM, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.personal.erasure import erase_addresses
from penstock.transport.short import Inbound
from tests.integration.delivery import texting
from tests.integration.delivery.stage import hand_over, policy

Conn = psycopg.Connection[Any]
NUMBER, OTHER = "+33612345678", "+33612345679"


def server_of(conn: Conn, transport: int) -> int:
    row = conn.execute("select min(id) from account_server where transport_id = %s", (transport,)).fetchone()
    assert row
    return int(row[0])


def short_in(conn: Conn, *messages: dict[str, Any]) -> int:
    row = conn.execute("select feedback_short_in(%s)", (Jsonb(list(messages)),)).fetchone()
    assert row
    return int(row[0])


def test_a_message_is_kept_for_the_account_whose_server_it_came_by_and_once(conn: Conn) -> None:
    transport = transports.store(conn, 1, "smtp://127.0.0.1:1")
    server = server_of(conn, transport)
    told = {"server": server, "number": NUMBER, "to": "36180", "text": "STOP", "at": "2026-11-22T10:00:00Z"}
    assert short_in(conn, told, told) == 1
    assert short_in(conn, told, {**told, "at": "2026-11-22T10:00:01Z"}) == 1  # said again is another one
    keyed = {"transport": transport, "number": NUMBER, "text": "Hello", "key": "SM1"}
    assert (short_in(conn, keyed), short_in(conn, keyed)) == (1, 0)
    bare = {"server": server, "number": NUMBER, "text": "Hello"}
    assert (short_in(conn, bare), short_in(conn, bare)) == (1, 1)  # nothing says that it is the same
    assert short_in(conn, {**told, "server": 0}, {**told, "number": ""}) == 0  # nobody's, and by nobody
    rows = conn.execute(
        "select account, transport, number, addressee, text, noted_at from feedback_message order by id"
    ).fetchall()
    assert rows[0] == (1, transport, NUMBER, "36180", "STOP", None)
    assert len(rows) == 5


def inbox(conn: Conn) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select number, word, done, contact is not null, mailing, seq from feedback_message order by id"
    ).fetchall()


@pytest.fixture
def transport(conn: Conn) -> int:
    return transports.store(conn, 1, "smtp://127.0.0.1:1")


def come(conn: Conn, transport: int, text: str, number: str = NUMBER) -> None:
    take_of_transport(conn, transport, [(Inbound(number, "36180", text), "")])
    assert noting.note(conn) == 1


def test_stop_suppresses_the_number_and_start_lifts_that(conn: Conn, transport: int) -> None:
    come(conn, transport, "Stop, merci!")
    assert suppressed(conn, 1, NUMBER) == "unsubscribed"
    come(conn, transport, "STOP")
    come(conn, transport, "What does this cost?")
    come(conn, transport, "start")
    assert suppressed(conn, 1, NUMBER) is None
    assert [(word, done) for _, word, done, *_ in inbox(conn)] == [
        ("stop", "unsubscribed"), ("stop", "nothing"), (None, "nothing"), ("start", "resubscribed"),
    ]  # fmt: skip
    told = conn.execute("select command, door, data ->> 'address' from mailing_entry order by id").fetchall()
    assert told[-2:] == [("suppress", "sms", NUMBER), ("lift_suppression", "sms", NUMBER)]
    assert journal.verify(conn) == []


def test_start_lifts_only_what_stop_has_put_there(conn: Conn, transport: int) -> None:
    suppress(conn, 1, NUMBER, "complaint", "test")
    come(conn, transport, "START")
    assert suppressed(conn, 1, NUMBER) == "complaint"


def test_a_word_of_the_accounts_own_stops_and_a_national_number_is_read(conn: Conn, transport: int) -> None:
    policy(conn, stop_words="Raus, genug jetzt", country="FR")
    come(conn, transport, "raus!!", "06 12 34 56 78")
    assert suppressed(conn, 1, NUMBER) == "unsubscribed"
    come(conn, transport, "STOP", "Acme")  # a name: nothing is sent there
    assert inbox(conn)[-1][:3] == ("Acme", "stop", "nothing")


def test_stop_is_an_event_of_the_newest_mailing_that_went_to_the_number(conn: Conn, transport: int) -> None:
    first, second = (texting.begin(conn, 2, "smpp://me:secret@127.0.0.1:1") for _ in range(2))
    for mailing in (first, second):
        freeze.prepare(conn, mailing)
    hand_over(conn, first)  # the second has not left yet
    come(conn, transport, "STOP", texting.number(2))
    row = conn.execute(
        "select m.mailing, m.seq, m.contact = r.contact from feedback_message m"
        " join delivery_recipient r on r.mailing = m.mailing and r.seq = m.seq and r.normal = m.number"
    ).fetchone()  # fmt: skip
    assert row is not None
    assert row[::2] == (first, True)
    events = conn.execute("select kind, mailing, seq, data from feedback_event").fetchall()
    assert events == [("unsubscribed", first, row[1], {"door": "sms"})]
    assert len(hand_over(conn, second)) == 1  # who wrote STOP gets nothing of what is still to leave


def test_who_is_erased_has_written_nothing_unless_the_number_is_somebodys_else(
    conn: Conn, transport: int
) -> None:
    for address, number in (
        ("anna@example.org", NUMBER),
        ("ben@example.org", OTHER),
        ("cleo@example.org", OTHER),
    ):
        editing.create(conn, 1, address, {}, [], phone=number)
    for number in (NUMBER, OTHER, "+33612345600"):
        come(conn, transport, "Hello", number)
    erase_addresses(conn, 1, ["anna@example.org", "cleo@example.org"], SYSTEM)
    assert [number for number, *_ in inbox(conn)] == [OTHER, "+33612345600"]  # Ben's, who had it first


def test_one_that_cannot_be_understood_keeps_no_other_waiting(
    conn: Conn, transport: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str, more: Any = ()) -> Any:
        if text == "broken":
            raise ValueError("a defect of ours")
        return meaning(text, more)

    meaning = noting.meaning
    monkeypatch.setattr(noting, "meaning", broken)
    take_of_transport(conn, transport, [(Inbound(NUMBER, "", text), "") for text in ("broken", "STOP")])
    assert noting.note(conn) == 2
    assert [(word, done) for _, word, done, *_ in inbox(conn)] == [
        (None, "nothing"),
        ("stop", "unsubscribed"),
    ]


def test_a_flood_of_one_account_keeps_no_stop_of_another_waiting(conn: Conn, transport: int) -> None:
    other = accounts.create(conn, name="other", actor=Actor("root", EVERY_ROLE | {PLATFORM}, "cli")).id
    second = transports.store(conn, other, "smtp://127.0.0.1:1")
    take_of_transport(conn, transport, [(Inbound(f"+336{n:08}", "", "Hello"), "") for n in range(60)])
    take_of_transport(conn, second, [(Inbound(NUMBER, "", "STOP"), "")])
    assert noting.note(conn, most=10, turns=1) == 10
    assert suppressed(conn, other, NUMBER) == "unsubscribed"
    assert noting.note(conn, most=10) == 51  # as much as a turn of the ticker has
