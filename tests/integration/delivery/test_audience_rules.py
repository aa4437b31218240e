"""Whom a mailing reached is a condition of another one's audience; who is in doubt or in flight counts as reached."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.audience import suppression
from penstock.delivery import chosen, freeze
from penstock.mailing import control
from tests.integration.delivery.conftest import CatchingThread, Sink
from tests.integration.delivery.stage import (
    add_contacts,
    address,
    becomes,
    command,
    counts,
    draft,
    eventually,
    launch,
    reason,
    senders,
    sound,
    state,
)

Conn = psycopg.Connection[Any]
PEOPLE = 40


def ruled(conn: Conn, listed: int, via: str = "smtp://127.0.0.1:1", **rule: list[int]) -> int:
    """A draft to the list, with conditions."""
    mailing = draft(conn, listed, via)
    conn.execute(
        "update mailing_mailing set audience = %s where id = %s", (Jsonb({"list": listed, **rule}), mailing)
    )
    return mailing


def chosen_by(conn: Conn, mailing: int) -> set[str]:
    """Freeze it, and say whom it means."""
    launch(conn, mailing)
    freeze.prepare(conn, mailing)
    rows = conn.execute("select normal from delivery_recipient where mailing = %s", (mailing,)).fetchall()
    return {normal for (normal,) in rows}


def frozen(conn: Conn, listed: int) -> int:
    """A mailing that is being sent, of which this test plays the senders."""
    mailing = launch(conn, draft(conn, listed))
    freeze.prepare(conn, mailing)
    conn.execute("select delivery_reply_id(250, '', 'Ok', 'dot')")
    return mailing


def claimed(conn: Conn, mailing: int, number: int) -> None:
    conn.execute(
        "update delivery_package set state = 'active', sender = 1, begun_at = now(), cursor = %s"
        " where mailing = %s and no = 1",
        (number, mailing),
    )


def ended(conn: Conn, mailing: int, seq: int, *states: int) -> None:
    for outcome in states:
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
            " values (now(), %s, 1, %s, 1, 1, %s)",
            (mailing, seq, outcome),
        )
    name = ["in_doubt", "returned", "deferred", "skipped", "accepted", "delivered", "bounced"][states[-1] - 1]
    conn.execute(f"update delivery_package set {name} = {name} + 1 where mailing = %s and no = 1", (mailing,))


@pytest.mark.behaviour("S3.19")
def test_reached_is_accepted_ever_in_doubt_or_in_flight(conn: Conn) -> None:
    listed = add_contacts(conn, "all", PEOPLE)
    first = frozen(conn, listed)
    claimed(conn, first, 8)
    ended(conn, first, 1, 5)  # accepted
    ended(conn, first, 2, 5, 7)  # accepted, bounced later
    ended(conn, first, 3, 1)  # in doubt
    ended(conn, first, 4, 1, 3)  # the doubt was released
    ended(conn, first, 5, 7)  # refused
    ended(conn, first, 6, 3)  # refused for now
    ended(conn, first, 7, 2)  # given back; 8 is in flight, 9 and the others wait
    reached = {address(number) for number in (1, 2, 3, 8)}
    everybody = {address(number) for number in range(1, PEOPLE + 1)}
    assert chosen_by(conn, ruled(conn, listed, reached_by=[first])) == reached
    assert chosen_by(conn, ruled(conn, listed, not_reached_by=[first])) == everybody - reached
    assert chosen.count(conn, 1, {"list": listed, "not_reached_by": [first]}) == PEOPLE - 4
    assert chosen.count(conn, 1, {"list": listed, "reached_by": [first]}) == 4
    assert chosen.count(conn, 1, {"list": listed}) == PEOPLE


def test_several_mailings_and_both_conditions(conn: Conn) -> None:
    listed = add_contacts(conn, "all", PEOPLE)
    first, second = frozen(conn, listed), frozen(conn, listed)
    for mailing, people in ((first, (1, 2)), (second, (2, 3))):
        claimed(conn, mailing, 3)
        for seq in (1, 2, 3):
            ended(conn, mailing, seq, 5 if seq in people else 7)
    assert chosen.count(conn, 1, {"list": listed, "reached_by": [first, second]}) == 3
    assert chosen.count(conn, 1, {"list": listed, "not_reached_by": [first, second]}) == PEOPLE - 3
    both = ruled(conn, listed, reached_by=[first], not_reached_by=[second])
    assert chosen_by(conn, both) == {address(1)}
    assert chosen.count(conn, 1, {"list": listed, "reached_by": []}) == 0


def test_a_person_is_the_contact_or_the_address(conn: Conn) -> None:
    listed = add_contacts(conn, "all", 3)
    first = frozen(conn, listed)
    claimed(conn, first, 2)
    ended(conn, first, 1, 5)
    ended(conn, first, 2, 5)
    conn.execute("update audience_contact set address = 'new@x.example', normal = 'new@x.example' where normal = %s", (address(1),))  # fmt: skip
    conn.execute("delete from audience_membership where contact_id in (select id from audience_contact where normal = %s)", (address(2),))  # fmt: skip
    conn.execute("delete from audience_contact where normal = %s", (address(2),))
    add_contacts(conn, "all", 1, first=2)  # erased and imported anew: another contact, the same address
    assert chosen_by(conn, ruled(conn, listed, not_reached_by=[first])) == {address(3)}


def test_mailings_of_another_account_reach_nobody(conn: Conn) -> None:
    listed = add_contacts(conn, "all", 3)
    first = frozen(conn, listed)
    claimed(conn, first, 1)
    ended(conn, first, 1, 5)
    assert chosen.count(conn, 2, {"list": listed, "reached_by": [first]}) == 0
    row = conn.execute("select count(*) from delivery_reached(2, %s)", ([first],)).fetchone()
    assert row == (0,)


def test_a_whole_list_is_counted_by_its_index_and_comes_to_the_same(conn: Conn) -> None:
    listed, other = add_contacts(conn, "all", 20), add_contacts(conn, "others", 20, first=11)
    for number in (3, 15, 25, 99):  # of the one, of both, of the other, of none
        suppression.suppress(conn, 1, address(number), "manual", "test")
    for number in ("+33612345678", "+33612345679"):  # who has a number only gets no e-mail
        conn.execute(
            "with c as (insert into audience_contact (account_id, address, normal, phone, region) values (1, %(n)s, %(n)s, %(n)s, 'FR')"
            " returning id) insert into audience_membership (list_id, contact_id) select %(list)s, id from c",
            {"n": number, "list": listed},
        )
    conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin) values (1, '+33612345679', 'manual', 'test')"
    )
    for account, number in [(1, listed), (1, other), (2, listed), (1, 10_000)]:
        rule = {"list": number}
        found = conn.execute(f"select {chosen.audience(rule).count()}", chosen.parameters(account, rule)).fetchone()  # fmt: skip
        assert found == (chosen.count(conn, account, rule),)
    assert chosen.count(conn, 1, {"list": listed}) == 18


@pytest.mark.behaviour("S3.14", "S3.18", "S3.19")
def test_cancelled_copied_and_sent_to_those_not_reached(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink("--delay", "0.01")
    listed = add_contacts(conn, "all", 300)
    with senders(2):
        first = launch(conn, draft(conn, listed, sink.url(2)))
        eventually(lambda: counts(conn, first).get("accepted", 0) > 50)
        command(conn, first, "cancel", reason="wrong price")
        becomes(conn, first, "cancelled")
        copy = ruled(conn, listed, sink.url(2), not_reached_by=[first])
        launch(conn, copy)
        becomes(conn, copy, "sent")
    assert sound(conn, first)["accepted"] + sound(conn, copy)["accepted"] == 300
    arrived = sink.arrived()
    assert len(arrived) == len(set(arrived)) == 300


@pytest.mark.behaviour("B6")
def test_an_audience_that_has_drifted_interrupts_and_resuming_accepts_it(
    conn: Conn, a_catcher: Callable[..., CatchingThread]
) -> None:
    server = a_catcher()
    listed = add_contacts(conn, "all", 50)
    mailing = draft(conn, listed, server.url())
    command(conn, mailing, "submit", plan={"kind": "later"}, confirm=True)
    command(conn, mailing, "approve")
    conn.execute("update mailing_mailing set approved_size = 50 where id = %s", (mailing,))
    add_contacts(conn, "all", 6, first=51)  # 12 % more
    with senders():
        command(conn, mailing, "send_now", confirm=True)
        becomes(conn, mailing, "interrupted")
        found = reason(conn, mailing)
        assert found
        assert found["code"] == "audience_drift"
        assert "was 50 when" in found["text"]
        assert "is 56 now" in found["text"]
        with pytest.raises(control.Refused):
            command(conn, mailing, "resume")
        command(conn, mailing, "resume", reason="they are ours")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 56}


def test_within_the_bound_it_goes_out(conn: Conn, a_catcher: Callable[..., CatchingThread]) -> None:
    listed = add_contacts(conn, "all", 50)
    mailing = draft(conn, listed, a_catcher().url())
    command(conn, mailing, "submit", plan={"kind": "later"}, confirm=True)
    command(conn, mailing, "approve")
    conn.execute("update mailing_mailing set approved_size = 50 where id = %s", (mailing,))
    add_contacts(conn, "all", 5, first=51)
    with senders():
        command(conn, mailing, "send_now", confirm=True)
        becomes(conn, mailing, "sent")
    assert state(conn, mailing) == "sent"
