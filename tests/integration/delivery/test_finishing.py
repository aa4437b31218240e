"""Packages that have begun are finished, where a person or the account wants it; the rest is kept back, exactly."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.mailing import control, switches
from tests.integration.delivery.conftest import Sink
from tests.integration.delivery.stage import (
    ANNA,
    becomes,
    begin,
    command,
    counts,
    eventually,
    policy,
    senders,
    sound,
    state,
)

Conn = psycopg.Connection[Any]


def some_have_gone(conn: Conn, mailing: int, number: int = 1) -> None:
    eventually(lambda: counts(conn, mailing).get("accepted", 0) >= number)


@pytest.mark.behaviour("S1.23")
@pytest.mark.parametrize("number", [1, 2])
def test_a_cancellation_may_let_go_out_what_is_prepared(
    conn: Conn, a_sink: Callable[..., Sink], number: int
) -> None:
    policy(conn, package_size=100)
    sink = a_sink("--delay", "0.01")
    with senders(number):
        mailing = begin(conn, 1000, sink.url(2))
        some_have_gone(conn, mailing)
        answer = command(conn, mailing, "cancel", reason="enough", prepared="deliver")
        assert answer.state == "cancelling"
        kept_back = counts(conn, mailing)["cancelled"]
        becomes(conn, mailing, "cancelled")
    found = sound(conn, mailing)
    assert found == {"accepted": 1000 - kept_back, "cancelled": kept_back}
    assert found["accepted"] % 100 == 0  # every package that began is complete
    assert 0 < answer.leaving <= number * 100
    assert len(sink.arrived()) == found["accepted"]


def test_and_be_changed_to_drop_them_after_all(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    policy(conn, package_size=500)
    sink = a_sink("--delay", "0.02")
    with senders():
        mailing = begin(conn, 1000, sink.url(1))
        some_have_gone(conn, mailing)
        command(conn, mailing, "cancel", reason="enough", prepared="deliver")
        answer = command(conn, mailing, "cancel", reason="stop it", prepared="drop")
        assert answer.leaving <= 1
        assert not answer.silent
        becomes(conn, mailing, "cancelled")
    found = sound(conn, mailing)
    assert found["accepted"] == len(sink.arrived()) < 500
    assert found["accepted"] + found["cancelled"] == 1000


@pytest.mark.behaviour("S1.23")
def test_what_was_given_back_by_a_pause_is_prepared_too(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    policy(conn, package_size=100)
    sink = a_sink("--delay", "0.01")
    with senders():
        mailing = begin(conn, 1000, sink.url(2))
        some_have_gone(conn, mailing)
        command(conn, mailing, "pause")
        answer = command(conn, mailing, "cancel", reason="enough", prepared="deliver")
        assert answer.state == "cancelling"
        assert answer.leaving > 50  # the begun package, most of which the pause had kept
        becomes(conn, mailing, "cancelled")
    found = sound(conn, mailing)
    assert found["accepted"] % 100 == 0
    assert found["accepted"] + found["cancelled"] == 1000
    assert len(sink.arrived()) == len(set(sink.arrived())) == found["accepted"]


@pytest.mark.behaviour("S4.12")
def test_a_package_that_has_begun_is_finished_before_a_pause_completes(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    policy(conn, package_size=100, package_interruptible="off")
    sink = a_sink("--delay", "0.01")
    with senders():
        mailing = begin(conn, 1000, sink.url(2))
        some_have_gone(conn, mailing)
        answer = command(conn, mailing, "pause")
        assert state(conn, mailing) == "paused"
        assert 0 < answer.leaving <= 100
        eventually(lambda: counts(conn, mailing).get("accepted", 0) % 100 == 0)
        first = len(sink.arrived())
        assert first == counts(conn, mailing)["accepted"]
        assert counts(conn, mailing)["waiting"] == 1000 - first
        with pytest.raises(control.Refused) as refused:
            command(conn, mailing, "cancel", reason="no", prepared="drop")
        assert refused.value.code == "prepared_fixed"
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 1000}
    assert len(set(sink.arrived())) == 1000


def test_a_sender_that_comes_later_finishes_them(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    policy(conn, package_size=100, package_interruptible="off")
    sink = a_sink("--delay", "0.02")
    with senders() as (sender,):
        mailing = begin(conn, 300, sink.url(1))
        some_have_gone(conn, mailing)
        command(conn, mailing, "pause")
        sender.end()  # gives back what it has not begun
    before = counts(conn, mailing)
    assert before["accepted"] < 100
    with senders():
        eventually(lambda: counts(conn, mailing) == {"accepted": 100, "waiting": 200})
    assert state(conn, mailing) == "paused"
    assert sound(conn, mailing) == {"accepted": 100, "waiting": 200}


def test_those_in_doubt_are_not_finished_twice(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    policy(conn, package_size=100)
    sink = a_sink("--delay", "0.02")
    with senders(2) as (sender, _):
        mailing = begin(conn, 1000, sink.url(2))
        some_have_gone(conn, mailing, 20)
        command(conn, mailing, "cancel", reason="enough", prepared="deliver")
        sender.kill()
        becomes(conn, mailing, "cancelled", seconds=60)
    found = sound(conn, mailing)
    assert (found["accepted"] + found.get("in_doubt", 0)) % 100 == 0
    assert len(set(sink.arrived())) == len(sink.arrived())


@pytest.mark.behaviour("B14")
@pytest.mark.parametrize("how", ["pause", "cancel"])
def test_a_kill_switch_stops_what_is_being_finished(
    conn: Conn, a_sink: Callable[..., Sink], how: str
) -> None:
    policy(conn, package_size=1000, package_interruptible="off")
    sink = a_sink("--delay", "0.05")
    with senders():
        mailing = begin(conn, 1000, sink.url(1))
        some_have_gone(conn, mailing)
        command(conn, mailing, how, reason="stop")
        assert state(conn, mailing) in ("paused", "cancelling")
        switches.put(conn, ANNA, scope="channel", value="email", reason="a leak")
        eventually(
            lambda: (
                state(conn, mailing) in ("paused", "cancelled") and not counts(conn, mailing).get("in_flight")
            )
        )
        found = sound(conn, mailing)
        assert found["accepted"] < 1000
        assert found["accepted"] == len(sink.arrived())
        assert found["waiting" if how == "pause" else "cancelled"] == 1000 - found["accepted"]
