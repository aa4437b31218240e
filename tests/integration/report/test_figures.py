"""Progress (from counters), the ledger (from raw rows) and a model agree on any history that the engine can write."""

import csv
import io
import json
from dataclasses import dataclass, field
from itertools import count

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.delivery.check import check
from penstock.report import ledger
from penstock.report.progress import STATES, Watcher, progress
from tests.examples import examples

CODES = {
    "in_doubt": 1,
    "returned": 2,
    "deferred": 3,
    "skipped": 4,
    "accepted": 5,
    "delivered": 6,
    "bounced": 7,
}
FINAL = ("accepted", "bounced", "in_doubt", "skipped")
_mailings = count(1000)


@dataclass
class Package:
    no: int
    kind: str
    members: list[int]
    attempt: int = 0
    cursor: int = 0
    state: str = "waiting"
    recorded: dict[int, str] = field(default_factory=dict)


@dataclass
class Model:
    """What a mailing went through, step by step, as the engine's functions would write it."""

    size: int
    packages: list[Package] = field(default_factory=list)
    due: dict[int, tuple[str, int, int]] = field(default_factory=dict)  # seq → (why, package, attempts made)
    outcomes: list[tuple[int, int, str]] = field(default_factory=list)  # package, seq, state
    closed: str | None = None

    def expected(self) -> dict[int, str]:
        told: dict[int, str] = {}
        for package in self.packages:
            for position, seq in enumerate(package.members):
                if seq in package.recorded:
                    told[seq] = package.recorded[seq]
                elif position < package.cursor:
                    told[seq] = "in_flight"
                elif package.state in ("cancelled", "expired"):
                    told[seq] = package.state
                else:
                    told[seq] = "deferred" if package.kind == "retry" else "waiting"
        for seq, (why, _, _) in self.due.items():
            told[seq] = self.closed or {"deferred": "deferred", "returned": "waiting"}[why]
        return told


@st.composite
def histories(draw: st.DrawFn) -> Model:
    skipped, cut = draw(st.integers(0, 4)), draw(st.integers(1, 7))
    size = skipped + draw(st.integers(1, 25))
    model = Model(size)
    if skipped:
        first = Package(0, "skipped", list(range(1, skipped + 1)), cursor=skipped, state="done")
        first.recorded = dict.fromkeys(first.members, "skipped")
        model.outcomes += [(0, seq, "skipped") for seq in first.members]
        model.packages.append(first)
    for no, start in enumerate(range(skipped + 1, size + 1, cut), 1):
        model.packages.append(Package(no, "plain", list(range(start, min(start + cut, size + 1)))))
    for _ in range(draw(st.integers(0, 3))):
        _send(draw, model)
        _pack_again(draw, model)
    _send(draw, model)
    if draw(st.booleans()):
        model.closed = draw(st.sampled_from(["cancelled", "expired"]))
        for package in model.packages:
            if package.state in ("waiting", "active"):
                package.state = model.closed
    return model


def _send(draw: st.DrawFn, model: Model) -> None:
    """Claim some of the open packages, and record some of what is claimed."""
    for package in [p for p in model.packages if p.state in ("waiting", "active")]:
        package.cursor = draw(st.integers(package.cursor, len(package.members)))
        for seq in package.members[: package.cursor]:
            if seq not in package.recorded and draw(st.integers(0, 4)):
                _record(draw, model, package, seq)
        done = len(package.recorded) == len(package.members)
        package.state = "done" if done else "active" if package.cursor else "waiting"


def _record(draw: st.DrawFn, model: Model, package: Package, seq: int) -> None:
    state = draw(st.sampled_from([*FINAL, "deferred", "returned"]))
    package.recorded[seq] = state
    model.outcomes.append((package.no, seq, state))
    if state in ("deferred", "returned"):
        model.due[seq] = (state, package.no, package.attempt + (state == "deferred"))
    elif state == "in_doubt" and draw(st.booleans()):  # the sender lived after all
        package.recorded[seq] = "accepted"
        model.outcomes.append((package.no, seq, "accepted"))


def _pack_again(draw: st.DrawFn, model: Model) -> None:
    for why, kind in (("deferred", "retry"), ("returned", "again")):
        ready: dict[int, list[int]] = {}
        for seq, (reason, _, attempt) in sorted(model.due.items()):
            if reason == why and draw(st.booleans()):
                ready.setdefault(attempt, []).append(seq)
        for attempt, members in ready.items():
            model.packages.append(Package(max(p.no for p in model.packages) + 1, kind, members, attempt))
            for seq in members:
                del model.due[seq]


def write(conn: psycopg.Connection, model: Model, mailing: int) -> None:
    """Write the model's history as rows."""
    reply = conn.execute(
        "insert into delivery_reply (code, enhanced, text, command) values (250, '2.0.0', 'queued as {}', 'dot')"
        " on conflict (code, enhanced, text, command) do update set code = 250 returning id"
    ).fetchone()
    assert reply
    where = {seq: p.no for p in model.packages if p.kind in ("plain", "skipped") for seq in p.members}
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into delivery_recipient (mailing, seq, contact, package, normal) values (%s, %s, %s, %s, %s)",
            [(mailing, seq, seq, no, f"r{seq}@example.org") for seq, no in sorted(where.items())],
        )
        for p in model.packages:
            positions = p.members if p.kind in ("retry", "again") else None
            counts = {s: list(p.recorded.values()).count(s) for s in CODES}
            columns = ", ".join(counts)
            cursor.execute(
                "insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, positions, since,"
                f" attempt, cursor, sender, begun_at, closed_at, {columns}) values (%s, %s, %s, %s, now(), %s, %s, %s, %s,"
                f" %s, %s, %s, %s, %s, {', '.join(['%s'] * len(counts))})",
                (mailing, p.no, p.kind, p.state, len(p.members), None if positions else p.members[0], positions,
                 [None] * len(positions) if positions else None, p.attempt, p.cursor, 1 if p.state == "active" else None,
                 "now" if p.cursor else None, None if p.state in ("waiting", "active") else "now", *counts.values()),
            )  # fmt: skip
        cursor.executemany(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)"
            " values (now(), %s, %s, %s, %s, 1, %s, 'x1')",
            [(mailing, no, seq, reply[0], CODES[state]) for no, seq, state in model.outcomes],
        )
        cursor.executemany(
            "insert into delivery_due (mailing, seq, package, due_at, since, attempt, why, closed)"
            " values (%s, %s, %s, now() + interval '1 h', now(), %s, %s, %s)",
            [(mailing, seq, no, attempt, why, model.closed) for seq, (why, no, attempt) in model.due.items()],
        )


