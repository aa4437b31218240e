"""A mailing whose senders, workers, database and connections are killed at random: nobody twice, nobody lost, all accounted for."""

import shutil
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from bench import mailing, sample
from bench.arrivals import Arrivals, sink
from bench.home import Home
from penstock.delivery.check import check
from penstock.report.ledger import count_states, ledger
from penstock.report.progress import progress
from tests.torture import proof
from tests.torture.chaos import Chaos
from tests.torture.plan import Plan, chosen


@pytest.mark.behaviour("S3.14", "S4.22", "B1", "B2")
@pytest.mark.timeout(1800)
def test_every_message_is_accounted_for_whatever_dies() -> None:
    plan = chosen()
    print(f"\n  torture, seed {plan.seed} (PENSTOCK_TORTURE_SEED={plan.seed} repeats it): {plan}")
    with Home() as home:
        log = home.path / "sink.log"
        home.connect().close()  # so that the database runs from here on, whichever command ends
        contacts = sample.contacts(home.path / "contacts.csv", plan.recipients)
        home.run("contacts", "import", str(contacts), "--list", "all")
        faults = ("--faults", "torture", "--seed", str(plan.seed), "--delay", str(plan.reply_delay))
        with sink(log, *faults) as (port, process):
            chaos = Chaos(home, plan, process, log)
            with home.connect() as conn:
                via = f"smtp://127.0.0.1:{port}?connections={plan.connections}"
                chaos.number = mailing.begin(conn, "all", via, sample.html(2000), **FAST_RETRIES)
            ended = chaos.run()
            received = proof.Received.read(Arrivals(log).new())
        try:
            with home.connect() as conn:
                judge(conn, chaos, ended, plan, received)
        except BaseException:
            keep(home, plan)
            raise


FAST_RETRIES = {"retry_first_seconds": 0.5, "retry_longest_seconds": 3}


def judge(conn: psycopg.Connection, chaos: Chaos, ended: str, plan: Plan, received: proof.Received) -> None:
    number = chaos.number
    rows = [(row.address, row.state) for row in ledger(conn, number)]
    states = Counter(state for _, state in rows)
    figures = progress(conn, number)
    kills = sum(event.startswith("kill_") for event in chaos.happened)
    hit = sum(plan.senders_hit(event) for event in chaos.happened)
    print(
        f"    {ended}: {dict(states)}; {kills} kills, {received.lost_connections} connections lost, {chaos.looks} looks"
    )
    for pause in chaos.pauses:
        arrived = sum(pause.after.values())
        print(
            f"    pause: {pause.took * 1000:.0f} ms, {pause.leaving} leaving, {arrived} after, silent: {pause.silent}"
        )
    assert ended == "sent"
    assert not chaos.wrong
    assert kills == plan.kills(), "the mailing was over before the last kill: too fast for its events"
    assert not proof.nobody_twice(received)[:10]
    assert not proof.one_state_each(rows, plan.recipients)[:10]
    assert not proof.truth(rows, received)[:10]
    assert not check(conn, number)
    assert figures.adds_up
    assert count_states(conn, number) == {
        state: getattr(figures, state) for state in count_states(conn, number)
    }
    assert states["in_doubt"] <= hit * plan.in_hand + received.lost_connections
    for pause in chaos.pauses:
        assert pause.silent or max(pause.after.values(), default=0) <= 1, (
            "more than one message on a connection after pause"
        )
        assert pause.silent or sum(pause.after.values()) <= pause.leaving, (
            "more arrived than the answer to pause said"
        )


def keep(home: Home, plan: Plan) -> None:
    """Keep what explains a failure: the sink's log and what the processes said."""
    place = Path("build") / "torture" / str(plan.seed)
    place.mkdir(parents=True, exist_ok=True)
    for name in ("sink.log", "started.log"):
        if (home.path / name).exists():
            shutil.copy(home.path / name, place / name)
    print(f"    kept in {place}")
