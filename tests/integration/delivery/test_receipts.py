"""Receipts find their recipients: by id, by number, before the response, for several parts, and for those in doubt. Without a centre."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.content.links import tokens
from penstock.delivery import due, freeze
from penstock.delivery.learning import Learned, learn, learn_early
from penstock.delivery.short import receipts
from penstock.delivery.short.reference import reference
from penstock.feedback.hooks import short
from penstock.platform.environment import link_key
from penstock.report.ledger import ledger
from penstock.transport.short import Receipt
from tests.examples import examples
from tests.integration.delivery.handing import hand_over
from tests.integration.delivery.stage import eventually, sound, travel
from tests.integration.delivery.texting import TEXT, begin, number

Conn = psycopg.Connection[Any]
LONG = TEXT + " " + "x" * 200  # two parts


def sending(conn: Conn, count: int, text: str = TEXT, via: str = "smpp://me:secret@127.0.0.1:1") -> int:
    """A mailing to so many numbers that is being sent."""
    mailing = begin(conn, count, via, text)
    freeze.prepare(conn, mailing)
    return mailing


def server(conn: Conn) -> int:
    row = conn.execute("select max(id) from account_server").fetchone()
    assert row
    return int(row[0])


def named(conn: Conn, mailing: int, seq: int, *ids: str, parts: int | None = None) -> None:
    """The centre gave these ids to the parts of a message."""
    for part, name in enumerate(ids, 1):
        conn.execute(
            "insert into delivery_message (at, mailing, seq, package, server, part, parts, id) values (now(), %s, %s, 1, %s, %s, %s, %s)",
            (mailing, seq, server(conn), part, parts or len(ids), name),
        )


def tell(conn: Conn, *found: Receipt) -> int:
    """These receipts come in, and are placed."""
    receipts.take(conn, [(server(conn), None, receipt) for receipt in found])
    return receipts.settle(conn)


def left(conn: Conn) -> int:
    """Receipts that nobody owns yet."""
    row = conn.execute("select count(*) from delivery_receipt").fetchone()
    assert row
    return int(row[0])


def test_a_receipt_moves_the_ledger_once(conn: Conn) -> None:
    mailing = sending(conn, 4)
    hand_over(conn, mailing, accepted=4)
    for seq in (1, 2, 3):
        named(conn, mailing, seq, f"id{seq}")
    ok, bad = (
        Receipt("id1", "delivered", text="DELIVRD"),
        Receipt("id2", "failed", "045", "UNDELIV", number(2)),
    )
    assert tell(conn, ok, ok, bad, Receipt("id3", "underway"), Receipt("id3", "unknown")) == 5
    assert sound(conn, mailing) == {"delivered": 1, "bounced": 1, "accepted": 2}
    assert tell(conn, ok, bad, Receipt("id1", "failed")) == 3  # who has it has it
    assert sound(conn, mailing) == {"delivered": 1, "bounced": 1, "accepted": 2}
    said = {row.seq: (row.code, row.text) for row in ledger(conn, mailing)}
    assert said[1] == (250, "DELIVRD")
    assert said[2] == (550, "UNDELIV, error 045")
    assert left(conn) == 0


def test_a_message_has_arrived_when_all_its_parts_have(conn: Conn) -> None:
    mailing = sending(conn, 3, LONG)
    hand_over(conn, mailing, accepted=3)
    for seq in (1, 2, 3):
        named(conn, mailing, seq, f"a{seq}", f"b{seq}")
    tell(conn, *(Receipt(f"a{seq}", "delivered") for seq in (1, 2, 3)))
    assert sound(conn, mailing) == {"accepted": 3}
    tell(
        conn, Receipt("b1", "delivered"), Receipt("b2", "failed", text="EXPIRED"), Receipt("b2", "delivered")
    )
    assert sound(conn, mailing) == {"accepted": 1, "delivered": 1, "bounced": 1}


def test_what_a_part_was_told_is_kept_while_others_write_its_row(conn: Conn) -> None:
    """Between finding a part and noting what its receipt said the row may be written by somebody else, and lie in another place."""
    mailing = sending(conn, 1, LONG)
    hand_over(conn, mailing, accepted=1)
    named(conn, mailing, 1, "a", "b")
    receipts.take(conn, [(server(conn), None, Receipt(part, "delivered")) for part in "ab"])
    with psycopg.connect(conn.info.dsn, autocommit=True) as ticker, ThreadPoolExecutor(1) as thread:
        conn.execute(
            "select pg_advisory_lock(7006, %s)", (mailing,)
        )  # the settling has found them, and waits
        placed = thread.submit(receipts.settle, ticker)
        eventually(
            lambda: (
                conn.execute("select from pg_locks where classid = 7006 and not granted").fetchone()
                is not None
            )
        )
        conn.execute("update delivery_message set at = at - interval '1 second'")
        conn.execute("select pg_advisory_unlock(7006, %s)", (mailing,))
        assert placed.result(10) == 2
    assert sound(conn, mailing) == {"delivered": 1}


def test_a_receipt_before_its_response_waits_for_it(conn: Conn) -> None:
    mailing = sending(conn, 2)
    assert tell(conn, Receipt("early", "delivered", number=number(1))) == 0
    named(conn, mailing, 1, "early")  # recorded, and its outcome is not there yet
    travel(conn, seconds=2)
    assert receipts.settle(conn) == 0
    hand_over(conn, mailing, accepted=2)
    travel(conn, seconds=5)
    assert receipts.settle(conn) == 1
    assert sound(conn, mailing) == {"delivered": 1, "accepted": 1}


def test_what_nobody_owns_goes_within_an_hour(conn: Conn) -> None:
    tell_to = sending(conn, 1)
    tell(conn, Receipt("foreign", "delivered", number="+33699999999"))
    travel(conn, hours=1.1)
    receipts.settle(conn)
    assert left(conn) == 0
    assert sound(conn, tell_to) == {"waiting": 1}


def test_one_that_floods_keeps_no_other_waiting(conn: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts of thousands whom nobody knows, told a moment before: each transport has its part of every turn."""
    mailing = sending(conn, 30)
    hand_over(conn, mailing, accepted=30)
    for seq in range(1, 31):
        named(conn, mailing, seq, f"id{seq}")
    theirs = server(conn)
    begin(conn, 1, GATEWAY)
    receipts.take(
        conn,
        [(server(conn), None, Receipt(f"no{n}", "delivered", number=f"+4479{n:08}")) for n in range(300)],
    )
    receipts.take(conn, [(theirs, None, Receipt(f"id{seq}", "delivered")) for seq in range(1, 31)])
    monkeypatch.setattr(receipts, "MOST", 20)  # 200 a turn
    assert receipts.settle(conn) == 30
    assert sound(conn, mailing) == {"delivered": 30}


