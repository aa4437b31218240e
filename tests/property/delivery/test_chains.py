"""Chains at random: steps with delays and conditions, events, commands and time that passes.

Whatever was done: nobody is in a step before the delay, nobody is in one who should not be or twice, and in the end everybody is there
whom a plain reading of the ledger and the events says.
"""

from datetime import timedelta
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.feedback.events import record_of_recipient
from penstock.mailing import chain, control, mailings
from penstock.mailing.step import Condition
from tests.examples import examples
from tests.integration.delivery import stage
from tests.integration.delivery.test_chains import ANNA, deliver, new, submit, tick

Conn = psycopg.Connection[Any]
HOUR = 3600
OPENED = {"opened", "viewed", "clicked"}
STEPS = st.lists(
    st.tuples(st.sampled_from([0, HOUR, 5 * HOUR, 24 * HOUR]), st.sampled_from(list(Condition)), st.integers(0, 3)), min_size=1, max_size=3
)  # fmt: skip
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(1, 20)),
        st.tuples(st.just("event"), st.integers(0, 99), st.sampled_from(["opened", "viewed", "clicked", "complained"])),
        st.tuples(st.just("deliver"), st.integers(0, 1)),
        st.tuples(st.sampled_from(["pause", "resume", "interrupt", "cancel", "send_rest", "submit"]), st.integers(0, 3)),
    ),
    min_size=4, max_size=10,
)  # fmt: skip


@settings(max_examples=examples(30), suppress_health_check=list(HealthCheck), deadline=None)
@given(people=st.integers(1, 6), size=st.integers(1, 4), steps=STEPS, acts=ACTS)
def test_a_chain_reaches_whom_a_plain_reading_says(
    conn: Conn, people: int, size: int, steps: list[tuple[int, Condition, int]], acts: list[tuple[Any, ...]]
) -> None:
    stage.policy(conn, package_size=size, approvals_required=0)
    conn.execute(
        "update mailing_mailing set deleted_at = now() where deleted_at is null"
    )  # of the example before
    made = [stage.draft(conn, stage.add_contacts(conn, "readers", people))]
    for delay, condition, back in steps:
        follows = made[max(0, len(made) - 1 - back)]
        made.append(
            chain.add(conn, 1, made[0], new(conn, delay=delay, condition=condition, follows=follows), ANNA)
        )
    for mailing in reversed(made):
        submit(conn, mailing)
    for act in acts:
        _do(conn, made, act)
        tick(conn)
        _holds(conn, made)
    _finish(conn, made)
    for mailing in made[1:]:
        assert _joined(conn, mailing) == _meant(conn, mailing), f"step {mailing}"
        stage.sound(conn, mailing)


def _do(conn: Conn, made: list[int], act: tuple[Any, ...]) -> None:
    name, number, *more = act
    if name == "pass":
        stage.travel(conn, hours=number)
    elif name == "deliver":
        for mailing in made:
            if stage.state(conn, mailing) == "sending":
                deliver(conn, mailing, refuse=number)
    elif name == "event":
        reached = conn.execute(
            "select mailing, seq from delivery_outcome where mailing = any(%s) and state = 5 order by mailing, seq", (made,)
        ).fetchall()  # fmt: skip
        if reached:
            record_of_recipient(conn, *reached[number % len(reached)], *more)
    else:
        _give(conn, made[number % len(made)], name)


def _give(conn: Conn, mailing: int, name: str) -> None:
    try:
        if name == "interrupt":
            control.command(conn, mailing, name, control.SYSTEM, reason="a test", code="technical")
        else:
            stage.command(conn, mailing, name, reason="a test", confirm=True)
    except control.Refused:
        return
    conn.execute("update mailing_mailing set stopped_at = null where id = %s", (mailing,))


def _finish(conn: Conn, made: list[int]) -> None:
    """Mend whatever was stopped, and let time pass until nothing happens any more."""
    for _ in range(len(made) + 1):
        for mailing in made:
            for name in ("resume", "send_rest", "submit"):
                _give(conn, mailing, name)
            tick(conn)
            if stage.state(conn, mailing) == "sending":
                deliver(conn, mailing)
        stage.travel(conn, hours=48)
        tick(conn)
        tick(conn)
    assert {stage.state(conn, mailing) for mailing in made} == {"sent"}


def _holds(conn: Conn, made: list[int]) -> None:
    """Nobody is in a step too early, nor who should not be."""
    for mailing in made[1:]:
        assert _joined(conn, mailing) <= _meant(conn, mailing)


def _joined(conn: Conn, mailing: int) -> set[int]:
    rows = [
        c for (c,) in conn.execute("select contact from delivery_recipient where mailing = %s", (mailing,))
    ]
    assert len(rows) == len(set(rows)), "nobody twice"
    return set(rows)


def _meant(conn: Conn, mailing: int) -> set[int]:
    """Who is to be in the step by now, read row by row."""
    there = mailings.find(conn, 1, mailing)
    assert there
    earlier, condition = there.audience["step"], Condition(there.audience["condition"])
    delay = timedelta(seconds=int((there.plan or {}).get("delay", 0)))
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row
    told = conn.execute(
        "select contact, kind, at from feedback_event where mailing = %s", (earlier,)
    ).fetchall()
    people = conn.execute(
        "select r.contact, o.at, o.state from delivery_outcome o join delivery_recipient r using (mailing, seq)"
        " where o.mailing = %s and o.state in (5, 7)",
        (earlier,),
    ).fetchall()
    return {
        contact for contact, at, state in people
        if at + delay <= row[0]
        and _met(condition, state == 7, {kind for who, kind, when in told if who == contact and when <= at + delay})
    }  # fmt: skip


def _met(condition: Condition, bounced: bool, kinds: set[str]) -> bool:
    if bounced or condition is Condition.BOUNCED:
        return bounced and condition is Condition.BOUNCED
    return {
        Condition.ALL: True, Condition.OPENED: bool(OPENED & kinds), Condition.NOT_OPENED: not OPENED & kinds,
        Condition.CLICKED: "clicked" in kinds, Condition.NOT_CLICKED: "clicked" not in kinds,
    }[condition]  # fmt: skip
