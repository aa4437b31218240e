"""A forecast says what the command then does."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.delivery import freeze, resuming
from penstock.report.forecast import forecast
from tests.integration.delivery.conftest import Sink, a_sink  # noqa: F401 (a fixture)
from tests.integration.delivery.stage import (
    add_contacts,
    address,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    launch,
    policy,
    senders,
    state,
    travel,
)

Conn = psycopg.Connection[Any]


def halfway(conn: Conn, sink: Sink, connections: int = 2) -> int:
    """A mailing of packages of 100, of which the first has begun, paused; no sender runs."""
    policy(conn, package_size=100)
    with senders():
        mailing = begin(conn, 500, sink.url(connections))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 10)
        command(conn, mailing, "pause")
        eventually(lambda: not counts(conn, mailing).get("in_flight"))
    return mailing


@pytest.mark.behaviour("B4")
def test_of_a_paused_one_it_is_exact(conn: Conn, a_sink: Callable[..., Sink]) -> None:  # noqa: F811
    mailing = halfway(conn, a_sink("--delay", "0.01"))
    reached = counts(conn, mailing)["accepted"]
    drop = forecast(conn, mailing, "cancel", prepared="drop")
    assert (drop.leaving, drop.leaving_at_most, drop.kept_back) == (0, 0, 500 - reached)
    assert drop.reached == reached
    told = forecast(conn, mailing, "cancel", prepared="deliver")
    assert told.finishes
    with senders():
        answer = command(conn, mailing, "cancel", reason="enough", prepared="deliver")
        assert answer.leaving == told.leaving > 0
        becomes(conn, mailing, "cancelled")
    assert counts(conn, mailing) == {"accepted": reached + told.leaving, "cancelled": told.kept_back}


@pytest.mark.behaviour("B4", "S4.12")
def test_of_a_running_one_it_is_a_bound(conn: Conn, a_sink: Callable[..., Sink]) -> None:  # noqa: F811
    policy(conn, package_size=100, package_interruptible="off")
    with senders():
        mailing = begin(conn, 500, a_sink("--delay", "0.02").url(1))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 3)
        told = forecast(conn, mailing, "pause")
        answer = command(conn, mailing, "pause")
        assert told.finishes
        assert 0 < answer.leaving <= told.leaving
        command(conn, mailing, "resume")
        policy(conn, package_interruptible="on")
        eventually(lambda: state(conn, mailing) == "sending")
        assert forecast(conn, mailing, "pause").leaving_at_most <= 1


@pytest.mark.behaviour("B9")
def test_of_a_resumption_it_says_who_came_who_went_and_what_is_next(
    conn: Conn, a_sink: Callable[..., Sink] # noqa: F811
) -> None:  # fmt: skip
    policy(conn, package_size=10)
    listed = add_contacts(conn, "all", 40)
    mailing = launch(conn, draft(conn, listed))
    freeze.prepare(conn, mailing)
    command(conn, mailing, "pause")
    suppress(conn, 1, address(7), "unsubscribed", "test")
    suppress(conn, 1, "somebody@else.example", "unsubscribed", "test")
    add_contacts(conn, "all", 3, first=41)
    suppress(conn, 1, address(41), "manual", "test")
    told = forecast(conn, mailing, "resume")
    assert told.resume
    assert (told.resume.next_package, told.resume.gone, told.resume.joined) == (1, 1, 2)
    assert (told.waiting, told.leaving, told.resume.would_expire) == (40, 0, 0)
    conn.execute("update mailing_mailing set ends_at = now() where id = %s", (mailing,))
    later = forecast(conn, mailing, "resume").figures()
    assert later["resume"]["would_expire"] == 40
    assert later["resume"]["ends_at"].endswith("+00:00")


@pytest.mark.behaviour("B9")
@pytest.mark.parametrize("after", ["keep_grid", "shift"])
def test_of_a_resumption_in_batches_it_says_what_was_missed_and_what_is_next(conn: Conn, after: str) -> None:
    policy(conn, throttle_after_pause=after)
    listed = add_contacts(conn, "all", 40)
    mailing = draft(conn, listed)
    plan = {"kind": "now", "batches": {"size": 10}, "interval": "1h"}
    command(conn, mailing, "submit", plan=plan, confirm=True)
    command(conn, mailing, "approve")
    freeze.prepare(conn, mailing)
    command(conn, mailing, "pause")
    travel(conn, hours=2.5)
    conn.execute(
        "delete from audience_membership where contact_id = (select max(contact_id) from audience_membership)"
    )
    told = forecast(conn, mailing, "resume").resume
    assert told
    assert (told.missed_slots, told.missed, told.next_slot, told.next_count, told.left) == (2, 20, 1, 10, 1)
    command(conn, mailing, "resume", confirm=True)
    assert resuming.catch_up(conn, mailing)
    times = conn.execute(
        "select slot, max(release_at) from delivery_package where mailing = %s and slot > 0 group by slot order by 2",
        (mailing,),
    ).fetchall()
    assert told.next_at
    assert told.last_at
    assert abs((times[-1][1] - told.last_at).total_seconds()) < 30, "what was told is what became of it"
    assert times[0][0] == told.next_slot
    assert [slot for slot, _ in times] == ([1, 2, 3, 4] if after == "shift" else [1, 4, 2, 3])


def test_it_is_asked_for_what_there_is(conn: Conn) -> None:
    with pytest.raises(LookupError):
        forecast(conn, 999)
    with pytest.raises(ValueError, match="pause, cancel, resume"):
        forecast(conn, 1, "archive")
