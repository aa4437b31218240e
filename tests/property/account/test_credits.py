"""Credits under every order of events: top-ups, launches, senders that die, doubts, cancellations, resumptions, changes of policy. Every
other mailing is an SMS, whose messages take one part to three, and some become longer while they wait.

After each step everything adds up (the balance, its entries, what each mailing has), nothing is negative, and whatever may still go out
is paid for.
"""

from contextlib import suppress
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from penstock.account.credits import ledger, reading
from penstock.account.credits.settling import Lacking, settle
from penstock.delivery import due, freeze, resuming
from penstock.delivery.outcome import State
from penstock.mailing import control
from penstock.mailing.actor import Actor
from tests.examples import examples
from tests.integration.delivery import stage, texting
from tests.property.delivery import simulated
from tests.property.delivery.simulated import Turn

SALLY = Actor("sally", frozenset({"platform"}), "cli")
OUTCOMES = st.lists(
    st.sampled_from([State.ACCEPTED, State.ACCEPTED, State.BOUNCED, State.IN_DOUBT, State.DEFERRED, State.RETURNED]), min_size=2, max_size=6
)  # fmt: skip
COMMANDS: dict[str, dict[str, Any]] = {
    "pause": {}, "resume": {"reason": "Mended.", "confirm": True}, "cancel": {"reason": "Enough."},
    "send_rest": {"plan": {"kind": "now"}, "confirm": True},
    "release_doubt": {"which": "all", "reason": "They have nothing."}, "end_date": {},
}  # fmt: skip
EVENTS = ("handed_off", "settled", "drained")
MOST = 12


