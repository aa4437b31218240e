"""Two machines send one mailing; one is cut off in the middle: nobody twice, nobody lost, and the rate is held throughout."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bench.arrivals import Arrivals, Line, sink
from bench.islands import MAIL, Islands
from bench.results import Unavailable
from penstock.platform import database
from penstock.report.ledger import ledger
from tests.examples import FULL
from tests.integration.delivery.stage import _PROGRAM, becomes, begin, counts, eventually, policy, sound
from tests.needs import missing
from tests.torture import cluster, proof


@dataclass(frozen=True)
class Run:
    """One run: `rate` messages a second over both machines; `program` is what each of them runs, `cut` which lines one loses."""

    name: str
    recipients: int
    rate: float
    program: str
    cut: tuple[str, ...]
    patience: float


IMPATIENT = _PROGRAM.format(changes="rescue.SILENCE = 2.5")
RUNS = [Run("impatient", 4000, 600.0, IMPATIENT, ("data",), 30)]
if FULL:  # whole workers, with their own patience
    RUNS += [
        Run("without its database", 30_000, 600.0, cluster.WORKER, ("data",), 120),
        Run("without any line", 30_000, 600.0, cluster.WORKER, ("data", "mail"), 120),
    ]


@pytest.fixture
def islands() -> Iterator[Islands]:
    try:
        with Islands(2) as made:
            yield made
    except Unavailable as reason:
        missing(str(reason))


@pytest.mark.behaviour("S3.14", "B1", "B2", "B8")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_a_machine_that_is_cut_off_neither_repeats_nor_loses(
    run: Run, islands: Islands, ready_home: Path, tmp_path: Path
) -> None:
    cluster.launch_database(ready_home, islands)
    database.url()  # joins it, so that it stays until the test ends
    log = tmp_path / "sink.log"
    with ExitStack() as stack:
        conn = stack.enter_context(database.connect())
        policy(conn, package_size=100, sender_domain="warn")
        port, _ = stack.enter_context(sink(log, "--host", MAIL, "--delay", "0.004", inside=islands.hub))
        for island in range(2):
            stack.enter_context(cluster.on_island(islands, island, run.program))
        mailing = begin(conn, run.recipients, f"smtp://{MAIL}:{port}?connections=4", rate=run.rate)
        victim = cut_off_the_ticker(conn, islands, mailing, run)
        doubted = eventually(lambda: counts(conn, mailing).get("in_doubt", 0), run.patience)
        alone = len(Arrivals(log).new())
        eventually(lambda: len(Arrivals(log).new()) > alone + run.rate)  # the other one goes on without it
        islands.mend(victim, *run.cut)
        eventually(lambda: not counts(conn, mailing).get("in_doubt", 0), run.patience)
        becomes(conn, mailing, "sent", seconds=run.patience)
        arrived = [line for line in Arrivals(log).new() if line.kind in "AXTP"]
        print(f"\n    {doubted} were in doubt while it was away; {len(arrived)} arrived")
        judge(conn, mailing, arrived, run)


def cut_off_the_ticker(conn: psycopg.Connection, islands: Islands, mailing: int, run: Run) -> int:
    """Wait until both machines have packages, and cut off the one that also holds the clock; returns its number."""
    machines = {islands.address(island, "data"): island for island in range(2)}
    eventually(lambda: len(busy(conn, mailing)) == 2, run.patience)
    eventually(lambda: counts(conn, mailing).get("accepted", 0) > run.recipients / 8, run.patience)
    row = conn.execute(
        "select host(a.client_addr) from pg_locks l join pg_stat_activity a using (pid)"
        " where l.locktype = 'advisory' and l.classid = 7003 and l.granted"
    ).fetchone()
    assert row is not None
    victim = machines[row[0]]
    islands.cut(victim, *run.cut)
    return victim


def busy(conn: psycopg.Connection, mailing: int) -> list[int]:
    """The senders that have packages of the mailing."""
    asked = "select distinct sender from delivery_package where mailing = %s and sender is not null"
    return [sender for (sender,) in conn.execute(asked, (mailing,)).fetchall()]


def judge(conn: psycopg.Connection, mailing: int, arrived: Sequence[Line], run: Run) -> None:
    """It comes back and knows what became of everybody, or finds out: in the end there is no doubt."""
    received = proof.Received.read(arrived)
    rows = [(row.address, row.state) for row in ledger(conn, mailing)]
    assert not proof.nobody_twice(received)[:10]
    assert not proof.one_state_each(rows, run.recipients)[:10]
    assert not proof.truth(rows, received)[:10]
    assert sound(conn, mailing) == {"accepted": run.recipients}
    assert not proof.too_fast([line.at for line in arrived], run.rate)[:10]


def test_what_is_too_fast_is_seen() -> None:
    steady = [n / 100 for n in range(1000)]
    assert not proof.too_fast(steady, 100)
    assert proof.too_fast([*steady, *(5 + n / 200 for n in range(200))], 100)
    assert proof.too_fast([at * 0.9 for at in steady], 100)[-1:] == ["1000 in 9.0 s in all, at 100 a second"]
