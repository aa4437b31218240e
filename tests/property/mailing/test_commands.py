"""Random commands by random people at several mailings of one account, while sender processes are at work, and are killed.

Whatever was done: the journal is unbroken and says the way that was gone, a mailing's version is the number of its entries, the
ledger is sound, and no address got the mailing, or its correction, twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count, pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from penstock.mailing import control, journal, lifecycle, mailings, queue
from penstock.mailing.control import Actor, Answer, Refused
from penstock.mailing.states import ENDS, GATES, WAITING, State
from penstock.report.ledger import count_states
from tests.integration.delivery import stage
from tests.integration.delivery.conftest import Sink, a_sink

__all__ = ["a_sink"]

PEOPLE = 24
MAILINGS = 3
DEAD = frozenset({State.DRAFT, State.REJECTED}) | ENDS
BEA = Actor("bea", frozenset({lifecycle.APPROVER}), "web", account=1)
STAFF = Actor("sven", frozenset({lifecycle.PLATFORM}), "api")
SOMEBODY = st.sampled_from([stage.ANNA, stage.ANNA, stage.ANNA, BEA, STAFF])
SOON = "clock_timestamp() + interval '0.2 s'"
_first = count(1, PEOPLE)

PLANS = st.sampled_from(["now", "now", "sequence", "sequence", "later", "at"])
COMMANDS = st.sampled_from([
    "approve", "approve", "validate", "edit_plan", "reject", "withdraw", "revise", "send_now", "schedule", "enqueue", "move", "park", "undo",
    "unschedule", "pause", "pause", "resume", "resume", "resume", "cancel", "cancel", "send_rest", "send_rest", "release_doubt", "copy",
    "fix_rest", "archive", "edit",
])  # fmt: skip


SELDOM = ("copy", "archive", "delete", "edit")
"""Possible in many states, and of little consequence."""


class Commands(RuleBasedStateMachine):
    """Each rule is one command by somebody; most are refused, which changes nothing."""

    conn: psycopg.Connection[Any]
    sink: Sink
    senders: list[stage.Sender]

    @initialize(
        moderation=st.sampled_from(["automatic", "automatic", "manual"]), interruptible=st.sampled_from(["on", "on", "off"]),
        head=st.sampled_from(["yield", "block"]), size=st.integers(1, 15), undo=st.sampled_from([0, 0, 1]),
        kills=st.booleans(), plans=st.lists(PLANS, min_size=2, max_size=MAILINGS),
    )  # fmt: skip
    def begin(
        self,
        moderation: str,
        interruptible: str,
        head: str,
        size: int,
        undo: int,
        kills: bool,
        plans: list[str],
    ) -> None:
        stage.policy(
            self.conn, moderation=moderation, package_interruptible=interruptible, paused_head=head, package_size=size,
            undo_seconds=undo, edit_lock_minutes=0,
        )  # fmt: skip
        self.mailings = [self._draft() for _ in range(MAILINGS)]
        self.copies: list[int] = []
        self.kills = kills
        self.versions = dict.fromkeys(self.mailings, 1)
        for which, kind in enumerate(plans):
            self.submit(which, kind, False)

    def _draft(self) -> int:
        first = next(_first)
        return stage.draft(
            self.conn, stage.add_contacts(self.conn, f"from {first}", PEOPLE, first), self.sink.url(2)
        )

    def give(self, mailing: int, name: str, actor: Actor = stage.ANNA, **given: Any) -> None:
        if name == "release_doubt" and self.kills:
            return  # what is released may well arrive twice: that is what somebody decides
        answer = self.told(mailing, name, actor, given)
        if isinstance(answer, Refused):
            assert answer.reasons
            assert all(reason.code and reason.text for reason in answer.reasons)
        elif answer.made and name == "fix_rest":
            self.mailings.append(answer.made)
        elif answer.made:
            self.copies.append(answer.made)

    def told(self, mailing: int, name: str, actor: Actor, given: dict[str, Any]) -> Answer | Refused:
        try:
            return control.command(self.conn, mailing, name, actor, **given)
        except Refused as refused:
            return refused

    def soon(self) -> str:
        row = self.conn.execute(f"select {SOON}").fetchone()
        assert row
        return str(row[0].isoformat())

    def plan(self, kind: str) -> dict[str, Any]:
        return {"kind": kind, "at": self.soon()} if kind == "at" else {"kind": kind}

    @rule(which=st.integers(0, 9), kind=PLANS, ends=st.sampled_from([False, False, False, True]))
    def submit(self, which: int, kind: str, ends: bool) -> None:
        plan = {**self.plan(kind), **({"ends_at": self._later()} if ends else {})}
        self.launch(self._pick(which), plan)

    def launch(self, mailing: int, plan: dict[str, Any]) -> None:
        for name, actor, given in (
            ("submit", stage.ANNA, {"plan": plan}),
            ("approve", BEA, {"without_analysis": True}),
            ("validate", STAFF, {}),
        ):
            self.give(mailing, name, actor, confirm=True, **given)

    def _later(self) -> str:
        row = self.conn.execute("select clock_timestamp() + interval '0.5 s'").fetchone()
        assert row
        return str(row[0].isoformat())

    def _pick(self, which: int) -> int:
        return self.mailings[which % len(self.mailings)]

    @rule(
        which=st.integers(0, 9), name=COMMANDS, actor=SOMEBODY, kind=PLANS, prepared=st.sampled_from([None, "drop", "deliver"]),
        later=st.booleans(), position=st.integers(1, 3),
    )  # fmt: skip
    def command(
        self, which: int, name: str, actor: Actor, kind: str, prepared: str | None, later: bool, position: int
    ) -> None:
        self.give(self._pick(which), name, actor, **self.arguments(name, kind, prepared, later, position))

    def arguments(
        self, name: str, kind: str, prepared: str | None, later: bool, position: int
    ) -> dict[str, Any]:
        given: dict[str, Any] = {"reason": "because", "confirm": True}
        if name in ("send_rest", "edit_plan"):
            given["plan"] = self.plan(kind)
        if name == "schedule" or (name == "resume" and later):
            given["at"] = self.soon()
        if name in ("cancel", "fix_rest"):
            given["prepared"] = prepared
        given |= {"move": {"position": position}, "release_doubt": {"which": "all"}, "reject": {"ground": "technical"},
                  "edit": {"changes": {"name": "Other news"}}, "approve": {"without_analysis": True}}.get(name, {})  # fmt: skip
        return given

    @rule(
        which=st.integers(0, 9), turns=st.lists(st.integers(0, 99), min_size=2, max_size=6), kind=PLANS,
        prepared=st.sampled_from([None, "drop", "deliver"]), later=st.sampled_from([False, False, True]),
    )  # fmt: skip
    def what_is_possible(
        self, which: int, turns: list[int], kind: str, prepared: str | None, later: bool
    ) -> None:
        """Some of the commands that are offered, so that not nearly all are refused."""
        mailing = self._pick(which)
        for turn in turns:
            offered = [
                name for name in control.possible(self.conn, mailing, stage.ANNA) if name not in SELDOM
            ]
            if offered:
                name = offered[turn % len(offered)]
                self.give(mailing, name, **self.arguments(name, kind, prepared, later, 1))

    @rule(which=st.integers(0, 9), kind=PLANS)
    def send_the_correction(self, which: int, kind: str) -> None:
        if corrections := self.mailings[MAILINGS:]:
            self.launch(corrections[which % len(corrections)], self.plan(kind))

    @rule(which=st.integers(0, 9))
    def delete_a_copy(self, which: int) -> None:
        if self.copies:
            self.give(self.copies.pop(which % len(self.copies)), "delete")

    @rule(which=st.integers(0, 9), name=COMMANDS)
    def ask_only(self, which: int, name: str) -> None:
        mailing = self._pick(which)
        before = len(journal.entries(self.conn, mailing))
        try:
            control.command(
                self.conn, mailing, name, stage.ANNA, reason="because", confirm=True, position=1, which="all", dry_run=True,
                plan={"kind": "later"}, changes={"name": "Other news"},
            )  # fmt: skip
        except Refused:
            pass
        by_people = [
            entry for entry in journal.entries(self.conn, mailing)[before:] if entry["door"] != "system"
        ]
        assert by_people == []

    @precondition(lambda self: self.kills)
    @rule(chance=st.integers(0, 3))
    def kill_a_sender(self, chance: int) -> None:
        """And start another."""
        if chance == 0:
            self.senders.pop(0).kill()
            self.senders.append(stage.Sender())

    @rule(which=st.integers(0, 9))
    def let_it_go_on(self, which: int) -> None:
        """Until something has left that had not, if it can."""
        mailing = self._pick(which)
        if stage.state(self.conn, mailing) in ("starting", "sending", "cancelling"):
            accepted = stage.counts(self.conn, mailing).get("accepted", 0)
            stage.eventually(
                lambda: (
                    stage.counts(self.conn, mailing).get("accepted", 0) > accepted
                    or stage.state(self.conn, mailing) not in ("starting", "sending", "cancelling")
                ),
                seconds=60,
            )

    @invariant()
    def versions_only_grow(self) -> None:
        for mailing, before in self.versions.items():
            found = mailings.find(self.conn, 1, mailing)
            assert found
            assert found.version >= before
            self.versions[mailing] = found.version

    @invariant()
    def at_most_one_of_the_sequence_is_handing_off(self) -> None:
        row = self.conn.execute(
            "select count(*) from mailing_mailing where plan ->> 'kind' = 'sequence' and state in ('starting', 'sending', 'cancelling')"
        ).fetchone()
        assert row
        assert row[0] <= 1

    @invariant()
    def the_ledger_adds_up_at_every_moment(self) -> None:
        for mailing in self.mailings:
            with self.conn.transaction():
                self.conn.execute("set transaction isolation level repeatable read")
                states = count_states(self.conn, mailing)
                row = self.conn.execute(
                    "select count(*) from delivery_recipient where mailing = %s", (mailing,)
                ).fetchone()
            assert row
            assert sum(states.values()) == row[0]

    def teardown(self) -> None:
        if not hasattr(self, "mailings"):
            return
        for mailing in self.mailings:
            self._end(mailing)
        for mailing in [*self.mailings, *self.copies]:
            way_and_version_agree(self.conn, mailing)
        for mailing in self.mailings:
            stage.sound(self.conn, mailing)
        assert journal.verify(self.conn) == []
        version, waiting = queue.listed(self.conn, 1)
        assert waiting == [], version
        assert [r for r, times in Counter(self.sink.arrived()).items() if times > 1] == []

    def _end(self, mailing: int) -> None:
        """Bring it to rest: what is under way is let go on to its end, what waits is cancelled."""

        def rests() -> bool:
            state = State(stage.state(self.conn, mailing))
            if state in (State.PAUSED, State.INTERRUPTED) and not self._has_nobody(mailing):
                self.give(mailing, "resume", reason="on")
            elif state in GATES | WAITING | {State.INTERRUPTED}:
                self.give(mailing, "cancel", reason="at the end")
            return state in DEAD

        try:
            stage.eventually(rests, seconds=60)
        except AssertionError as late:
            raise AssertionError(f"mailing {mailing} did not come to rest: {self._all()}") from late

    def _has_nobody(self, mailing: int) -> bool:
        """A correction for nobody, as everybody was reached: it is interrupted again as often as it is resumed."""
        found = self.conn.execute(
            "select reason ->> 'code' from mailing_mailing where id = %s", (mailing,)
        ).fetchone()
        return found == ("empty_audience",)

    def _all(self) -> list[dict[str, Any]]:
        """What one must see of every mailing to know why one of them stands still."""
        return [
            {"mailing": mailing, "state": stage.state(self.conn, mailing), "ledger": stage.counts(self.conn, mailing),
             "way": [(entry["at"], entry["command"], entry["to_state"]) for entry in journal.entries(self.conn, mailing)][-8:]}
            for mailing in self.mailings
        ]  # fmt: skip


def way_and_version_agree(conn: psycopg.Connection[Any], mailing: int) -> None:
    entries = journal.entries(conn, mailing)
    row = conn.execute("select version, state from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row == (len(entries), entries[-1]["to_state"])
    for before, after in pairwise(entries):
        assert after["from_state"] == before["to_state"]
    for entry in entries[1:]:
        (line,) = [
            line
            for line in lifecycle.TABLE
            if line.command == entry["command"] and entry["from_state"] in line.sources
        ]
        assert entry["to_state"] in line.targets


@pytest.fixture
def at_work(database: str, a_sink: Callable[..., Sink]) -> Iterator[type[Commands]]:
    with ExitStack() as stack:
        Commands.conn = stack.enter_context(psycopg.connect(database, autocommit=True))
        Commands.sink = a_sink("--delay", "0.01")
        Commands.senders = stack.enter_context(stage.senders(2))
        yield Commands


@pytest.mark.timeout(600)
@pytest.mark.behaviour("S3.14")
def test_whatever_is_commanded_while_senders_are_at_work(at_work: type[Commands]) -> None:
    # Not shrunk: the senders' timing is never the same twice.
    chosen = settings(
        max_examples=10, stateful_step_count=30, deadline=None, phases=[Phase.generate], report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(at_work, settings=chosen)
