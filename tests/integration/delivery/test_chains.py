"""Chains: each step goes to whom the earlier one reached, after its delay, on its condition; nobody before it, nobody twice."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery import chosen, clock, freeze, steps
from penstock.delivery.learning import learn
from penstock.delivery.ticker import _try_to_end
from penstock.feedback.events import record_of_recipient
from penstock.mailing import chain, control, gate, journal, mailings
from penstock.mailing.chain import New
from penstock.mailing.states import State
from penstock.mailing.step import Condition
from tests.integration.delivery import stage
from tests.integration.delivery.conftest import Sink
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


@pytest.mark.parametrize(("condition", "gets"), [
    (Condition.ALL, (1, 2, 3, 4, 6)), (Condition.OPENED, (1, 2)), (Condition.NOT_OPENED, (3, 4, 6)), (Condition.CLICKED, (2,)),
    (Condition.NOT_CLICKED, (1, 3, 4, 6)), (Condition.BOUNCED, (5, 7)),
])  # fmt: skip
@pytest.mark.behaviour("S4.39")
def test_a_condition_is_judged_by_what_had_happened_when_the_delay_was_over(
    conn: Conn, condition: Condition, gets: tuple[int, ...]
) -> None:
    first, second = a_chain(conn, 7, {"delay": DAY, "condition": condition})
    tick(conn)
    deliver(conn, first, refuse=1)
    learn(conn, first, 5, "bounced", origin="dsn", text="No such user")  # accepted, and came back
    record_of_recipient(conn, first, 1, "opened")
    record_of_recipient(conn, first, 2, "clicked")
    record_of_recipient(conn, first, 3, "unsubscribed")
    stage.travel(conn, hours=30)
    record_of_recipient(conn, first, 4, "clicked")  # too late
    learn(conn, first, 6, "bounced", origin="dsn", text="No such user")
    tick(conn)
    assert deliver(conn, second) == people(*gets)
    sound(conn, second)


def test_nobody_meets_the_condition_and_the_step_has_its_end(conn: Conn) -> None:
    first, second, third = a_chain(conn, 2, {"delay": 60, "condition": Condition.CLICKED}, {"delay": 60})
    tick(conn)
    deliver(conn, first)
    stage.travel(conn, hours=1)
    for _ in range(4):
        tick(conn)
    assert [state(conn, m) for m in (first, second, third)] == ["sent", "sent", "sent"]
    assert sound(conn, second) == {}


@pytest.mark.behaviour("S4.39")
def test_a_step_takes_in_who_comes_and_waits_for_the_last(conn: Conn) -> None:
    stage.policy(conn, package_size=2)
    first, second = a_chain(conn, 4, {"delay": DAY})
    tick(conn)
    conn.execute(
        "update delivery_package set release_at = now() + interval '12 hours' where mailing = %s and no = 2",
        (first,),
    )
    assert deliver(conn, first) == people(1, 2)
    stage.travel(conn, hours=12)
    assert deliver(conn, first) == people(3, 4)
    stage.travel(conn, hours=12)
    tick(conn)
    assert deliver(conn, second) == people(1, 2)
    tick(conn)
    tick(conn)
    assert [state(conn, first), state(conn, second)] == ["sent", "sending"], "the last delay is not over"
    stage.travel(conn, hours=12)
    tick(conn)
    assert deliver(conn, second) == people(3, 4)
    tick(conn)
    assert state(conn, second) == "sent"


@pytest.mark.behaviour("S4.39")
def test_who_unsubscribes_between_the_steps_does_not_get_the_next(conn: Conn) -> None:
    first, second = a_chain(conn, 3, {"delay": DAY})
    tick(conn)
    deliver(conn, first)
    suppress(conn, 1, stage.address(2), "unsubscribed", "link")
    stage.travel(conn, hours=24)
    tick(conn)
    assert deliver(conn, second) == people(1, 3)
    assert sound(conn, second) == {"accepted": 2, "skipped": 1}, "and the ledger says why"


def test_a_paused_step_takes_nobody_in_and_goes_on_where_it_stopped(conn: Conn) -> None:
    first, second = a_chain(conn, 3, {"delay": DAY})
    command(conn, second, "pause")
    tick(conn)
    deliver(conn, first)
    stage.travel(conn, hours=48)
    tick(conn)
    assert state(conn, second) == "paused"
    command(conn, second, "resume")
    tick(conn)
    assert deliver(conn, second) == people(1, 2, 3)


def test_a_step_is_narrowed_like_any_audience(conn: Conn) -> None:
    few = stage.add_contacts(conn, "few", 2, 3)
    first, second = a_chain(conn, 4, {"delay": 60, "narrowing": {"list": few}}, go=False)
    command(
        conn,
        second,
        "edit",
        changes={"audience": {"step": first, "condition": "all", "list": few, "not_reached_by": [second]}},
    )
    submit(conn, second)
    submit(conn, first)
    tick(conn)
    assert deliver(conn, first) == people(1, 2, 3, 4)
    stage.travel(conn, hours=1)
    tick(conn)
    assert deliver(conn, second) == people(3, 4)
    tick(conn)
    assert state(conn, second) == "sent"


# -- what happens to an earlier step ---------------------------------------------


@pytest.mark.behaviour("S4.23")
@pytest.mark.parametrize("how", ["interrupt", "cancel"])
def test_interrupted_or_cancelled_the_later_steps_are_drafts_and_keep_their_approval(
    conn: Conn, how: str
) -> None:
    first, second, third = a_chain(conn, 3, {"delay": DAY}, {"delay": DAY})
    tick(conn)
    if how == "interrupt":
        control.command(conn, first, how, control.SYSTEM, reason="The disk is full.", code="technical")
    else:
        command(conn, first, how, reason="no more")
    assert [state(conn, m) for m in (second, third)] == ["draft", "draft"]
    told = stage.reason(conn, second)
    assert told
    assert told["code"] == "chain_break"
    assert f"Mailing {first}" in told["text"]

    command(conn, second, "submit", plan={"kind": "after", "delay": "2d"}, confirm=True)
    assert state(conn, second) == "scheduled", "what was approved is the same still"
    command(conn, third, "edit", changes={"message_id": new(conn, "Another").message})
    command(conn, third, "submit", confirm=True)
    assert state(conn, third) == "in_review", "what was approved is another one by now"
    assert journal.verify(conn) == []


@pytest.mark.behaviour("S4.23")
def test_a_step_that_has_started_goes_on_when_the_one_before_is_interrupted(conn: Conn) -> None:
    stage.policy(conn, package_size=2)
    first, second, third = a_chain(conn, 4, {"delay": 60}, {"delay": DAY})
    tick(conn)
    conn.execute(
        "update delivery_package set release_at = now() + interval '6 hours' where mailing = %s and no = 2",
        (first,),
    )
    deliver(conn, first)
    stage.travel(conn, hours=1)
    tick(conn)
    control.command(conn, first, "interrupt", control.SYSTEM, reason="no route", code="technical")
    assert [state(conn, m) for m in (second, third)] == ["sending", "draft"]
    assert deliver(conn, second) == people(1, 2)

    command(conn, first, "resume", reason="mended")
    conn.execute("update mailing_mailing set stopped_at = null")
    command(conn, third, "submit", confirm=True)
    stage.travel(conn, hours=6)
    deliver(conn, first)
    stage.travel(conn, hours=1)
    tick(conn)
    assert deliver(conn, second) == people(3, 4)


def test_the_gate_of_a_step_that_is_being_sent_is_not_waited_for(conn: Conn, database: str) -> None:
    """Who adds to that step has its gate, and waits for the balance of the credits, which who cancels the first may have."""
    first, second = a_chain(conn, 2, {"delay": 60})
    tick(conn)
    deliver(conn, first)
    stage.travel(conn, hours=1)
    steps.look(conn)
    freeze.prepare(conn, second)
    assert [state(conn, m) for m in (first, second)] == ["sending", "sending"]
    conn.execute("set statement_timeout = '5s'")
    with psycopg.connect(database) as sender:
        sender.execute("select pg_advisory_xact_lock_shared(%s, %s)", (gate.GATE, second))
        command(conn, first, "cancel", reason="no more")
    assert state(conn, second) == "sending"


def test_who_is_reached_by_the_rest_goes_on_in_the_chain(conn: Conn) -> None:
    stage.policy(conn, package_size=2)
    first, second = a_chain(conn, 4, {"delay": 60})
    tick(conn)
    conn.execute(
        "update delivery_package set release_at = now() + interval '6 hours' where mailing = %s and no = 2",
        (first,),
    )
    deliver(conn, first)
    stage.travel(conn, hours=1)
    tick(conn)
    command(conn, first, "cancel", reason="enough")
    deliver(conn, second)
    tick(conn)
    tick(conn)
    assert state(conn, second) == "sent"

    command(conn, first, "send_rest", plan={"kind": "now"}, confirm=True)
    assert state(conn, second) == "sending", "somebody comes again"
    stage.travel(conn, hours=6)
    tick(conn)
    tick(conn)
    assert deliver(conn, first) == people(3, 4)
    stage.travel(conn, hours=1)
    tick(conn)
    assert deliver(conn, second) == people(3, 4)
    sound(conn, second)


def test_whom_a_correction_reached_goes_on_in_the_chain(conn: Conn) -> None:
    stage.policy(conn, package_size=2)
    first, second = a_chain(conn, 4, {"delay": 60})
    tick(conn)
    conn.execute(
        "update delivery_package set release_at = now() + interval '6 hours' where mailing = %s and no = 2",
        (first,),
    )
    deliver(conn, first)
    command(conn, first, "pause")
    made = command(conn, first, "fix_rest").made
    assert made
    assert state(conn, second) == "draft", "the original was cancelled"
    command(conn, second, "submit", confirm=True)
    submit(conn, made)
    tick(conn)
    assert deliver(conn, made) == people(3, 4)
    stage.travel(conn, hours=1)
    tick(conn)
    assert sorted(deliver(conn, second)) == people(1, 2, 3, 4)
    for mailing in (first, made, second):
        sound(conn, mailing)


def test_the_rest_of_a_cancelled_step_is_sent_on(conn: Conn) -> None:
    first, second = a_chain(conn, 4, {"delay": 60})
    tick(conn)
    deliver(conn, first)
    stage.travel(conn, hours=1)
    tick(conn)
    command(conn, second, "cancel", reason="wait")
    assert state(conn, second) == "cancelled"
    command(conn, second, "send_rest", confirm=True)
    assert state(conn, second) == "scheduled"
    for _ in range(3):
        tick(conn)
    assert deliver(conn, second) == people(1, 2, 3, 4)
    sound(conn, second)


# -- adding, copying, deleting ----------------------------------------------------


def test_a_step_goes_after_another_mailing_or_waits_for_a_decision(conn: Conn) -> None:
    first, second = a_chain(conn, 1, {"delay": 60}, go=False)
    for plan in (
        {"kind": "now"},
        {"kind": "sequence"},
        {"kind": "after", "delay": -1},
        {"kind": "after", "delay": "soon"},
    ):
        with pytest.raises(control.Refused) as refused:
            command(conn, second, "submit", plan=plan, confirm=True)
        assert refused.value.code in ("is_a_step", "delay_invalid")
    with pytest.raises(control.Refused) as refused:
        command(conn, first, "submit", plan={"kind": "after", "delay": 60}, confirm=True)
    assert refused.value.code == "not_a_step"
    submit(conn, second)
    command(conn, second, "park")
    for name in ("send_now", "enqueue"):
        with pytest.raises(control.Refused) as refused:
            command(conn, second, name, confirm=True)
        assert refused.value.code == "is_a_step"
    command(conn, second, "schedule", plan={"kind": "after", "delay": "1d"}, confirm=True)
    assert state(conn, second) == "scheduled"


@pytest.mark.behaviour("S4.32", "S4.34", "S4.35")
def test_deleted_in_the_middle_the_later_steps_go_along_and_their_number_is_confirmed(conn: Conn) -> None:
    first, second, third, fourth = a_chain(conn, 1, {}, {}, {}, go=False)
    submit(conn, fourth)
    with pytest.raises(control.Refused) as refused:
        command(conn, second, "delete")
    assert refused.value.code == "steps_required"
    assert '"steps": 3' in str(refused.value)
    command(conn, second, "delete", steps=3)
    assert [each.id for each in chain.steps(conn, 1, first)] == [first]
    assert conn.execute(
        "select count(*) from mailing_mailing where deleted_at is not null and state = 'draft'"
    ).fetchone() == (3,)
    assert journal.verify(conn) == []
    assert chain.add(conn, 1, first, new(conn), ANNA) > fourth, "its place is free again"
    assert third


@pytest.mark.behaviour("S4.34", "S4.35")
def test_another_branch_of_a_chain_neither_goes_along_nor_is_broken(conn: Conn) -> None:
    first, second = a_chain(conn, 3, {}, go=False)
    third = chain.add(conn, 1, first, new(conn, "after the second", follows=second), ANNA)
    branch = chain.add(conn, 1, first, new(conn, "after the first", follows=first), ANNA)
    with pytest.raises(control.Refused) as refused:
        command(conn, second, "delete", steps=3)
    assert '"steps": 2' in str(refused.value)
    command(conn, second, "delete", steps=2)
    assert [each.id for each in chain.steps(conn, 1, first)] == [first, branch]
    with pytest.raises(control.Refused) as refused:
        command(conn, first, "delete")
    assert '"steps": 2' in str(refused.value)

    again = chain.add(conn, 1, first, new(conn, "behind the branch", follows=branch, delay=DAY), ANNA)
    other = chain.add(conn, 1, first, new(conn, "beside it", follows=first, delay=DAY), ANNA)
    for mailing in (again, other, branch, first):
        submit(conn, mailing)
    control.command(conn, branch, "cancel", ANNA, reason="no more")
    assert [state(conn, m) for m in (again, other)] == ["draft", "scheduled"]
    assert third


@pytest.mark.behaviour("S4.33", "S4.36", "S4.37")
def test_a_later_step_is_deleted_until_it_has_statistics(conn: Conn) -> None:
    first, second, third = a_chain(conn, 1, {}, {"delay": DAY}, go=False)
    submit(conn, second)
    submit(conn, first)
    tick(conn)
    deliver(conn, first)
    with pytest.raises(control.Refused):
        command(conn, first, "delete", steps=3)
    assert "delete" in control.possible(conn, third, ANNA)
    command(conn, third, "delete")
    tick(conn)
    assert state(conn, second) == "sending"
    assert "delete" not in control.possible(conn, second, ANNA)


def test_a_chain_is_copied_as_a_whole_and_a_step_alone(conn: Conn) -> None:
    first, second, third = a_chain(
        conn, 1, {"delay": DAY, "condition": Condition.OPENED}, {"delay": 60}, go=False
    )
    made = command(conn, second, "copy", chain=True).made
    assert made
    copies = chain.steps(conn, 1, made)
    assert [(each.position, each.follows, each.condition, each.delay, each.state) for each in copies] == [
        (1, None, None, None, "draft"), (2, copies[0].id, "opened", DAY, "draft"), (3, copies[1].id, "all", 60, "draft"),
    ]  # fmt: skip
    alone = command(conn, second, "copy").made
    assert alone
    assert chain.steps(conn, 1, alone) == []
    assert [each.id for each in chain.steps(conn, 1, first)] == [first, second, third]


def test_chains_belong_to_one_account_and_have_no_circles(conn: Conn) -> None:
    first, second = a_chain(conn, 1, {}, go=False)
    with pytest.raises(LookupError):
        chain.add(conn, 2, first, new(conn), ANNA)
    for mailing, rule in ((first, {"step": second}), (second, {"step": second}), (second, {"list": 1})):
        with pytest.raises(control.Refused):
            command(conn, mailing, "edit", changes={"audience": rule})
    command(conn, second, "edit", changes={"audience": {"step": first, "condition": "clicked"}})


@pytest.mark.behaviour("S2.19")
def test_steps_neither_wait_for_the_sequence_nor_hold_it_up(conn: Conn) -> None:
    first, second = a_chain(conn, 2, {"delay": 60})
    tick(conn)
    deliver(conn, first)
    others = [stage.draft(conn, stage.add_contacts(conn, f"others {n}", 1, 10 + n)) for n in range(2)]
    for other in others:
        command(conn, other, "submit", plan={"kind": "sequence"}, confirm=True)
        command(conn, other, "approve")
    clock.strike(conn)
    assert [state(conn, other) for other in others] == ["starting", "queued"]
    stage.travel(conn, hours=1)
    tick(conn)
    assert state(conn, second) == "sending", "it does not wait for the sequence"
    assert deliver(conn, second) == people(1, 2)
    deliver(conn, others[0])
    tick(conn)
    clock.strike(conn)
    assert state(conn, others[1]) == "starting", "nor is it waited for"


def test_before_it_is_sent_a_step_means_whom_the_earlier_one_may_reach(conn: Conn) -> None:
    first, second, third = a_chain(conn, 4, {"delay": DAY}, {"delay": DAY}, go=False)

    def counted(mailing: int) -> int:
        found = mailings.find(conn, 1, mailing)
        assert found
        return chosen.count(conn, 1, found.rule)

    stage.add_contacts(conn, "others", 3, 50)
    assert [counted(m) for m in (first, second, third)] == [4, 4, 4]
    for mailing in (third, second, first):
        submit(conn, mailing)
    tick(conn)
    deliver(conn, first, refuse=1)
    assert [counted(m) for m in (second, third)] == [3, 3]


@pytest.mark.behaviour("S4.39")
def test_senders_carry_a_chain_to_its_end(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink()
    first = stage.draft(conn, stage.add_contacts(conn, "readers", 40), sink.url())
    second = chain.add(conn, 1, first, new(conn, delay=1), ANNA)
    third = chain.add(conn, 1, first, new(conn, condition=Condition.CLICKED), ANNA)
    for mailing in (third, second, first):
        submit(conn, mailing)
    with stage.senders():
        for mailing in (first, second, third):
            stage.becomes(conn, mailing, "sent", seconds=60)
    everybody = people(*range(1, 41))
    assert sorted(sink.arrived()) == sorted(everybody * 2)
    assert sound(conn, second) == {"accepted": 40}
    assert sound(conn, third) == {}