def test_of_whom_nobody_knows_no_more_are_kept_than_so_many(conn: Conn) -> None:
    mailing = sending(conn, 1, via=GATEWAY)
    marked(conn, mailing, 1, "underway")
    there = [(server(conn), None, Receipt(f"no{n}", "delivered", number=number(50 + n))) for n in range(20)]
    receipts.take(conn, there[:10])
    assert receipts.settle(conn) == 0
    travel(conn, seconds=9)
    receipts.take(conn, there[10:])
    receipts.settle(conn)
    receipts.take(conn, [(server(conn), None, Receipt("new", "delivered"))])
    assert conn.execute("select delivery_receipts_bound(15)").fetchone() == (5,)
    kept = {row[0] for row in conn.execute("select id from delivery_receipt")}
    assert kept > {f"no{n}" for n in range(10, 20)} | {"new"}
    assert len(kept) == 15 + 2  # none that was not looked at, or bears our mark


def test_an_id_of_another_number_is_not_theirs(conn: Conn) -> None:
    mailing = sending(conn, 2)
    hand_over(conn, mailing, accepted=2)
    named(conn, mailing, 1, "same")
    assert tell(conn, Receipt("same", "failed", number=number(2))) == 0
    assert sound(conn, mailing) == {"accepted": 2}
    assert tell(conn, Receipt("same", "failed", number="0" + number(1)[3:])) == 1  # as written in the country


def in_doubt(conn: Conn, text: str = TEXT, via: str = "smpp://me:secret@127.0.0.1:1") -> int:
    """A mailing of which the first recipient is in doubt, since half a minute."""
    mailing = sending(conn, 2, text, via)
    hand_over(conn, mailing, in_doubt=1, accepted=1)
    travel(conn, seconds=30)
    return mailing


