"""The ledger under every interleaving: several senders that claim, record, die, come back late and repeat themselves, while the
mailing is paused, resumed and cancelled. A model says after each step who is in which state; the database must say the same.
"""

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from penstock.audience.suppression import suppress
from penstock.delivery import freeze
from penstock.delivery.learning import learn, learn_early
from penstock.delivery.outcome import State
from penstock.mailing import control
from penstock.report.ledger import ledger
from tests.integration.delivery import stage
from tests.property.delivery import simulated
from tests.property.delivery.simulated import Already, Fenced, Package, Turn

PEOPLE = 14
SENDERS = 3
OUTCOMES = st.sampled_from(
    [
        State.IN_DOUBT,
        State.RETURNED,
        State.DEFERRED,
        State.SKIPPED,
        State.ACCEPTED,
        State.ACCEPTED,
        State.BOUNCED,
    ]
)
THEN = (
    "promote", "promote", "rescue", "late", "late", "stale", "time passes", "give up", "pause", "resume", "resume", "handed_off",
    "settled", "drained", "cancel", "learn", "learn",
)  # fmt: skip
SOMETIMES = st.integers(0, 5).map(lambda n: n == 4)
LIVE = ("sending", "finishing", "cancelling")


class Delivery(RuleBasedStateMachine):
    """The rules are what can happen; `who` is the model."""

    conn: psycopg.Connection[Any]

    @initialize(size=st.integers(1, 6), lost=st.booleans())
    def freeze(self, size: int, lost: bool) -> None:
        conn = self.conn
        stage.policy(conn, package_size=size)
        options = {"in_doubt": "never_lost"} if lost else {}
        self.never_lost = lost
        self.mailing = stage.launch(
            conn, stage.draft(conn, stage.add_contacts(conn, "all", PEOPLE + 1), **options)
        )
        freeze.prepare(conn, self.mailing)
        rows = conn.execute(
            "select seq, normal, package from delivery_recipient where mailing = %s", (self.mailing,)
        ).fetchall()
        self.address = {seq: normal for seq, normal, _ in rows}
        self.who = {seq: "skipped" if package == 0 else "waiting" for seq, _, package in rows}
        self.senders = {simulated.enlist(conn): [] for _ in range(SENDERS)}
        self.lost: list[
            tuple[Package, list[int]]
        ] = []  # taken from a dead sender, with what it had in flight
        self.claimed: set[tuple[int, int]] = set()
        conn.execute("delete from delivery_early")  # of the examples before
        self.early: set[tuple[int, State]] = set()  # what came back before the ledger was ready for it
        reply = conn.execute("select delivery_reply_id(250, '', 'Ok', 'dot')").fetchone()
        assert reply
        self.reply = reply[0]

    senders: dict[int, list[Package]]

    # -- what is known --

    @property
    def state(self) -> str:
        return stage.state(self.conn, self.mailing)

    def held(self) -> list[tuple[int, Package]]:
        return [(sender, package) for sender, packages in self.senders.items() for package in packages]

    def settle(self, seq: int, package: Package, outcome: State, closed: bool) -> None:
        waiting = {State.RETURNED: "waiting", State.DEFERRED: "deferred"}
        if outcome in waiting:
            again = "deferred" if simulated.why(package, outcome) == "deferred" else "waiting"
            self.who[seq] = "cancelled" if closed else again
        else:
            self.who[seq] = outcome.name.lower()

    def recorded(self, sender: int, turn: Turn, start: int, stop: int, state: str) -> None:
        """What a turn that succeeded means."""
        package = turn.package
        package.batch = turn.batch
        for seq, outcome in turn.outcomes:
            package.in_flight.remove(seq)
            self.settle(seq, package, outcome, state in ("cancelling", "cancelled"))
        if stop > start:
            assert state in LIVE
            assert start == package.cursor
            for seq in package.numbers[start:stop]:
                assert (package.no, seq) not in self.claimed, "claimed twice within one package"
                assert self.who[seq] in ("waiting", "deferred"), "claimed though it is not waiting"
                self.claimed.add((package.no, seq))
                self.who[seq] = "in_flight"
                package.in_flight.append(seq)
            package.cursor = stop
        closed = state in ("cancelling", "cancelled")
        free = turn.release or state not in LIVE or package.cursor == package.size or closed
        was_empty = len(package.in_flight) == stop - start  # the release is decided before the claim
        if was_empty and stop == start and free:
            self.senders[sender].remove(package)

    # -- what senders do --

    def open(self, sender: int) -> None:
        state, package = self.state, simulated.open_package(self.conn, sender, self.mailing)
        if package is None:
            return
        assert state in LIVE
        assert not any(other.no == package.no for _, other in self.held()), "opened while another holds it"
        self.senders[sender].append(package)

    @rule(
        data=st.data(),
        then=st.sampled_from(THEN),
    )
    def work(self, data: Any, then: str) -> None:
        """Some turns of any senders, for without them nothing else means much; then something that befalls them."""
        for _ in range(data.draw(st.integers(2, 5))):
            self.turn(
                data,
                n=data.draw(st.integers(0, SENDERS - 1)),
                want=data.draw(st.sampled_from([2, 3, 1, 5, 0])),
                more=data.draw(SOMETIMES),
                release=data.draw(SOMETIMES),
                due=data.draw(st.sampled_from([0.0, 0.0, 3600.0])),
                commit_lost=data.draw(SOMETIMES),
            )
        match then:
            case "stale" if self.held():
                self.stale(data)
            case "rescue":
                self.rescue(data.draw(st.integers(0, SENDERS - 1)))
            case "late" if self.lost:
                self.come_back_late(data)
            case "promote":
                self.promote(data.draw(st.integers(1, 5)))
            case "time passes":
                self.time_passes()
            case "give up":
                self.give_up(data.draw(SOMETIMES))
            case "pause" | "resume":
                self.pause_or_resume(then)
            case "handed_off" | "settled" | "drained":
                self.notice(then)
            case "learn":
                self.learn(data)
            case "cancel" if data.draw(SOMETIMES):
                self.cancel()

    def turn(
        self, data: Any, n: int, want: int, more: bool, release: bool, due: float, commit_lost: bool
    ) -> None:
        """A sender opens a package when it has none, or one more; then it records some outcomes and claims some positions."""
        sender = list(self.senders)[n]
        if more or not self.senders[sender]:
            self.open(sender)
        if not self.senders[sender]:
            return
        package = data.draw(st.sampled_from(self.senders[sender]))
        told = data.draw(st.lists(OUTCOMES, max_size=len(package.in_flight)))
        turn = Turn(
            package,
            package.batch + 1,
            tuple(zip(package.in_flight, told, strict=False)),
            0 if release else want,
            release,
            due,
        )
        state = self.state
        start, stop = simulated.take(self.conn, self.mailing, turn, self.reply)
        if commit_lost:
            with pytest.raises(Already):
                simulated.take(self.conn, self.mailing, turn, self.reply)
        self.recorded(sender, turn, start, stop, state)

    def stale(self, data: Any) -> None:
        """A batch out of order, or another epoch, is refused; nothing of it stays."""
        _, package = data.draw(st.sampled_from(self.held()))
        batch, epoch = data.draw(st.sampled_from([2, 3])), data.draw(st.sampled_from([0, -1, 1]))
        other = Package(
            package.no,
            package.epoch + epoch,
            package.size,
            package.cursor,
            package.numbers,
            package.attempt,
            package.kind,
        )
        seqs = package.in_flight[:1] if package.in_flight else []
        turn = Turn(other, package.batch + batch, tuple((seq, State.ACCEPTED) for seq in seqs), 1, False, 0.0)
        with pytest.raises(Fenced):
            simulated.take(self.conn, self.mailing, turn, self.reply)

    def rescue(self, n: int) -> None:
        sender = list(self.senders)[n]
        packages, self.senders[sender] = self.senders[sender], []
        in_flight = [seq for package in packages for seq in package.in_flight]
        row = self.conn.execute("select delivery_rescue(%s)", (sender,)).fetchone()
        assert row == (len(in_flight),)
        for package in packages:
            for seq in package.in_flight:
                ended = self.state in ("cancelling", "cancelled")
                again = "cancelled" if ended else "deferred"
                self.who[seq] = again if self.never_lost else "in_doubt"
        self.lost += [(package, list(package.in_flight)) for package in packages]

    def come_back_late(self, data: Any) -> None:
        """A sender that was rescued knows what became of some: fenced, then one by one."""
        package, seqs = data.draw(st.sampled_from(self.lost))
        told = data.draw(st.lists(OUTCOMES, min_size=len(seqs) // 2, max_size=len(seqs)))
        due, repeat = data.draw(st.sampled_from([0.0, 3600.0])), data.draw(SOMETIMES)
        turn = Turn(package, package.batch + 1, tuple(zip(seqs, told, strict=False)), 2, False, due)
        with pytest.raises(Fenced):
            simulated.take(self.conn, self.mailing, turn, self.reply)
        closed = self.state in ("cancelling", "cancelled")
        for seq, outcome in turn.outcomes:
            latest = (
                max(no for no, number in self.claimed if number == seq) == package.no
            )  # else: tried again since
            certain = outcome is not State.IN_DOUBT and self.who[seq] == "in_doubt" and latest
            if self.state == "sent" and outcome in (State.RETURNED, State.DEFERRED):
                certain = False  # nobody is tried again by itself any more: the doubt stands
            assert simulated.late(self.conn, self.mailing, turn, seq, outcome, self.reply) == certain
            if certain:
                self.settle(seq, package, outcome, closed)
                if repeat:
                    assert not simulated.late(self.conn, self.mailing, turn, seq, outcome, self.reply)
            seqs.remove(seq)

    # -- what comes back --

    def learn(self, data: Any) -> None:
        """Messages come back, or are confirmed, whatever became of their recipients meanwhile; then the ticker looks at what was early."""
        for seq in data.draw(st.lists(st.sampled_from(sorted(self.who)), min_size=1, max_size=4)):
            told = data.draw(st.sampled_from([State.BOUNCED, State.DELIVERED]))
            expected = self.learnt(seq, told)
            assert learn(self.conn, self.mailing, seq, told.name.lower(), origin="dsn") == expected  # type: ignore[arg-type]
        self.conn.execute("update delivery_early set look_at = now()")
        waiting, self.early = self.early, set()
        placed = [self.learnt(seq, told) for seq, told in sorted(waiting)]
        assert learn_early(self.conn) == sum(each in ("bounced", "delivered") for each in placed)

    def learnt(self, seq: int, told: State) -> str:
        """What the ledger has to answer, and is to be like after it."""
        match self.who[seq]:
            case "skipped":
                return "unknown"
            case "bounced" | "delivered" as known if known == "bounced" or told is State.DELIVERED:
                return "repeated"
            case "in_doubt" | "accepted" | "delivered":
                self.who[seq] = told.name.lower()
                return self.who[seq]
        if (seq, told) in self.early:
            return "repeated"
        self.early.add((seq, told))
        return "early"

    # -- what the ticker does --

    def promote(self, size: int) -> None:
        row = self.conn.execute("select delivery_promote(%s, %s)", (self.mailing, size)).fetchone()
        assert row == (0,) or self.state in ("sending", "finishing")

    def time_passes(self) -> None:
        """Whoever waits for an hour is due."""
        self.conn.execute("update delivery_due set due_at = now() where mailing = %s", (self.mailing,))

    def give_up(self, over: bool) -> None:
        due = self.conn.execute(
            "select seq from delivery_due where mailing = %s and why = 'deferred' and closed is null and due_at <= now()",
            (self.mailing,),
        ).fetchall()
        row = self.conn.execute(
            "select delivery_give_up(%s, %s::interval)", (self.mailing, "0 s" if over else "1 day")
        ).fetchone()
        happens = over and self.state in ("sending", "finishing")
        assert row == (len(due) if happens else 0,)
        if happens:
            for (seq,) in due:
                assert self.who[seq] == "deferred"
                self.who[seq] = "bounced"

    def notice(self, name: str) -> None:
        waiting = [state for state in self.who.values() if state in ("waiting", "deferred", "in_flight")]
        if not control.attempt(self.conn, self.mailing, name):
            return
        match name:
            case "handed_off":
                assert "waiting" not in waiting
            case "settled":
                assert not waiting
            case "drained":
                assert "in_flight" not in waiting
                self.cancel_rest()

    # -- what people do --

    def cancel_rest(self) -> None:
        for seq, state in self.who.items():
            if state in ("waiting", "deferred"):
                self.who[seq] = "cancelled"

    def pause_or_resume(self, name: str) -> None:
        if self.state in {"pause": ("sending", "finishing"), "resume": ("paused",)}[name]:
            stage.command(self.conn, self.mailing, name)

    def cancel(self) -> None:
        if self.state not in ("sending", "finishing", "paused"):
            return
        in_flight = sum(state == "in_flight" for state in self.who.values())
        answer = stage.command(self.conn, self.mailing, "cancel", reason="enough")
        assert answer.state == ("cancelling" if in_flight else "cancelled")
        self.cancel_rest()
        for packages in self.senders.values():  # what has nothing in flight is nobody's any more
            packages[:] = [package for package in packages if package.in_flight]

    # -- what holds always --

    @invariant()
    def everybody_is_in_one_state_and_all_say_so(self) -> None:
        stage.sound(self.conn, self.mailing)
        found = {row.address: row.state for row in ledger(self.conn, self.mailing)}
        assert found == {self.address[seq]: state for seq, state in self.who.items()}


@pytest.mark.behaviour("B1", "S3.14")
def test_the_ledger_is_right_after_every_step(
    conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penstock.mailing.stopping.PATIENCE", 0.0)  # nobody answers here
    suppress(conn, 1, stage.address(3), "manual", "test")
    machine = type("Delivery", (Delivery,), {"conn": conn})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
