"""What the ledger says bounced is judged once, whoever learnt of it: suppressed by the rules, its credit returned, its mailing stopped."""

from typing import Any

import psycopg
import pytest

from penstock.account.credits import ledger, reading
from penstock.audience.suppression import lift, suppressed
from penstock.delivery import freeze, tripping
from penstock.delivery.learning import learn
from penstock.delivery.ticker import Ticker
from penstock.feedback import bounces
from penstock.feedback.receive import receive
from penstock.mailing.control import EVERY_ROLE, Actor
from tests.integration.delivery import handing
from tests.integration.delivery.stage import (
    add_contacts,
    address,
    begin,
    command,
    counts,
    draft,
    hand_over,
    launch,
    policy,
    reason,
    sound,
    state,
    travel,
)  # fmt: skip
from tests.integration.feedback.returning import message, verp

Conn = psycopg.Connection[Any]


def sending(conn: Conn, count: int, **options: Any) -> int:
    number = begin(conn, count, "smtp://127.0.0.1:1", **options)
    freeze.prepare(conn, number)
    assert state(conn, number) == "sending"
    return number


def tick() -> None:
    """Do what the ticker does, once."""
    ticker = Ticker(lambda: None)
    ticker._tick()
    assert ticker._conn is not None
    ticker._conn.close()


def returned(conn: Conn, name: str, mailing: int, seq: int) -> str:
    return receive(conn, message(name, mailing, seq), door="lmtp", recipients=[verp(mailing, seq)])[0].done


@pytest.mark.behaviour("S3.15")
def test_who_bounced_meanwhile_is_skipped_by_what_is_paused_and_by_what_follows(conn: Conn) -> None:
    listed = add_contacts(conn, "readers", 3)
    first = launch(conn, draft(conn, listed))
    freeze.prepare(conn, first)
    assert len(hand_over(conn, first)) == 3
    paused = launch(conn, draft(conn, listed))
    freeze.prepare(conn, paused)
    assert len(hand_over(conn, paused, 1)) == 1
    command(conn, paused, "pause")
    for seq, name in ((2, "postfix-user-unknown"), (3, "arf-rfc5965")):
        receive(conn, message(name, first, seq), door="lmtp", recipients=[verp(first, seq)])
    assert bounces.note(conn) == 1
    command(conn, paused, "resume")
    conn.execute("update mailing_mailing set stopped_at = null where id = %s", (paused,))
    assert hand_over(conn, paused) == []
    assert sound(conn, paused) == {"accepted": 1, "skipped": 2}
    assert conn.execute(
        "select o.seq, r.text from delivery_outcome o join delivery_reply r on r.id = o.reply"
        " where o.mailing = %s and o.state = 4 order by 1",
        (paused,),
    ).fetchall() == [(2, "hard_bounce"), (3, "complaint")]


def test_soft_bounces_suppress_when_they_are_as_many_as_the_policy_says(conn: Conn) -> None:
    policy(conn, soft_bounces="3 per 30 days")
    listed = add_contacts(conn, "readers", 1)

    def bounce(days: int = 1) -> str | None:
        travel(conn, hours=24 * days)
        mailing = launch(conn, draft(conn, listed))
        freeze.prepare(conn, mailing)
        hand_over(conn, mailing)
        if returned(conn, "qmail-ldap-full", mailing, 1) == "bounced":
            assert bounces.note(conn) == 1
        return suppressed(conn, 1, address(1))

    assert [bounce(), bounce()] == [None, None]
    travel(conn, hours=24 * 31)  # those count no more
    assert [bounce(), bounce(0), bounce(), bounce()] == [
        None,
        None,
        None,
        "soft_bounces",
    ]  # two of one day are one
    assert conn.execute("select suppressed from feedback_bounce order by mailing desc limit 2").fetchall() == [
        (True,), (False,),
    ]  # fmt: skip
    lift(conn, 1, address(1))
    policy(conn, soft_bounces="off")
    assert bounce() is None


