"""Chains: each step goes to whom the earlier one reached, after its delay, on its condition; nobody before it, nobody twice."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery import freeze, steps
from penstock.delivery.ticker import _try_to_end
from penstock.feedback.events import record_of_recipient
from penstock.mailing import chain, control, journal, lifecycle
from penstock.mailing.chain import New
from penstock.mailing.states import State
from penstock.mailing.step import Condition
from tests.integration.delivery import stage
from tests.integration.delivery.stage import ANNA, command, sound, state

Conn = psycopg.Connection[Any]
DAY = 86_400


def tick(conn: Conn) -> None:
    """What the ticker does for chains, without senders."""
    steps.look(conn)
    for mailing, now in conn.execute("select id, state from mailing_mailing order by id").fetchall():
        if now == "starting":
            freeze.prepare(conn, mailing)
    steps.look(conn)
    for mailing, now in conn.execute("select id, state from mailing_mailing order by id").fetchall():
        if now in ("sending", "finishing", "cancelling"):
            _try_to_end(conn, mailing, State(now))


def deliver(conn: Conn, mailing: int, *, refuse: int = 0) -> list[str]:
    """Hand over everything that is released, as a sender records it; the last `refuse` recipients bounce. Returns who got it."""
    got: list[str] = []
    while True:
        row = conn.execute(
            "select no, size, first_seq from delivery_package where mailing = %s and state = 'waiting' and release_at <= now()"
            " order by no limit 1",
            (mailing,),
        ).fetchone()
        if row is None:
            return got
        no, size, first = row
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
            " select clock_timestamp(), %(m)s, %(no)s, n, delivery_reply_id(250, '', 'ok', 'dot'), 1,"
            " case when n > %(last)s - %(refuse)s then 7 else 5 end from generate_series(%(first)s::integer, %(last)s) n",
            {"m": mailing, "no": no, "first": first, "last": first + size - 1, "refuse": refuse},
        )
        conn.execute(
            "update delivery_package set state = 'done', cursor = size, accepted = size - %(refuse)s, bounced = %(refuse)s,"
            " begun_at = clock_timestamp(), closed_at = clock_timestamp() where mailing = %(m)s and no = %(no)s",
            {"m": mailing, "no": no, "refuse": refuse},
        )
        got += [
            a for (a,) in conn.execute(
                "select normal from delivery_recipient where mailing = %s and package = %s and seq <= %s", (mailing, no, first + size - 1 - refuse)
            )
        ]  # fmt: skip


def new(conn: Conn, name: str = "Second", **more: Any) -> New:
    message = Message(sender="News <news@example.org>", subject=name, html=stage.HTML)
    return New(name, store_message(conn, 1, message), **more)


def a_chain(conn: Conn, people: int, *later: dict[str, Any], go: bool = True) -> list[int]:
    """A mailing to so many people, with these later steps; everything submitted and approved."""
    first = stage.draft(conn, stage.add_contacts(conn, "readers", people))
    made = [first]
    for n, more in enumerate(later, 2):
        made.append(chain.add(conn, 1, first, new(conn, f"step {n}", **more), ANNA))
    if go:
        for mailing in reversed(made):
            submit(conn, mailing)
    return made


def submit(conn: Conn, mailing: int) -> None:
    row = conn.execute("select plan from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    command(conn, mailing, "submit", plan=row[0] or {"kind": "now"}, confirm=True)
    if state(conn, mailing) == "in_review":
        command(conn, mailing, "approve")


def people(*numbers: int) -> list[str]:
    return [stage.address(n) for n in numbers]


@pytest.mark.behaviour("S4.39")
def test_a_step_goes_to_each_of_those_reached_when_its_delay_is_over(conn: Conn) -> None:
    first, second, third = a_chain(conn, 4, {"delay": DAY}, {"delay": DAY})
    assert [state(conn, m) for m in (first, second, third)] == ["starting", "scheduled", "scheduled"]
    tick(conn)
    assert deliver(conn, first, refuse=1) == people(1, 2, 3)
    tick(conn)
    assert [state(conn, m) for m in (first, second)] == ["sent", "scheduled"]

    stage.travel(conn, hours=23)
    tick(conn)
    assert state(conn, second) == "scheduled", "its delay is not over"
    stage.travel(conn, hours=1)
    tick(conn)
    assert state(conn, second) == "sending"
    assert deliver(conn, second) == people(1, 2, 3), "whom the first did not reach does not get the second"
    tick(conn)
    tick(conn)
    assert state(conn, second) == "sent"
    assert state(conn, third) == "scheduled"

    stage.travel(conn, hours=24)
    tick(conn)
    assert deliver(conn, third) == people(1, 2, 3)
    for mailing in (first, second, third):
        sound(conn, mailing)
