"""After an end: the rest is sent, what is in doubt is released; nobody gets it twice, and the figures add up."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.mailing import control
from tests.integration.delivery.conftest import CatchingThread, Sink
from tests.integration.delivery.stage import (
    add_contacts,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    launch,
    policy,
    senders,
    sound,
    state,
)
from tests.integration.delivery.test_clock import approved, at, its_end_date_passes

Conn = psycopg.Connection[Any]


def once(sink: Sink, number: int) -> bool:
    arrived = sink.arrived()
    return len(arrived) == len(set(arrived)) == number


@pytest.mark.behaviour("S4.10", "S3.14")
@pytest.mark.parametrize("prepared", ["drop", "deliver"])
def test_the_rest_of_a_cancelled_mailing_is_sent(
    conn: Conn, a_sink: Callable[..., Sink], prepared: str
) -> None:
    policy(conn, package_size=100)
    sink = a_sink("--delay", "0.005")
    with senders(2):
        mailing = begin(conn, 500, sink.url(2))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 30)
        command(conn, mailing, "cancel", reason="wait", prepared=prepared)
        becomes(conn, mailing, "cancelled")
        assert sound(conn, mailing)["cancelled"] > 100
        command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
        becomes(conn, mailing, "sent", seconds=60)
        with pytest.raises(control.Refused):
            command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
    assert sound(conn, mailing) == {"accepted": 500}
    assert once(sink, 500)


def test_it_can_be_cancelled_and_sent_on_again_and_again(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    policy(conn, package_size=50)
    sink = a_sink("--delay", "0.005")
    with senders(2):
        mailing = begin(conn, 300, sink.url(2))
        for wanted in (20, 80, 140):
            eventually(lambda least=wanted: counts(conn, mailing).get("accepted", 0) > least)
            command(conn, mailing, "cancel", reason="wait")
            becomes(conn, mailing, "cancelled")
            sound(conn, mailing)
            command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
        becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 300}
    assert once(sink, 300)


@pytest.mark.behaviour("S3.12")
def test_the_rest_of_an_expired_mailing_needs_a_new_end_date(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    policy(conn, package_size=50)
    sink = a_sink("--delay", "0.02")
    with senders():
        mailing = approved(conn, 400, {"kind": "now", "ends_at": at(conn, 3600)["at"]}, sink.url(2))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 3)
        its_end_date_passes(conn, mailing)
        becomes(conn, mailing, "expired", seconds=60)
        found = sound(conn, mailing)
        assert found["expired"] > 0
        with pytest.raises(control.Refused):
            command(conn, mailing, "send_rest", confirm=True)
        command(conn, mailing, "send_rest", plan={"kind": "now", "ends_at": at(conn, 60)["at"]}, confirm=True)
        becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 400}
    assert once(sink, 400)


@pytest.mark.behaviour("S3.12")
def test_paused_over_its_end_date_it_completes_what_had_begun(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    policy(conn, package_size=100)
    sink = a_sink("--delay", "0.02")
    with senders():
        mailing = approved(conn, 500, {"kind": "now", "ends_at": at(conn, 3600)["at"]}, sink.url(1))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 3)
        command(conn, mailing, "pause")
        assert counts(conn, mailing)["accepted"] < 100
        its_end_date_passes(conn, mailing)
        clock = approved(conn, 1, at(conn, 1.5), sink.url(1))  # by then the clock has struck the end
        becomes(conn, clock, "sent")
        assert state(conn, mailing) == "paused"
        command(conn, mailing, "resume")
        becomes(conn, mailing, "expired", seconds=60)
    assert sound(conn, mailing) == {"accepted": 100, "expired": 400}


def killed_with_doubts(conn: Conn, sink: Sink, **options: Any) -> int:
    """A mailing that is paused, with some in doubt."""
    policy(conn, package_size=50)  # so that both have one
    with senders(2) as (victim, _):
        mailing = begin(conn, 400, sink.url(4), **options)
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 20)
        eventually(lambda: unrecorded(conn, mailing, victim.pid) > 2)
        victim.kill()
        eventually(lambda: counts(conn, mailing).get("in_doubt"))
        if state(conn, mailing) in ("sending", "finishing"):
            command(conn, mailing, "pause")
    return mailing


def unrecorded(conn: Conn, mailing: int, pid: int) -> int:
    """How many a sender has claimed and not recorded: they are in doubt when it dies now."""
    row = conn.execute(
        "select coalesce(sum(p.cursor - p.accepted - p.deferred - p.bounced - p.returned - p.skipped - p.in_doubt), 0)"
        "  from delivery_package p join delivery_sender s on s.id = p.sender where p.mailing = %s and s.pid = %s",
        (mailing, pid),
    ).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.behaviour("B2")
def test_those_in_doubt_are_released_one_by_one_or_all(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    mailing = killed_with_doubts(conn, a_sink("--delay", "0.02"))
    doubts = counts(conn, mailing)["in_doubt"]
    row = conn.execute(
        "select min(seq) from delivery_outcome where mailing = %s and state = 1", (mailing,)
    ).fetchone()
    assert row
    command(conn, mailing, "release_doubt", which=[row[0], 999_999], reason="he says it never came")
    assert sound(conn, mailing).get("in_doubt", 0) == doubts - 1
    assert state(conn, mailing) == "paused"
    with senders():
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent", seconds=60)
        assert sound(conn, mailing).get("in_doubt", 0) == doubts - 1
        if doubts > 1:
            command(conn, mailing, "release_doubt", which="all", reason="all of them")
            becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 400}


def test_released_under_a_cancelled_mailing_they_wait_for_its_rest(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    mailing = killed_with_doubts(conn, a_sink("--delay", "0.02"))
    command(conn, mailing, "cancel", reason="enough")
    becomes(conn, mailing, "cancelled")
    before = sound(conn, mailing)
    command(conn, mailing, "release_doubt", which="all", reason="they asked for it")
    assert state(conn, mailing) == "cancelled"
    after = sound(conn, mailing)
    assert after == {
        "accepted": before["accepted"],
        "cancelled": before.get("cancelled", 0) + before["in_doubt"],
    }
    with senders():
        command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
        becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 400}


@pytest.mark.behaviour("S1.31")
def test_a_paused_mailing_is_put_off_and_goes_on_at_its_new_time(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    sink = a_sink("--delay", "0.01")
    with senders():
        mailing = begin(conn, 200, sink.url(2))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 20)
        command(conn, mailing, "pause")
        before = counts(conn, mailing)["accepted"]
        later = at(conn, 1.5)
        command(conn, mailing, "resume", at=later["at"], zone="UTC")
        assert state(conn, mailing) == "scheduled"
        assert counts(conn, mailing) == {"accepted": before, "waiting": 200 - before}
        becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 200}
    assert once(sink, 200)


def test_a_correction_waits_until_it_is_known_whom_the_original_reached(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    policy(conn, package_size=100)
    sink = a_sink("--delay", "0.02")
    listed = add_contacts(conn, "all", 300)
    with senders():
        mailing = launch(conn, draft(conn, listed, sink.url(1)))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 5)
        command(conn, mailing, "cancel", reason="a wrong link", prepared="deliver")
        made = command(conn, mailing, "copy").made
        assert made
        rule = Jsonb({"list": listed, "not_reached_by": [mailing]})
        conn.execute("update mailing_mailing set audience = %s where id = %s", (rule, made))
        assert state(conn, mailing) == "cancelling"
        launch(conn, made)
        becomes(conn, mailing, "cancelled")
        becomes(conn, made, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 100, "cancelled": 200}
    assert sound(conn, made) == {"accepted": 200}
    assert once(sink, 300)


@pytest.mark.behaviour("S4.10")
def test_those_deferred_are_given_up_by_a_cancellation_and_tried_again_with_the_rest(
    conn: Conn, a_catcher: Callable[..., CatchingThread]
) -> None:
    server = a_catcher(defer_matching={"*": "451 not now"})
    with senders():
        mailing = begin(conn, 10, server.url())
        becomes(conn, mailing, "finishing")
        command(conn, mailing, "cancel", reason="no")
        becomes(conn, mailing, "cancelled")
        assert sound(conn, mailing) == {"cancelled": 10}
        server.catcher.faults.defer_matching.clear()
        command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
        eventually(lambda: counts(conn, mailing).get("deferred") == 10)  # in their time
        conn.execute(
            "update delivery_due set due_at = now() - interval '1 min' where mailing = %s", (mailing,)
        )
        becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 10}


@pytest.mark.behaviour("S4.19")
def test_a_transport_that_was_mended_is_taken_as_it_is_on_resuming(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    first, second = a_sink("--delay", "0.01"), a_sink()
    with senders():
        mailing = begin(conn, 300, first.url(2))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 10)
        command(conn, mailing, "pause")
        conn.execute("update account_server set url = %s", (second.url(2),))
        before = len(first.arrived())
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 300}
    assert len(first.arrived()) == before
    assert len(second.arrived()) == 300 - before