@pytest.fixture(scope="module")
def rows(module_database: str) -> psycopg.Connection:
    return psycopg.connect(module_database, autocommit=True)


@pytest.mark.behaviour("B1")
@given(model=histories())
@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_everybody_is_in_exactly_one_state_and_the_states_add_up(
    rows: psycopg.Connection, model: Model
) -> None:
    mailing = next(_mailings)
    write(rows, model, mailing)
    expected = model.expected()
    wanted = {state: list(expected.values()).count(state) for state in STATES}

    figures = progress(rows, mailing)
    assert {state: getattr(figures, state) for state in STATES} == wanted
    assert figures.adds_up
    assert figures.recipients == model.size
    assert ledger.count_states(rows, mailing) == wanted

    told = list(ledger.ledger(rows, mailing))
    assert [row.contact for row in told] == list(range(1, model.size + 1))
    assert {row.contact: row.state for row in told} == expected

    tried = {seq for _, seq, state in model.outcomes if state not in ("returned", "skipped")}
    assert figures.tried == len(tried)
    assert {row.contact for row in told if row.attempts} == tried
    if (
        model.closed is None
    ):  # the engine's own check speaks of what it writes itself; closing by hand it cannot know
        assert check(rows, mailing) == []


@pytest.mark.behaviour("S5.20")
def test_two_honest_percentages(conn: psycopg.Connection) -> None:
    """Ten recipients: two skipped, four accepted, one bounced, one deferred, two waiting."""
    model = Model(10)
    first = Package(0, "skipped", [1, 2], cursor=2, state="done", recorded={1: "skipped", 2: "skipped"})
    states = {3: "accepted", 4: "accepted", 5: "accepted", 6: "accepted", 7: "bounced", 8: "deferred"}
    plain = Package(1, "plain", list(range(3, 11)), cursor=6, state="active", recorded=states)
    model.packages = [first, plain]
    model.due = {8: ("deferred", 1, 1)}
    model.outcomes = [
        (0, 1, "skipped"),
        (0, 2, "skipped"),
        *((1, seq, state) for seq, state in states.items()),
    ]
    write(conn, model, 1)
    figures = progress(conn, 1)
    assert figures.handed_off_percent == 75.0  # 6 tried of the 8 that are not skipped
    assert figures.settled_percent == 70.0  # 2 skipped, 4 accepted and 1 bounced of all 10
    assert figures.figures()["recipients"] == 10


def test_percent_is_100_only_when_it_is_all(conn: psycopg.Connection) -> None:
    conn.execute(
        "insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, cursor, accepted, sender)"
        " values (1, 1, 'plain', 'active', now(), 100000, 1, 99999, 99999, 1)"
    )
    assert progress(conn, 1).handed_off_percent == 99.9
    assert progress(conn, 2).recipients == 0


def test_exports_hold_everybody_and_what_was_answered(conn: psycopg.Connection) -> None:
    plain = Package(1, "plain", [1, 2], cursor=2, state="done", recorded={1: "accepted", 2: "bounced"})
    write(conn, Model(2, [plain], {}, [(1, 1, "accepted"), (1, 2, "bounced")]), 1)
    out = io.BytesIO()
    ledger.write_csv(conn, 1, out)
    table = list(csv.DictReader(io.StringIO(out.getvalue().decode())))
    assert [(row["address"], row["state"], row["text"]) for row in table] == [
        ("r1@example.org", "accepted", "queued as x1"),
        ("r2@example.org", "bounced", "queued as x1"),
    ]
    lines = io.BytesIO()
    ledger.write_json_lines(conn, 1, lines)
    assert [json.loads(line)["state"] for line in lines.getvalue().splitlines()] == ["accepted", "bounced"]
    for state, left in ((None, 2), ("bounced", 1), ("waiting", 0)):
        whole = io.BytesIO()
        ledger.write_json(conn, 1, whole, state)
        assert len(json.loads(whole.getvalue())) == left
    assert [row.address for row in ledger.ledger(conn, 1, reason="2.0.0")] == [
        "r1@example.org",
        "r2@example.org",
    ]
    with pytest.raises(ValueError, match="there is no state"):
        list(ledger.ledger(conn, 1, "nonsense"))


def test_the_rate_is_that_of_the_last_seconds(conn: psycopg.Connection) -> None:
    write(conn, Model(9, [Package(1, "plain", list(range(1, 10)))]), 1)
    now = 100.0
    watcher = Watcher(conn, 1, clock=lambda: now)
    assert watcher.look().rate == 0
    conn.execute(
        "update delivery_package set cursor = 4, accepted = 4, begun_at = now(), sender = 1, state = 'active'"
    )
    now += 2
    assert watcher.look().rate == 2.0
    now += 60
    watcher.look()
    now += 60
    assert watcher.look().rate == 0
