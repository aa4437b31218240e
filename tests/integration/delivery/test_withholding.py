"""A kill switch on a domain or a transport keeps recipients back; the mailing goes on without them, and nobody is lost."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.mailing import switches
from penstock.mailing.control import Actor
from tests.integration.delivery.conftest import CatchingThread, Sink
from tests.integration.delivery.stage import (
    ANNA,
    add_contacts,
    becomes,
    begin,
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
from tests.integration.delivery.test_clock import at, its_end_date_passes

Conn = psycopg.Connection[Any]
OPERATOR = Actor("anna", ANNA.roles, "cli", 1)


def mixed(conn: Conn, count: int) -> int:
    """A list of which every other one is at away.example."""
    listed = add_contacts(conn, "all", count)
    conn.execute(
        "update audience_contact set normal = replace(normal, 'example.net', 'away.example'),"
        " address = replace(address, 'example.net', 'Away.Example') where mod(id, 2) = 0"
    )
    return listed


def off(conn: Conn, scope: str, value: str) -> int:
    return switches.put(conn, OPERATOR, scope=scope, value=value, reason="it bounces").switch.id


def on(conn: Conn, number: int) -> None:
    switches.lift(conn, OPERATOR, number, "it is back")


def at_away(sink: Sink) -> int:
    return sum(address.lower().endswith("@away.example") for address in sink.arrived())


@pytest.mark.behaviour("B14")
def test_a_domain_is_withheld_and_goes_on_when_the_switch_is_lifted(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    sink = a_sink("--delay", "0.01")
    listed = mixed(conn, 300)
    with senders(2):
        mailing = launch(conn, draft(conn, listed, sink.url(2)))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 20)
        number = off(conn, "domain", "away.example")
        eventually(lambda: counts(conn, mailing).get("waiting", 0) + counts(conn, mailing).get("accepted", 0) == 300
                   and len(sink.arrived()) - at_away(sink) == 150)  # fmt: skip
        gone = at_away(sink)
        assert 0 < gone < 150
        assert state(conn, mailing) == "sending"
        assert sound(conn, mailing) == {"accepted": 150 + gone, "waiting": 150 - gone}
        assert at_away(sink) == gone
        on(conn, number)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 300}
    assert len(set(sink.arrived())) == len(sink.arrived()) == 300


def test_one_switch_of_two_is_lifted_and_a_cancellation_ends_the_withheld(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    sink = a_sink()
    listed = mixed(conn, 100)
    first, second = off(conn, "domain", "away.example"), off(conn, "domain", "example.net")
    with senders():
        mailing = launch(conn, draft(conn, listed, sink.url(2)))
        eventually(lambda: due_at_infinity(conn, mailing) == 100)
        assert sink.arrived() == []
        on(conn, first)
        eventually(lambda: counts(conn, mailing) == {"accepted": 50, "waiting": 50})
        assert at_away(sink) == 50
        command(conn, mailing, "cancel", reason="enough")
        becomes(conn, mailing, "cancelled")
        assert sound(conn, mailing) == {"accepted": 50, "cancelled": 50}
        on(conn, second)
        command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 100}


def due_at_infinity(conn: Conn, mailing: int) -> int:
    row = conn.execute(
        "select count(*) from delivery_due where mailing = %s and due_at = 'infinity'", (mailing,)
    ).fetchone()
    assert row
    return int(row[0])


@pytest.mark.behaviour("B14")
def test_a_transport_is_withheld_and_another_goes_on(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink, other = a_sink("--delay", "0.01"), a_sink()
    with senders():
        mailing = begin(conn, 200, sink.url(2))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 10)
        row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
        assert row
        number = off(conn, "transport", str(row[0]))
        eventually(lambda: not counts(conn, mailing).get("in_flight"))
        gone = counts(conn, mailing)["accepted"]
        beside = begin(conn, 30, other.url(1))
        becomes(conn, beside, "sent")
        assert state(conn, mailing) == "sending"
        assert sound(conn, mailing) == {"accepted": gone, "waiting": 200 - gone}
        on(conn, number)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 200}
    assert len(sink.arrived()) == 200


def expires(conn: Conn, number: int) -> None:
    conn.execute("update mailing_switch set expires_at = clock_timestamp() where id = %s", (number,))


def held(conn: Conn, mailing: int) -> str:
    """What the mailing says of those held back; nothing when nobody is."""
    why = reason(conn, mailing) or {}
    return str(why["text"]) if why.get("code") == "held:kill_switch" else ""


def journalled(conn: Conn, mailing: int, *names: str) -> list[tuple[str, str | None]]:
    return conn.execute(
        "select command, reason from mailing_entry where mailing_id = %s and command = any(%s) order by place",
        (mailing, list(names)),
    ).fetchall()


@pytest.mark.behaviour("B14")
def test_an_expired_switch_lets_nothing_go_by_itself_and_says_so(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    sink = a_sink()
    listed = mixed(conn, 20)
    number = off(conn, "domain", "away.example")
    with senders():
        mailing = launch(conn, draft(conn, listed, sink.url(1)))
        eventually(lambda: held(conn, mailing).startswith("10 recipients are held back by kill switch"))
        assert state(conn, mailing) == "sending"
        assert f"kill switch {number} (domain away.example, by anna: it bounces). Let them go:" in held(
            conn, mailing
        )
        expires(conn, number)
        eventually(lambda: "which ended" in held(conn, mailing))
        assert f"penstock kill-switch lift {number}" in held(conn, mailing)
        later = launch(conn, draft(conn, listed, sink.url(1)))
        becomes(conn, later, "sent")  # it is in force no longer
        assert reason(conn, later) is None
        assert due_at_infinity(conn, mailing) == 10
        on(conn, number)
        becomes(conn, mailing, "sent")
    assert reason(conn, mailing) is None
    assert [name for name, _ in journalled(conn, mailing, "hold_back", "let_go")] == ["hold_back", "let_go"]
    assert sound(conn, mailing) == {"accepted": 20}


@pytest.mark.behaviour("B14")
def test_who_resumes_after_the_expiry_lets_them_go(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink()
    number = off(conn, "domain", "away.example")
    with senders():
        mailing = launch(conn, draft(conn, mixed(conn, 20), sink.url(1)))
        eventually(lambda: held(conn, mailing).startswith("10 "))
        command(conn, mailing, "pause")
        command(conn, mailing, "resume")  # the switch is in force: they are held back all the same
        eventually(lambda: held(conn, mailing).startswith("10 "))
        expires(conn, number)
        eventually(lambda: "or pause and resume" in held(conn, mailing))
        command(conn, mailing, "pause")
        assert due_at_infinity(conn, mailing) == 10
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 20}
    assert len(sink.arrived()) == len(set(sink.arrived())) == 20


def test_a_transport_that_is_switched_off_says_so_and_goes_on_when_resumed(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    sink = a_sink("--delay", "0.01")
    with senders():
        mailing = begin(conn, 200, sink.url(2))
        eventually(lambda: counts(conn, mailing).get("accepted", 0) > 10)
        row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
        assert row
        number = off(conn, "transport", str(row[0]))
        eventually(lambda: counts(conn, mailing).get("waiting")
                   and held(conn, mailing).startswith(f"{counts(conn, mailing)['waiting']} recipients"))  # fmt: skip
        assert f"kill switch {number} (transport {row[0]}, by anna" in held(conn, mailing)
        expires(conn, number)
        eventually(lambda: "which ended" in held(conn, mailing))
        command(conn, mailing, "pause")
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 200}


def test_only_switches_that_hold_somebody_back_are_named(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    off(conn, "domain", "elsewhere.example")
    number = off(conn, "domain", "away.example")
    with senders():
        mailing = launch(conn, draft(conn, mixed(conn, 4), a_sink().url(1)))
        eventually(lambda: held(conn, mailing).startswith("2 recipients"))
        assert "elsewhere.example" not in held(conn, mailing)
        on(conn, number)
        becomes(conn, mailing, "sent")


@pytest.mark.behaviour("S3.12")
@pytest.mark.parametrize("lifted_before_it_is_noticed", [False, True])
def test_an_end_date_ends_those_held_back(
    conn: Conn, a_sink: Callable[..., Sink], lifted_before_it_is_noticed: bool
) -> None:
    sink = a_sink()
    number = off(conn, "domain", "away.example")
    with senders():
        plan = {"kind": "now", "ends_at": at(conn, 3600)["at"]}
        mailing = draft(conn, mixed(conn, 40), sink.url(2))
        command(conn, mailing, "submit", plan=plan, confirm=True)
        command(conn, mailing, "approve")
        eventually(
            lambda: held(conn, mailing).startswith("20 ") and counts(conn, mailing).get("accepted") == 20
        )
        if lifted_before_it_is_noticed:
            with conn.transaction():
                its_end_date_passes(conn, mailing)
                conn.execute(
                    "update mailing_switch set lifted_at = clock_timestamp(), lifted_by = 'anna' where id = %s",
                    (number,),
                )
        else:
            its_end_date_passes(conn, mailing)
        becomes(conn, mailing, "expired")
        assert sound(conn, mailing) == {"accepted": 20, "expired": 20}
        assert [name for name, _ in journalled(conn, mailing, "end_date")] == ["end_date"]
        on(conn, number)
        command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 40}
    assert len(set(sink.arrived())) == len(sink.arrived()) == 40


def test_a_paused_mailing_of_which_only_the_withheld_are_left_expires(
    conn: Conn, a_sink: Callable[..., Sink]
) -> None:
    off(conn, "domain", "away.example")
    with senders():
        mailing = launch(conn, draft(conn, mixed(conn, 10), a_sink().url(1)))
        eventually(
            lambda: held(conn, mailing).startswith("5 ") and counts(conn, mailing).get("accepted") == 5
        )
        command(conn, mailing, "pause")
        its_end_date_passes(conn, mailing)
        becomes(conn, mailing, "expired")
    assert sound(conn, mailing) == {"accepted": 5, "expired": 5}


def test_who_was_tried_and_is_held_back_keeps_the_retries(
    conn: Conn, a_catcher: Callable[..., CatchingThread]
) -> None:
    catcher = a_catcher(defer_matching={"*away.example": "451 not now"})
    with senders():
        mailing = draft(conn, mixed(conn, 10), catcher.url(), retry_first_seconds=1)
        launch(conn, mailing)
        eventually(lambda: counts(conn, mailing) == {"accepted": 5, "deferred": 5})
        number = off(conn, "domain", "away.example")
        eventually(lambda: due_at_infinity(conn, mailing) == 5)
        eventually(lambda: held(conn, mailing).startswith("5 "))
        its_end_date_passes(conn, mailing)
        catcher.catcher.faults.defer_matching.clear()
        on(conn, number)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 10}