class Credits(RuleBasedStateMachine):
    """The rules are what can happen; the database says what is so."""

    conn: psycopg.Connection[Any]
    lists: int

    @initialize(
        size=st.integers(2, 5),
        amount=st.integers(4, 24),
        people=st.lists(st.integers(2, 8), min_size=1, max_size=3),
    )
    def begin(self, size: int, amount: int, people: list[int]) -> None:
        conn = self.conn
        for table in ("credit_entry", "credit_use", "credit_balance"):
            conn.execute(f"delete from account_{table}")
        conn.execute("update mailing_mailing set deleted_at = now() where deleted_at is null")
        stage.policy(conn, package_size=size, credits="counted", bounce_credit="keep", drift_bound=10_000)
        self.mailings: list[int] = []
        self.dead: list[tuple[int, simulated.Package]] = []
        conn.execute("select delivery_reply_id(250, '', 'Ok', 'dot')")
        self.top_up(amount, False)
        for each in people:
            self.launch(each)

    @rule(amount=st.integers(-8, 20), twice=st.booleans())
    def tops_up(self, amount: int, twice: bool) -> None:
        self.top_up(amount, twice)

    def top_up(self, amount: int, twice: bool) -> None:
        reference = f"paid {len(ledger.history(self.conn, 1, limit=10_000))}" if twice else None
        for channel, each in (("email", amount), ("sms", 2 * amount)):
            with suppress(ledger.CreditError):
                for _ in range(2 if twice else 1):  # an answer was lost: it is asked for again
                    ledger.top_up(
                        self.conn, 1, SALLY, amount=each, channel=channel, note="Paid.", reference=reference
                    )

    @rule(people=st.integers(1, 8))
    def launches(self, people: int) -> None:
        self.launch(people)

    def launch(self, people: int) -> None:
        if len(self.mailings) < MOST:
            conn = self.conn
            listed = texting.add_numbers(conn, f"of {people}", people)
            if len(self.mailings) % 2:
                conn.execute(
                    "update audience_contact set attributes = attributes || jsonb_build_object('words', repeat('x', 150 * (1 + id::int % 3)))"
                )
                made = texting.draft(conn, listed, "smpp://me:secret@127.0.0.1:1?receipts=no", "{{ words }}")
            else:
                made = stage.draft(conn, listed)
            self.mailings.append(stage.launch(conn, made))
            freeze.prepare(conn, self.mailings[-1])

    @rule(data=st.data(), parts=st.integers(1, 5))
    def becomes_longer(self, data: Any, parts: int) -> None:
        """Somebody who waits again takes another number of parts by now: it is paid for, or waits."""
        mailing = data.draw(st.sampled_from(self.mailings))
        changed = self.conn.execute(
            "update delivery_due d set parts = %s from mailing_mailing m where m.id = d.mailing and m.id = %s and m.channel = 'sms'"
            " and m.state in ('sending', 'finishing') and m.stopped_at is null and d.closed is null and d.due_at <= now()",
            (parts, mailing),
        )
        if changed.rowcount:
            due.pack(self.conn, mailing)

    @rule(
        turns=st.lists(st.tuples(st.integers(0, MOST), OUTCOMES, st.integers(0, 3)), min_size=1, max_size=5)
    )
    def work(self, turns: list[tuple[int, list[State], int]]) -> None:
        for which, outcomes, fate in turns:
            self.send(self.mailings[which % len(self.mailings)], outcomes, dies=fate == 0)

    def send(self, mailing: int, outcomes: list[State], *, dies: bool) -> None:
        """A sender opens a package, hands over to some, and gives it back; or dies with the rest in flight."""
        conn = self.conn
        sender = simulated.enlist(conn)
        package = simulated.open_package(conn, sender, mailing)
        if package is None:
            return
        start, stop = simulated.take(conn, mailing, Turn(package, 1, (), 4, False, 0), 1)
        numbers = package.numbers[start:stop]
        told = tuple(zip(numbers, outcomes, strict=False))
        simulated.take(conn, mailing, Turn(package, 2, told, 0, not dies, 0), 1)
        if dies or len(told) < len(numbers):
            conn.execute("select delivery_rescue(%s)", (sender,))
            self.dead += [(mailing, _with(package, number)) for number in numbers[len(told) :]]

    @rule(data=st.data(), outcome=st.sampled_from([State.ACCEPTED, State.DEFERRED, State.BOUNCED]))
    def come_back_late(self, data: Any, outcome: State) -> None:
        if self.dead:
            mailing, package = self.dead.pop(data.draw(st.integers(0, len(self.dead) - 1)))
            turn = Turn(package, 3, ((package.numbers[0], outcome),), 0, False, 0)
            simulated.late(self.conn, mailing, turn, package.numbers[0], outcome, 1)

    @rule(data=st.data(), name=st.sampled_from(list(COMMANDS)))
    def command(self, data: Any, name: str) -> None:
        mailing = data.draw(st.sampled_from(self.mailings))
        if name == "end_date":
            self.conn.execute("update mailing_mailing set ends_at = now() where id = %s", (mailing,))
            control.attempt(self.conn, mailing, name)
            self.conn.execute("update mailing_mailing set ends_at = null where id = %s", (mailing,))
        else:
            with suppress(control.Refused):
                stage.command(self.conn, mailing, name, **COMMANDS[name])
        freeze.prepare(self.conn, mailing)
        resuming.catch_up(self.conn, mailing)

    @rule()
    def tick(self) -> None:
        for mailing in self.mailings:
            self.conn.execute("select delivery_promote(%s, 3)", (mailing,))
            for event in EVENTS:
                control.attempt(self.conn, mailing, event)

    @rule(data=st.data())
    def die_while_settling(self, data: Any) -> None:
        """Whoever settles dies before the commit: nothing of it stays, and it is done again."""
        if self.mailings:
            mailing = data.draw(st.sampled_from(self.mailings))
            with self.conn.transaction(force_rollback=True), suppress(Lacking):
                settle(self.conn, mailing, "system", "system", reserve=data.draw(st.booleans()))

    @rule(bounces=st.sampled_from(["keep", "return"]))
    def change_policy(self, bounces: str) -> None:
        stage.policy(self.conn, bounce_credit=bounces)

    @invariant()
    def everything_adds_up_and_is_paid_for(self) -> None:
        assert reading.check(self.conn, 1) == []
        owing = self.conn.execute(
            "select m.id, m.state, d.used, d.open, u.reserved, u.spent, u.free"
            "  from mailing_mailing m cross join lateral delivery_credits(m.id) d"
            "  left join account_credit_use u on u.mailing = m.id"
            " where m.deleted_at is null and m.state in ('sending', 'finishing', 'cancelling', 'sent')"
            "   and d.used + d.open > coalesce(u.reserved + u.spent + u.free, 0)"
        ).fetchall()
        assert owing == []


def _with(package: simulated.Package, number: int) -> simulated.Package:
    return simulated.Package(package.no, package.epoch, 1, 1, [number], package.attempt, package.kind)


@pytest.mark.behaviour("S4.20")
def test_credits_add_up_after_every_step(conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.mailing.stopping.PATIENCE", 0.0)  # nobody answers here
    machine = type("Credits", (Credits,), {"conn": conn})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(40),
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
