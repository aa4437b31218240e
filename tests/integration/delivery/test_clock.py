"""What the clock brings happens by itself, at its time, once."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.mailing.control import Refused
from tests.integration.delivery.conftest import Sink
from tests.integration.delivery.stage import (
    add_contacts,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    policy,
    reason,
    senders,
    sound,
    state,
)

Conn = psycopg.Connection[Any]


def approved(conn: Conn, count: int, plan: dict[str, Any], via: str = "smtp://127.0.0.1:1") -> int:
    """A mailing to `count` new contacts, approved with `plan`."""
    mailing = draft(conn, add_contacts(conn, f"list {time.monotonic_ns()}", count), via)
    command(conn, mailing, "submit", plan=plan, confirm=True)
    if state(conn, mailing) == "in_review":
        command(conn, mailing, "approve")
    return mailing


def scheduled(conn: Conn, count: int, seconds: float, via: str = "smtp://127.0.0.1:1") -> int:
    """A mailing that is approved before its time, so many seconds from now: more where the machine needs longer for that."""
    try:
        return approved(conn, count, at(conn, seconds), via)
    except (Refused, ValueError):  # its time passed while it was submitted or approved
        assert seconds < 60
        return scheduled(conn, count, 2 * seconds, via)


def at(conn: Conn, seconds: float) -> dict[str, Any]:
    """A plan for so many seconds from now, by the database's clock."""
    row = conn.execute("select clock_timestamp() + make_interval(secs => %s)", (seconds,)).fetchone()
    assert row
    when: datetime = row[0]
    return {"kind": "at", "at": when.isoformat(), "zone": "UTC"}


def moment(conn: Conn, mailing: int, name: str) -> datetime:
    """When the journal says that `name` happened."""
    row = conn.execute(
        "select at from mailing_entry where mailing_id = %s and command = %s order by id desc limit 1",
        (mailing, name),
    ).fetchone()
    assert row, f"{name} never happened"
    when: datetime = row[0]
    return when


def due(conn: Conn, mailing: int) -> datetime:
    row = conn.execute("select due_at from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    when: datetime = row[0]
    return when


def kept_waiting(url: str, until: datetime) -> timedelta:
    """How late the database's clock reaches somebody else on this machine who waits for the same moment."""
    with psycopg.connect(url, autocommit=True) as conn:
        time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))
        row = conn.execute("select clock_timestamp()").fetchone()
        assert row
        return row[0] - until


