"""A forecast says what the command then does."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.delivery import freeze
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


def test_it_is_asked_for_what_there_is(conn: Conn) -> None:
    with pytest.raises(LookupError):
        forecast(conn, 999)
    with pytest.raises(ValueError, match="pause, cancel, resume"):
        forecast(conn, 1, "archive")
