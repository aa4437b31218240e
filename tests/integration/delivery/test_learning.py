"""What is learnt after the hand-off moves the ledger once, wherever the recipient stands, and the ledger still adds up."""

from typing import Any

import psycopg
import pytest

from penstock.delivery import due, freeze
from penstock.delivery.learning import Learned, learn, learn_early
from tests.integration.delivery import handing
from tests.integration.delivery.stage import begin, hand_over, sound, travel

Conn = psycopg.Connection[Any]


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A mailing to three that is being sent, and was handed over to the first two."""
    number = begin(conn, 3, "smtp://127.0.0.1:1")
    freeze.prepare(conn, number)
    assert len(hand_over(conn, number, 2)) == 2
    return number


def test_each_truth_counts_once_and_a_later_one_replaces_it(conn: Conn, mailing: int) -> None:
    assert learn(conn, mailing, 1, "delivered", origin="dsn") is Learned.DELIVERED
    assert sound(conn, mailing) == {"waiting": 1, "accepted": 1, "delivered": 1}
    assert learn(conn, mailing, 1, "delivered", origin="dsn") is Learned.REPEATED
    assert learn(conn, mailing, 1, "bounced", origin="webhook", text="mailbox gone") is Learned.BOUNCED
    assert learn(conn, mailing, 1, "delivered", origin="dsn") is Learned.REPEATED
    assert learn(conn, mailing, 2, "bounced", origin="dsn", code=550, enhanced="5.1.1") is Learned.BOUNCED
    assert sound(conn, mailing) == {"waiting": 1, "bounced": 2}


def test_a_telephone_that_has_the_message_keeps_it_whatever_a_gateway_says_later(
    conn: Conn, mailing: int
) -> None:
    assert learn(conn, mailing, 1, "delivered", origin="receipt", code=250) is Learned.DELIVERED
    assert learn(conn, mailing, 1, "bounced", origin="receipt", code=550) is Learned.REPEATED
    assert learn(conn, mailing, 2, "bounced", origin="receipt", code=550) is Learned.BOUNCED
    assert sound(conn, mailing) == {"waiting": 1, "delivered": 1, "bounced": 1}


def test_what_is_learnt_too_early_waits_for_the_ledger(conn: Conn, mailing: int) -> None:
    assert learn(conn, mailing, 3, "bounced", origin="dsn", text="no such user") is Learned.EARLY
    assert learn(conn, mailing, 3, "bounced", origin="dsn", text="no such user") is Learned.REPEATED
    assert learn_early(conn) == 0
    assert sound(conn, mailing) == {"waiting": 1, "accepted": 2}
    hand_over(conn, mailing)
    travel(conn, seconds=5)
    assert learn_early(conn) == 1
    assert sound(conn, mailing) == {"accepted": 2, "bounced": 1}
    assert conn.execute("select count(*) from delivery_early").fetchone() == (0,)


def test_what_never_fits_is_not_kept_for_ever(conn: Conn, mailing: int) -> None:
    learn(conn, mailing, 3, "bounced", origin="dsn")
    travel(conn, hours=24 * 31)
    assert learn_early(conn) == 0
    assert conn.execute("select count(*) from delivery_early").fetchone() == (0,)


def test_a_doubt_is_resolved_by_what_comes_back(conn: Conn, mailing: int) -> None:
    conn.execute(
        "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
        " select now(), %s, 1, 3, delivery_reply_id(0, '', 'gone', 'doubt'), 7, 1",
        (mailing,),
    )
    conn.execute(
        "update delivery_package set cursor = 3, in_doubt = 1 where mailing = %s and no = 1", (mailing,)
    )
    assert sound(conn, mailing) == {"accepted": 2, "in_doubt": 1}
    assert learn(conn, mailing, 3, "delivered", origin="dsn") is Learned.DELIVERED
    assert sound(conn, mailing) == {"accepted": 2, "delivered": 1}
    assert conn.execute("select transport from delivery_outcome where state = 6").fetchone() == (7,)


@pytest.mark.behaviour("B2")
@pytest.mark.parametrize("state", ["delivered", "bounced"])
def test_under_never_lost_what_comes_back_before_the_retry_cancels_it(conn: Conn, state: Any) -> None:
    number = begin(conn, 2, "smtp://127.0.0.1:1")
    freeze.prepare(conn, number)
    handing.hand_over(conn, number, in_doubt=1, deferred=1)
    conn.execute("select delivery_release_doubt(%s, null)", (number,))
    assert learn(conn, number, 1, state, origin="webhook") == state
    assert (
        learn(conn, number, 2, state, origin="webhook") is Learned.EARLY
    )  # refused for now: nothing of theirs left
    travel(conn, minutes=2)
    assert due.pack(conn, number) == 1
    assert sound(conn, number) == {state: 1, "deferred": 1}


def test_nobody_is_met_who_was_never_meant(conn: Conn, mailing: int) -> None:
    assert learn(conn, mailing, 4, "bounced", origin="dsn") is Learned.UNKNOWN
    assert learn(conn, mailing + 1, 1, "bounced", origin="dsn") is Learned.UNKNOWN
    with pytest.raises(ValueError, match="no origin"):
        learn(conn, mailing, 1, "bounced", origin="No Origin")


def test_the_dictionary_of_replies_holds_no_address(conn: Conn, mailing: int) -> None:
    said = "<Reader1@example.net>: unknown user Reader1@example.net\x00\n{tricks}"
    assert (
        learn(conn, mailing, 1, "bounced", origin="dsn", code=9999, enhanced="5.x", text=said)
        is Learned.BOUNCED
    )
    row = conn.execute(
        "select r.code, r.enhanced, r.text, r.command, o.detail from delivery_outcome o"
        " join delivery_reply r on r.id = o.reply where o.state = 7"
    ).fetchone()
    assert row == (0, "", "<{}>: unknown user {} {tricks}", "dsn", "Reader1@example.net")
