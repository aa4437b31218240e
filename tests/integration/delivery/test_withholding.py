"""A kill switch on a domain or a transport keeps recipients back; the mailing goes on without them, and nobody is lost."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.mailing import switches
from penstock.mailing.control import Actor
from tests.integration.delivery.conftest import Sink
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
    senders,
    sound,
    state,
)

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


def test_an_expired_switch_lets_nothing_go_by_itself(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink()
    listed = mixed(conn, 20)
    number = off(conn, "domain", "away.example")
    with senders():
        mailing = launch(conn, draft(conn, listed, sink.url(1)))
        eventually(lambda: due_at_infinity(conn, mailing) == 10)
        conn.execute("update mailing_switch set expires_at = clock_timestamp() where id = %s", (number,))
        later = launch(conn, draft(conn, listed, sink.url(1)))
        becomes(conn, later, "sent")  # it is in force no longer
        assert due_at_infinity(conn, mailing) == 10
        on(conn, number)
        becomes(conn, mailing, "sent")
