"""What each kind of work costs the database: CPU of its server process, write-ahead log, bytes on disk.

usage: python -m bench.costs [--recipients 100000]

Nothing is sent: the statements of freezing, claiming, recording, deferring, packing again and of the meter are given as a lane and
the ticker give them, over one connection each, and the time of that connection's server process is read from the kernel. What
PostgreSQL does behind them (write-ahead log writer, checkpoints, vacuum) is not in it; bench.footprint has the sum. The figures
are those that the simulation of a cluster reckons with (bench/simulation.py).
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg

from bench import mailing, results
from bench.home import Home
from penstock.delivery import freeze, record
from penstock.delivery.claim import Claims, Held, Turn, reading
from penstock.delivery.outcome import State

TABLES = ("delivery_recipient", "delivery_outcome", "delivery_due", "delivery_package")


@dataclass
class Cost:
    """What so many of one thing cost: seconds of CPU, bytes of write-ahead log, bytes on disk by table."""

    cpu: float = 0.0
    log: int = 0
    disk: int = 0


class Meter:
    """Reads what the server process of a connection has used."""

    def __init__(self, watching: psycopg.Connection[Any]) -> None:
        self.watching = watching

    @contextmanager
    def of(self, backend: int) -> Iterator[Cost]:
        """Measure what happens meanwhile."""
        cost, before = Cost(), self._read(backend)
        yield cost
        cost.cpu, cost.log, cost.disk = (b - a for a, b in zip(before, self._read(backend), strict=True))

    def _read(self, backend: int) -> tuple[float, int, int]:
        times = psutil.Process(backend).cpu_times()
        sizes = " + ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
        row = self.watching.execute(f"select pg_current_wal_insert_lsn() - '0/0', {sizes}").fetchone()
        assert row is not None
        return times.user + times.system, int(row[0]), row[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=100_000)
    given = parser.parse_args()
    with Home() as home, home.connect() as conn, home.connect() as watching:
        found = asyncio.run(measure(conn, Meter(watching), given.recipients))
    report(found)
    results.save("costs", {"options": vars(given), "costs": found})


async def measure(conn: psycopg.Connection[Any], meter: Meter, recipients: int) -> dict[str, Any]:
    """All of it, on an empty database; returns microseconds of CPU and bytes, per one of each."""
    number = _mailing(conn, recipients)
    with meter.of(conn.info.backend_pid) as freezing:
        assert freeze.freeze(conn, number)
    mailing_state = "update mailing_mailing set state = 'sending' where id = %s"
    conn.execute(mailing_state, (number,))
    found: dict[str, Any] = {"a recipient frozen": _per(freezing, recipients)}
    for size, turns in ((1000, recipients // 4000), (100, 200), (10, 300), (1, 300)):
        found[f"a turn of {size}"] = await _turns(meter, number, size, turns)
    found["a turn of 1000, all deferred"] = await _turns(meter, number, 1000, 10, deferred=True)
    with meter.of(conn.info.backend_pid) as packing:
        conn.execute("select delivery_promote(%s, 5000)", (number,))
    found["a deferred one packed again"] = _per(packing, 10_000)
    return found


def _mailing(conn: psycopg.Connection[Any], recipients: int) -> int:
    row = conn.execute(
        "insert into audience_list (account_id, name) values (1, 'all') returning id"
    ).fetchone()
    assert row is not None
    conn.execute(
        "with made as (insert into audience_contact (account_id, address, normal, attributes)"
        " select 1, a, a, jsonb_build_object('first_name', 'Anna', 'last_name', 'Keller', 'city', 'Bern', 'code', n::text)"
        " from (select n, 'reader' || n || '@example.net' as a from generate_series(1, %s) n) as one returning id)"
        " insert into audience_membership (list_id, contact_id) select %s, id from made",
        (recipients, row[0]),
    )
    conn.execute("analyze")
    return mailing.begin(conn, "all", "smtp://127.0.0.1:1", "<p>{{ first_name }} {{ code }}</p>")


async def _turns(
    meter: Meter, number: int, size: int, turns: int, *, deferred: bool = False
) -> dict[str, float]:
    """So many turns of a lane: record `size`, claim and read as many more."""
    from penstock.delivery.sender import connect

    claims = Claims(await connect(), number, 1)
    query = reading(["first_name", "last_name", "city", "code"], account=1, by_range=True, suppressed=False)
    reply = await claims.reply_id(250, "2.0.0", "Ok: queued as {}", "dot")
    held: Held | None = None
    rows: list[tuple[Any, ...]] = []
    with meter.of(claims.conn.info.backend_pid) as cost:
        for _ in range(turns):
            turn = _turn(number, held, rows, reply, deferred) if held else Turn([], [], [])
            if held is None or held.exhausted:
                if held:
                    await claims.record_and_claim(turn, None, 0)
                held, rows, turn = await claims.open(), [], Turn([], [], [])
                assert held is not None
            claimed = await claims.record_and_claim(turn, held, size)
            rows = await claims.read(query, held, claimed.start, claimed.stop)
            held.cursor = claimed.stop
        assert held is not None
        await claims.record_and_claim(_turn(number, held, rows, reply, deferred, release=True), None, 0)
    await claims.conn.close()
    return _per(cost, turns)


def _turn(
    number: int, held: Held, rows: list[tuple[Any, ...]], reply: int, deferred: bool, *, release: bool = False
) -> Turn:
    state = State.DEFERRED if deferred else State.ACCEPTED
    held.batch += 1
    packed = [
        record.pack_with_detail(record.now(), number, held.no, row[0], reply, 1, state, "4XyZ12abcDEF")
        for row in rows
    ]
    counts = {each.name.lower(): 0 for each in State if each is not State.DELIVERED}
    counts[state.name.lower()] = len(rows)
    told = {
        "no": held.no,
        "epoch": held.epoch,
        "batch": held.batch,
        "release": release,
        "unclaim": 0,
        **counts,
    }
    due = [
        {"seq": row[0], "package": held.no, "why": "deferred", "in": 0.0, "since": "2026-12-01T09:00Z", "attempt": 1}
        for row in rows
    ] if deferred else []  # fmt: skip
    return Turn(packed, [told], due)


def _per(cost: Cost, count: int) -> dict[str, float]:
    return {"cpu_us": cost.cpu / count * 1e6, "log": cost.log / count, "disk": cost.disk / count}


def report(found: dict[str, Any]) -> None:
    results.table(
        "What the database does for one of each",
        ("", "CPU, µs", "log, bytes", "disk, bytes"),
        [(what, each["cpu_us"], each["log"], each["disk"]) for what, each in found.items()],
    )


if __name__ == "__main__":
    results.main(main)