@pytest.mark.timeout(240)
@pytest.mark.behaviour("S2.12", "S2.13", "S4.2")
def test_a_scheduled_mailing_starts_at_its_time_within_a_second(
    database: str, conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    """On a machine that has time for it: so much as it keeps others waiting is not the clock's, and a busy one is tried again."""
    sink = a_sink()
    beyond: list[timedelta] = []
    with senders():
        while not beyond or (beyond[-1] >= timedelta(seconds=1) and len(beyond) < 8):
            both = [scheduled(conn, 20, seconds, sink.url()) for seconds in (1.5, 1.2)]
            control = kept_waiting(database, max(due(conn, mailing) for mailing in both))
            for mailing in both:
                becomes(conn, mailing, "sent", seconds=60)
                assert sound(conn, mailing) == {"accepted": 20}
            late = [moment(conn, mailing, "due") - due(conn, mailing) for mailing in both]
            assert min(late) >= timedelta(0)  # never too early
            beyond.append(max(late) - control)
    assert beyond[-1] < timedelta(seconds=1), beyond
    assert len(sink.arrived()) == 40 * len(beyond)


def test_a_time_that_passed_while_nothing_ran_is_made_up_for(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    mailing = scheduled(conn, 5, 0.8, a_sink().url())
    eventually(lambda: conn.execute("select now() > %s", (due(conn, mailing),)).fetchone() == (True,))
    assert state(conn, mailing) == "scheduled"
    with senders():
        becomes(conn, mailing, "sent")


def test_nobody_is_frozen_while_the_start_can_be_taken_back(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink()
    policy(conn, undo_seconds=1)
    with senders():
        taken_back = begin(conn, 5, sink.url())
        assert state(conn, taken_back) == "starting"
        other = begin(conn, 5, sink.url())
        command(conn, taken_back, "undo")
        assert state(conn, taken_back) == "parked"
        becomes(conn, other, "sent")
        assert moment(conn, other, "prepared") - moment(conn, other, "approve") >= timedelta(seconds=1)
        assert counts(conn, taken_back) == {}
        with pytest.raises(Refused) as refused:
            command(conn, other, "undo")
        assert refused.value.code == "wrong_state"
    assert len(sink.arrived()) == 5


@pytest.mark.behaviour("S1.15")
def test_a_launch_time_that_passes_at_the_gate_holds_the_mailing_once(conn: Conn) -> None:
    mailing = draft(conn, add_contacts(conn, "held", 1))
    command(conn, mailing, "submit", plan=at(conn, 0.8), confirm=True)
    with senders():
        eventually(lambda: (reason(conn, mailing) or {}).get("code") == "held:late_gate")
        other = scheduled(conn, 1, 1.6)  # the clock has struck again when this one is due
        eventually(lambda: state(conn, other) != "scheduled")
    assert state(conn, mailing) == "in_review"
    row = conn.execute(
        "select count(*) from mailing_entry where mailing_id = %s and command = 'late'", (mailing,)
    ).fetchone()
    assert row == (1,)


def test_or_ends_it_or_lets_it_wait_for_its_approval(conn: Conn) -> None:
    policy(conn, late_gate="expire")
    ends = draft(conn, add_contacts(conn, "ends", 1))
    command(conn, ends, "submit", plan=at(conn, 0.8), confirm=True)
    with senders():
        becomes(conn, ends, "expired")
        policy(conn, late_gate="send_on_approval")
        waits = draft(conn, add_contacts(conn, "waits", 1))
        command(conn, waits, "submit", plan=at(conn, 0.8), confirm=True)
        clock = scheduled(conn, 1, 1.5)
        eventually(lambda: state(conn, clock) != "scheduled")
        assert state(conn, waits) == "in_review"
        assert reason(conn, waits) is None
        command(conn, waits, "approve")
        assert state(conn, waits) not in ("in_review", "scheduled")


@pytest.mark.behaviour("S2.14", "S2.26")
def test_the_sequence_goes_out_one_after_the_other(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink("--delay", "0.01")
    plan = {"kind": "sequence"}
    first, second, third = (approved(conn, 30, plan, sink.url(2)) for _ in range(3))
    command(conn, third, "move", position=1)
    with senders():
        beside = begin(conn, 5, sink.url())  # what goes at once is not delayed by them
        becomes(conn, beside, "sent")
        for mailing in (first, second, third):
            becomes(conn, mailing, "sent")
    order = [moment(conn, mailing, "promote") for mailing in (third, first, second)]
    ends = [moment(conn, mailing, "handed_off") for mailing in (third, first, second)]
    assert order[0] < ends[0] < order[1] < ends[1] < order[2]
    assert conn.execute("select mailings from mailing_queue").fetchone() == ([],)


@pytest.mark.behaviour("S2.26")
def test_a_paused_head_lets_the_next_one_go_or_blocks_it(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink("--delay", "0.02")
    plan = {"kind": "sequence"}
    with senders():
        head, following = (approved(conn, 60, plan, sink.url(1)) for _ in range(2))
        becomes(conn, head, "sending")
        policy(conn, paused_head="block")
        command(conn, head, "pause")
        clock = scheduled(conn, 1, 1.1, sink.url())
        eventually(lambda: state(conn, clock) != "scheduled")
        assert state(conn, following) == "queued"
        policy(conn, paused_head="yield")
        becomes(conn, following, "sending")
        command(conn, head, "resume")
        assert state(conn, head) == "queued"  # first in the sequence, behind the one that is handing off
        becomes(conn, following, "sent")
        becomes(conn, head, "sent")
    for mailing in (head, following):
        assert sound(conn, mailing) == {"accepted": 60}


def its_end_date_passes(conn: Conn, mailing: int) -> None:
    """Now, however long it took to get so far."""
    conn.execute(
        "update mailing_mailing set ends_at = clock_timestamp(), plan = plan || jsonb_build_object('ends_at',"
        """ to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) where id = %s""",
        (mailing,),
    )


@pytest.mark.behaviour("S3.12")
def test_an_end_date_completes_what_has_begun_and_expires_the_rest(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    policy(conn, package_size=50)
    sink = a_sink("--delay", "0.02")
    with senders():
        mailing = approved(conn, 500, {"kind": "now", "ends_at": at(conn, 3600)["at"]}, sink.url(1))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 3)
        its_end_date_passes(conn, mailing)
        becomes(conn, mailing, "expired", seconds=60)
    found = sound(conn, mailing)
    assert set(found) == {"accepted", "expired"}
    assert found["accepted"] % 50 == 0  # every package that began is complete
    assert found["accepted"] >= 50
    assert len(sink.arrived()) == found["accepted"]


def test_an_end_date_ends_what_waits_and_what_was_paused_before_it_began(conn: Conn) -> None:
    ends = at(conn, 1.0)["at"]
    waiting = approved(conn, 1, {"kind": "later", "ends_at": ends})
    paused = approved(conn, 1, {"kind": "sequence", "ends_at": ends})
    command(conn, paused, "pause")
    with senders():
        becomes(conn, waiting, "expired")
        becomes(conn, paused, "expired")


def switch(conn: Conn, scope: str, value: str = "", seconds: float | None = None) -> int:
    """A kill switch as a row, without what else throwing one does: only the engine itself can notice it."""
    row = conn.execute(
        "insert into mailing_switch (scope, account_id, value, reason, made_by, made_at, expires_at)"
        " values (%s, 1, %s, 'a test', 'anna', now(), now() + make_interval(secs => %s)) returning id",
        (scope, value, seconds),
    ).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("plan", ["at", "sequence"])
def test_what_is_due_under_a_kill_switch_is_interrupted(conn: Conn, plan: str) -> None:
    number = switch(conn, "sender", "news@example.org")
    mailing = scheduled(conn, 1, 0.8) if plan == "at" else approved(conn, 1, {"kind": "sequence"})
    with senders():
        becomes(conn, mailing, "interrupted")
        found = reason(conn, mailing)
        assert found
        assert found["code"] == "kill_switch"
        assert "sender news@example.org by anna: a test" in found["text"]
        with pytest.raises(Refused):
            command(conn, mailing, "resume", reason="try")
        conn.execute(
            "update mailing_switch set lifted_at = now(), lifted_by = 'anna' where id = %s", (number,)
        )
        command(conn, mailing, "resume", reason="lifted")


def test_what_goes_on_under_a_kill_switch_is_interrupted(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink("--delay", "0.02")
    with senders():
        mailing = begin(conn, 300, sink.url(1))
        eventually(lambda: counts(conn, mailing).get("accepted"))
        switch(conn, "channel", "email")
        becomes(conn, mailing, "interrupted")
        assert (reason(conn, mailing) or {})["code"] == "kill_switch"