def settled(conn: Conn, *found: Receipt) -> None:
    """These receipts come in, and are looked at for as long as it takes."""
    tell(conn, *found)
    for _ in range(6):
        travel(conn, seconds=30)
        receipts.settle(conn)


@pytest.mark.behaviour("S3.14")
@pytest.mark.parametrize(
    ("state", "became"), [("delivered", "delivered"), ("failed", "bounced"), ("underway", "accepted")]
)
def test_a_receipt_settles_a_doubt(conn: Conn, state: Any, became: str) -> None:
    """The response was lost, and the id with it; the receipt of that number tells."""
    mailing = in_doubt(conn)
    settled(conn, Receipt("lost", state, number=number(1)))
    assert sound(conn, mailing) == ({"accepted": 2} if became == "accepted" else {"accepted": 1, became: 1})
    assert left(conn) == 0


def test_a_doubt_of_several_parts_is_settled_by_all_of_them(conn: Conn) -> None:
    mailing = in_doubt(conn, LONG)
    conn.execute("update delivery_package set parts = 2 where mailing = %s", (mailing,))
    named(conn, mailing, 1, "first", parts=2)
    settled(conn, Receipt("first", "delivered", number=number(1)))
    assert sound(conn, mailing) == {"in_doubt": 1, "accepted": 1}
    settled(conn, Receipt("second", "delivered", number=number(1)))
    assert sound(conn, mailing) == {"delivered": 1, "accepted": 1}


def to_be_tried_again(conn: Conn, text: str = TEXT) -> int:
    """The same as under the policy never_lost: whom a doubt is about is deferred."""
    mailing = in_doubt(conn, text)
    conn.execute("select delivery_release_doubt(%s, null)", (mailing,))
    assert sound(conn, mailing) == {"deferred": 1, "accepted": 1}
    return mailing


@pytest.mark.behaviour("S3.14", "B2")
@pytest.mark.parametrize(
    ("state", "became"), [("delivered", "delivered"), ("failed", "bounced"), ("underway", "accepted")]
)
def test_under_never_lost_a_receipt_before_the_retry_cancels_it(conn: Conn, state: Any, became: str) -> None:
    mailing = to_be_tried_again(conn)
    settled(conn, Receipt("lost", state, number=number(1)))
    assert sound(conn, mailing) == ({"accepted": 2} if became == "accepted" else {"accepted": 1, became: 1})
    assert due.pack(conn, mailing) == 0
    assert left(conn) == 0


def test_under_never_lost_all_parts_have_to_be_there_for_that(conn: Conn) -> None:
    mailing = to_be_tried_again(conn, LONG)
    conn.execute("update delivery_package set parts = 2 where mailing = %s", (mailing,))
    named(conn, mailing, 1, "first", parts=2)
    settled(conn, Receipt("first", "delivered", number=number(1)))
    assert sound(conn, mailing) == {"deferred": 1, "accepted": 1}
    settled(conn, Receipt("second", "delivered", number=number(1)))
    assert sound(conn, mailing) == {"delivered": 1, "accepted": 1}


def test_a_retry_that_has_begun_or_has_another_reason_goes_on(conn: Conn) -> None:
    mailing = to_be_tried_again(conn)
    travel(conn, minutes=2)
    assert due.pack(conn, mailing) == 1
    settled(conn, Receipt("lost", "delivered", number=number(1)))
    assert sound(conn, mailing) == {"deferred": 1, "accepted": 1}
    conn.execute("update mailing_mailing set state = 'sent', finished_at = now() - interval '8 days'")
    other = sending(conn, 1)
    hand_over(conn, other, deferred=1)  # refused for now: nothing is on its way
    settled(conn, Receipt("whose", "delivered", number=number(1)))
    assert sound(conn, other) == {"deferred": 1}


GATEWAY = "sms+http://:k@127.0.0.1:1/send?receipts=yes"


def marked(conn: Conn, mailing: int, seq: int, state: Any, number: str = "") -> int:
    """A gateway tells of a recipient by our mark; returns how many ends the ledger did not know."""
    row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    mark = tokens(mailing, seq, link_key())[0].decode()
    return short.answered(conn, 1, row[0], [Receipt(number, state, reference=mark)])


def never_lost(conn: Conn) -> int:
    """A mailing over a gateway whose first recipient is to be tried again because of a doubt."""
    mailing = in_doubt(conn, via=GATEWAY)
    conn.execute("select delivery_release_doubt(%s, null)", (mailing,))
    assert sound(conn, mailing) == {"deferred": 1, "accepted": 1}
    return mailing