def test_who_is_blocked_is_not_suppressed_and_a_bounce_of_the_dialogue_counts_as_any(conn: Conn) -> None:
    mailing = sending(conn, 3)
    hand_over(conn, mailing, 1)
    assert returned(conn, "postfix-spamhaus", mailing, 1) == "bounced"
    for seq, text in ((2, "user unknown"), (3, "mailbox full")):
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)"
            " select now(), %s, 1, %s, delivery_reply_id(550, '', '{} ' || %s, 'rcpt'), 0, 7, 'you:'",
            (mailing, seq, text),
        )
    tick()
    assert conn.execute(
        "select seq, class, origin, code, text, suppressed from feedback_bounce order by seq"
    ).fetchall() == [
        (1, "blocked", "dsn", 554, conn.execute("select text from feedback_bounce where seq = 1").fetchone()[0], False),  # type: ignore[index]
        (2, "hard", "smtp", 550, "you: user unknown", True),
        (3, "soft", "smtp", 550, "you: mailbox full", False),
    ]  # fmt: skip
    assert conn.execute("select normal, reason, origin from audience_suppression").fetchall() == [
        (address(2), "hard_bounce", f"mailing {mailing}")
    ]


def test_a_bounce_after_the_end_gives_its_credit_back(conn: Conn) -> None:
    policy(conn, credits="counted", bounce_credit="return")
    ledger.top_up(conn, 1, Actor("root", EVERY_ROLE | {"platform"}, "cli"), amount=100)
    mailing = sending(conn, 2)
    hand_over(conn, mailing)
    tick()
    assert state(conn, mailing) == "sent"

    def balance() -> tuple[int, int]:
        held = reading.balances(conn, 1)[0]
        return held.available, held.spent

    assert balance() == (98, 2)
    assert returned(conn, "qmail", mailing, 1) == "bounced"
    assert reading.check(conn, 1) == []
    bounces.note(conn)
    assert balance() == (99, 1)
    assert returned(conn, "qmail", mailing, 1) == "repeated"
    assert bounces.note(conn) == 0
    assert balance() == (99, 1)
    assert sound(conn, mailing) == {"accepted": 1, "bounced": 1}


@pytest.mark.behaviour("S4.21")
def test_bounces_that_come_back_later_interrupt_the_mailing(conn: Conn) -> None:
    mailing = sending(conn, 700)
    handing.hand_over(conn, mailing, accepted=600)
    for seq in range(1, 31):
        learn(conn, mailing, seq, "bounced", origin="dsn", code=550, enhanced="5.1.1", text="user unknown")
    assert tripping.look(conn) == 0  # 5 % exactly
    assert returned(conn, "postfix-user-unknown", mailing, 31) == "bounced"
    assert tripping.look(conn) == 1
    assert state(conn, mailing) == "interrupted"
    why = reason(conn, mailing)
    assert why is not None
    assert why["text"] == "31 of 600 settled recipients bounced: 5.2 %, more than 5 %."
    assert sound(conn, mailing) == {"waiting": 100, "accepted": 569, "bounced": 31}


@pytest.mark.behaviour("S4.21")
def test_complaints_that_come_back_interrupt_the_mailing(conn: Conn) -> None:
    mailing = sending(conn, 1100)
    handing.hand_over(conn, mailing, accepted=1000)
    for _ in range(3):  # one who is reported three times is one
        returned(conn, "arf-yahoo", mailing, 1)
    assert tripping.look(conn) == 0  # 0.1 % exactly
    returned(conn, "arf-aol", mailing, 2)
    assert tripping.look(conn) == 1
    assert (reason(conn, mailing) or {})["code"] == "complaints"
    command(conn, mailing, "unlock", reason="the list was cleaned")
    command(conn, mailing, "resume", reason="goes on")
    assert tripping.look(conn) == 0


def test_looking_for_bounces_costs_nothing_where_there_are_none(conn: Conn) -> None:
    mailing = sending(conn, 3000)
    handing.hand_over(conn, mailing, accepted=2000, bounced=900)
    assert bounces.note(conn, most=500) == 500
    assert bounces.note(conn) == 400
    assert bounces.note(conn) == 0
    assert counts(conn, mailing)["bounced"] == 900
    conn.execute("analyze delivery_outcome")
    plan = "\n".join(
        line
        for (line,) in conn.execute(
            "explain select * from delivery_outcome where state = 7 and noted is null order by mailing, seq limit 10"
        )
    )
    assert "delivery_outcome_unnoted" in plan
    assert "Seq Scan" not in plan
