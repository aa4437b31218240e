"""What still arrives after `pause` has answered, how long after, and whether the answer told the truth.

usage: python -m bench.pause [--times 20] [--processes 1,4] [--connections 10]

A sink with a clock (bench/sink.py) receives from `penstock worker --processes N`; the command goes through
penstock.mailing.control in this process, so that the time is the answer's and not that of starting a command line. Two
sinks: one that answers at once, and one that answers each message 150 ms after its dot, so that at every pause nearly each
connection has one message on the wire.

`after`: messages whose last byte came after the answer. `leaving`: the number in the answer, of messages begun and not yet
answered when the sender stopped. The sender stops somewhere between command and answer, so the truth lies between the replies
given after the answer (`least`) and those given after the command was sent (`most`).
Target: the answer within 100 ms, at most one message per open connection after it, the number exact.
"""

import argparse
import random
import statistics
import time
from typing import Any

import psycopg

from bench import mailing, results, sample
from bench.arrivals import Arrivals, Line, sink
from bench.footprint import numbers
from bench.home import Home, end_tree

ANSWER_TARGET = 0.100
SINKS = {"prompt": "0", "slow": "=0.15"}
QUIET = 0.5  # seconds without an arrival after which nothing is taken to be under way any more


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--processes", type=numbers, default=[1, 4])
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--recipients", type=int, default=400_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with Home() as home:
        home.connect().close()  # from here on this process uses the database too, so that no command ends it
        contacts = sample.contacts(home.path / "c.csv", given.recipients)
        home.run("contacts", "import", str(contacts), "--list", "all")
        for processes in given.processes:
            for kind in SINKS:
                rows += series(home, processes, kind, given)
    report(rows, {"options": vars(given), "pauses": rows})


def series(home: Home, processes: int, kind: str, given: argparse.Namespace) -> list[dict[str, Any]]:
    """Pause and resume one mailing `times` times; a row for each pause."""
    log = home.path / f"{kind}{processes}.log"
    draw = random.Random(given.seed)
    with sink(log, "--delay", SINKS[kind]) as (port, _), home.connect() as conn:
        worker = home.start("worker", "--processes", str(processes))
        number = mailing.begin(
            conn, "all", f"smtp://127.0.0.1:{port}?connections={given.connections}", sample.html()
        )
        mailing.wait(conn, number, "sending")
        arrivals, rows = Arrivals(log), []
        try:
            for _ in range(given.times):
                moving(arrivals, draw.uniform(0.1, 0.5))
                rows.append({"processes": processes, "sink": kind, **pause(conn, number, arrivals)})
                if mailing.state(conn, number) != "paused":
                    raise RuntimeError("the mailing was sent before the last pause: more --recipients")
                command(conn, number, "resume")
        finally:
            if mailing.state(conn, number) in ("sending", "paused", "finishing"):
                command(conn, number, "cancel", reason="measured")
            end_tree(worker)
    return rows


def command(conn: psycopg.Connection[Any], number: int, name: str, **given: Any) -> Any:
    from penstock.mailing import control

    return control.command(conn, number, name, mailing.operator(), **given)


def moving(arrivals: Arrivals, seconds: float, patience: float = 30) -> None:
    """Wait until messages arrive (again), and then a moment."""
    until = time.monotonic() + patience
    while not any(line.kind == "A" for line in arrivals.new()):
        if time.monotonic() > until:
            raise TimeoutError(f"nothing arrived for {patience:.0f} s")
        time.sleep(0.02)
    time.sleep(seconds)
    arrivals.new()


def pause(conn: psycopg.Connection[Any], number: int, arrivals: Arrivals) -> dict[str, Any]:
    asked = time.monotonic()
    answer = command(conn, number, "pause")
    answered = time.monotonic()
    lines: list[Line] = []
    while not lines or time.monotonic() - max(answered, lines[-1].at) < QUIET:
        time.sleep(0.05)
        lines += arrivals.new()
        if not lines and time.monotonic() - answered > QUIET:
            break
    received = [line.at - answered for line in lines if line.kind == "A" and line.at > answered]
    replied = "R" if any(line.kind == "R" for line in lines) else "A"
    least = sum(line.kind == replied and line.at > answered for line in lines)
    most = sum(line.kind == replied and line.at > asked for line in lines)
    return {
        "answer_ms": (answered - asked) * 1000, "leaving": answer.leaving, "silent": len(answer.silent),
        "after": len(received), "last_ms": max(received, default=0.0) * 1000,
        "busiest_connection": busiest(lines, answered), "least": least, "most": most,
        "exact": least <= answer.leaving <= most, "beyond": max(least - answer.leaving, answer.leaving - most, 0),
    }  # fmt: skip


def busiest(lines: list[Line], answered: float) -> int:
    """The most messages that one connection brought after the answer."""
    after = [line.connection for line in lines if line.kind == "A" and line.at > answered]
    return max((after.count(connection) for connection in set(after)), default=0)


def report(rows: list[dict[str, Any]], found: dict[str, Any]) -> None:
    series = {(row["processes"], row["sink"]): [] for row in rows}
    for row in rows:
        series[row["processes"], row["sink"]].append(row)
    results.table(
        "After pause",
        ("processes", "sink", "n", "answer ms, median", "max", "after, median", "max", "on one connection",
         "last after ms", "leaving, median", "exact", "off by at most", "silent"),
        [
            (
                processes, kind, len(part), statistics.median(row["answer_ms"] for row in part), max(row["answer_ms"] for row in part),
                statistics.median(row["after"] for row in part), max(row["after"] for row in part),
                max(row["busiest_connection"] for row in part), max(row["last_ms"] for row in part),
                statistics.median(row["leaving"] for row in part), f"{sum(row['exact'] for row in part)}/{len(part)}",
                max(row["beyond"] for row in part), sum(row["silent"] for row in part),
            )
            for (processes, kind), part in series.items()
        ],
    )  # fmt: skip
    slowest, most = max(row["answer_ms"] for row in rows), max(row["busiest_connection"] for row in rows)
    results.verdict("slowest answer, ms", slowest, "≤ 100", slowest <= ANSWER_TARGET * 1000)
    results.verdict("messages on one connection after the answer", most, "≤ 1", most <= 1)
    wrong = sum(not row["exact"] for row in rows)
    results.verdict("answers whose number was wrong", wrong, "0", not wrong)
    results.save("pause", found)


if __name__ == "__main__":
    results.main(main)