@pytest.mark.behaviour("S3.14", "B2")
@pytest.mark.parametrize("name", ["", "g1"])
def test_under_never_lost_a_receipt_by_our_mark_cancels_the_retry(conn: Conn, name: str) -> None:
    """The answer was lost, and what the gateway tells bears no number: our own name for the message is enough."""
    mailing = never_lost(conn)
    marked(conn, mailing, 1, "underway", name)
    for _ in range(2):  # the id becomes theirs, and then what it tells
        receipts.settle(conn)
    assert sound(conn, mailing) == {"accepted": 2}
    assert due.pack(conn, mailing) == 0
    assert marked(conn, mailing, 1, "delivered", name) == 1
    receipts.settle(conn)
    assert sound(conn, mailing) == {"accepted": 1, "delivered": 1}
    other = never_lost(conn)
    assert marked(conn, other, 1, "failed", name) == 1
    assert sound(conn, other) == {"accepted": 1, "bounced": 1}
    assert due.pack(conn, other) == 0
    settled(conn)
    assert left(conn) == 0


@pytest.mark.behaviour("B2")
@pytest.mark.parametrize(
    ("state", "became"), [("delivered", "delivered"), ("failed", "bounced"), ("underway", "accepted")]
)
def test_a_receipt_by_our_mark_before_the_doubt_is_noted_is_there_before_the_retry(
    conn: Conn, state: Any, became: str
) -> None:
    mailing = sending(conn, 2, via=GATEWAY)
    marked(conn, mailing, 1, state)
    for _ in range(20):  # the answer is waited for, and waiting grows longer
        travel(conn, seconds=9)
        receipts.settle(conn)
        learn_early(conn)
    hand_over(conn, mailing, in_doubt=1, accepted=1)
    conn.execute("select delivery_release_doubt(%s, null)", (mailing,))
    if state == "underway":
        travel(conn, seconds=11)
        receipts.settle(conn)
        receipts.settle(conn)
    else:
        travel(conn, minutes=2)
        assert due.pack(conn, mailing) == 0  # looked at before anybody is packed
    assert sound(conn, mailing) == ({"accepted": 2} if became == "accepted" else {"accepted": 1, became: 1})


def test_giving_up_and_learning_take_their_locks_in_one_order(conn: Conn) -> None:
    """Both in one transaction of the ticker; who learns meanwhile of the same mailing has the lock of learning, and wants the package."""
    mailing = sending(conn, 2, via=GATEWAY)
    hand_over(conn, mailing, deferred=1, accepted=1)
    travel(conn, hours=60)
    waits = (
        "select from pg_locks where locktype = 'advisory' and classid = 7006 and objid = %s and not granted"
    )
    with psycopg.connect(conn.info.dsn, autocommit=True) as ticker, ThreadPoolExecutor(1) as thread:
        with conn.transaction():
            conn.execute("select pg_advisory_xact_lock(7006, %s)", (mailing,))
            packing = thread.submit(due.pack, ticker, mailing)
            assert eventually(lambda: conn.execute(waits, (mailing,)).fetchone() is not None, 20)
            conn.execute("select from delivery_package where mailing = %s for update nowait", (mailing,))
        assert packing.result(20) == 0
    assert sound(conn, mailing) == {"accepted": 1, "bounced": 1}


def test_our_mark_cancels_no_retry_that_has_another_reason(conn: Conn) -> None:
    mailing = sending(conn, 2, via=GATEWAY)
    hand_over(conn, mailing, deferred=1, accepted=1)
    for state in ("underway", "failed"):
        marked(conn, mailing, 1, state)
    settled(conn)
    assert sound(conn, mailing) == {"deferred": 1, "accepted": 1}
    travel(conn, minutes=2)
    assert due.pack(conn, mailing) == 1
    # Of an account it is not, or of nobody: it means nobody.
    assert short.answered(conn, 2, 1, [Receipt("", "delivered", reference="1-1-00000000")]) == 0


def test_what_waits_by_our_mark_goes_with_who_is_erased(conn: Conn) -> None:
    mailing = sending(conn, 2, via=GATEWAY)
    for seq in (1, 2):
        marked(conn, mailing, seq, "underway", f"g{seq}")
    conn.execute("select delivery_clean(array[%s], array[1])", (mailing,))
    assert conn.execute("select id from delivery_receipt").fetchall() == [("g2",)]


def test_a_doubt_over_a_gateway_is_settled_by_the_number(conn: Conn) -> None:
    mailing = in_doubt(conn, via=GATEWAY)
    row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    receipts.take_of_transport(conn, row[0], [(Receipt("lost", "delivered", number=number(1)), None)])
    settled(conn)
    assert sound(conn, mailing) == {"accepted": 1, "delivered": 1}


def test_a_doubt_is_not_settled_by_what_may_be_another_message(conn: Conn) -> None:
    mailing = in_doubt(conn)
    told = Receipt("lost", "delivered", number=number(1))
    other = Receipt("other", "delivered", number=number(1), reference=str(reference(mailing, 1) + 1))
    settled(conn, other)  # it repeats the reference of another message
    assert sound(conn, mailing)["in_doubt"] == 1
    second = in_doubt(conn)  # the same numbers again
    settled(conn, told)
    assert sound(conn, mailing)["in_doubt"] == sound(conn, second)["in_doubt"] == 1
    third = Receipt("third", "delivered", number=number(1), reference=str(reference(second, 1)))
    settled(conn, third)
    assert sound(conn, second)["in_doubt"] == 1  # the number alone decides nothing where two are in doubt


def test_what_is_learnt_by_our_mark_and_by_the_id_counts_once(conn: Conn) -> None:
    mailing = sending(conn, 1)
    hand_over(conn, mailing, accepted=1)
    named(conn, mailing, 1, "id1")
    assert learn(conn, mailing, 1, "delivered", origin="receipt", code=250) is Learned.DELIVERED
    tell(conn, Receipt("id1", "delivered"))
    assert sound(conn, mailing) == {"delivered": 1}


def test_two_transports_at_one_account_of_a_centre(conn: Conn) -> None:
    """The centre tells any of its binds; an id is one of that centre."""
    mailing = sending(conn, 1)
    hand_over(conn, mailing, accepted=1)
    named(conn, mailing, 1, "id1")
    begin(conn, 1, "smpp://me:other@127.0.0.1:1")
    receipts.take(conn, [(server(conn), None, Receipt("id1", "delivered"))])
    receipts.settle(conn)
    assert sound(conn, mailing) == {"delivered": 1}


_STRANGE = st.text(max_size=300)


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.builds(
            Receipt,
            _STRANGE,
            st.sampled_from(["delivered", "failed", "underway", "unknown"]),
            _STRANGE,
            _STRANGE,
            _STRANGE,
            _STRANGE,
        ),
        max_size=5,
    )
)
def test_any_words_of_a_stranger_can_be_kept(conn: Conn, found: list[Receipt]) -> None:
    tell_to = conn.execute("select max(id) from account_server").fetchone()
    if tell_to is None or tell_to[0] is None:
        sending(conn, 1)
    with conn.transaction(force_rollback=True):
        tell(conn, *found)


def test_the_dictionary_holds_no_number(conn: Conn) -> None:
    mailing = sending(conn, 1)
    hand_over(conn, mailing, accepted=1)
    named(conn, mailing, 1, "id1")
    tell(conn, Receipt("id1", "failed", "", f"unknown subscriber {number(1)}"))
    assert {row.text for row in ledger(conn, mailing)} == {"unknown subscriber #"}


def test_a_doubt_of_several_parts_is_not_settled_by_one_receipt_told_twice(conn: Conn) -> None:
    mailing = in_doubt(conn, LONG)
    conn.execute("update delivery_package set parts = 2 where mailing = %s", (mailing,))
    told = Receipt("first", "delivered", number=number(1))
    settled(conn, told, told)
    assert sound(conn, mailing) == {"in_doubt": 1, "accepted": 1}


def test_ids_go_a_month_after_the_end(conn: Conn) -> None:
    mailing = sending(conn, 1)
    hand_over(conn, mailing, accepted=1)
    named(conn, mailing, 1, "id1")
    conn.execute("update mailing_mailing set state = 'sent', finished_at = now() where id = %s", (mailing,))
    for days, there in ((29, 1), (2, 0)):
        travel(conn, hours=24 * days)
        conn.execute("select delivery_clean_again()")
        assert conn.execute("select count(*) from delivery_message").fetchone() == (there,)
