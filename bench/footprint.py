"""CPU per message and memory of a worker, for small and large mailings.

usage: python -m bench.footprint [--counts 10000,100000,1000000] [--repeat 5,3,1]

A `penstock worker --processes 1` of its own for each run, into smtp-sink. CPU is user and system time of all processes of the
worker, and of PostgreSQL, from the state `sending` until `sent` (freezing excluded). Memory is the kernel's high-water mark
(VmHWM) of the sender process and of the largest other process of the worker.
Target: CPU per message at the largest count within 15 % of the smallest; memory under 200 MB and flat.
"""

import argparse
from typing import Any

import psutil

from bench import mailing, results, sample
from bench.home import Home, end_tree
from bench.processes import Peaks, cpu_seconds
from bench.smtpsink import smtp_sink

CPU_TARGET, MEMORY_TARGET = 1.15, 200e6
SENDER = "penstock.delivery.sender"


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--counts", type=numbers, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeat", type=numbers, default=[5, 3, 1])
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with Home() as home, smtp_sink() as (port, _):
        home.connect().close()  # from here on this process uses the database too, so that no command ends it
        for count, repeat in zip(given.counts, given.repeat, strict=True):
            contacts = sample.contacts(home.path / "c.csv", count)
            home.run("contacts", "import", str(contacts), "--list", f"list{count}")
            rows += [run(home, port, count) for _ in range(repeat)]
    report(given.counts, rows, {"options": vars(given), "runs": rows})


def run(home: Home, port: int, count: int) -> dict[str, Any]:
    """One mailing by one fresh worker."""
    worker = home.start("worker", "--processes", "1")
    process, server = psutil.Process(worker.pid), home.postmaster()
    with home.connect() as conn, Peaks(process) as peaks:
        number = mailing.begin(conn, f"list{count}", f"smtp://127.0.0.1:{port}?connections=10", sample.html())
        mailing.wait(conn, number, "sending", "finishing", "sent")
        before = cpu_seconds(process), cpu_seconds(server)
        mailing.wait(conn, number, "sent", every=0.02)
        after = cpu_seconds(process), cpu_seconds(server)
        peaks.look()
    end_tree(worker)
    own, database = ((late - early) / count * 1e6 for early, late in zip(before, after, strict=True))
    row = {
        "count": count, "cpu_worker_us": own, "cpu_postgresql_us": database, "cpu_us": own + database,
        "sender_peak": peaks.highest(SENDER), "worker_peak": peaks.highest(),
        "processes": {f"{pid} {name}": value for (pid, name), value in peaks.peaks.items()},
    }  # fmt: skip
    print(f"  {count:,}: {own:.1f} + {database:.1f} µs, {peaks.highest() / 1e6:.0f} MB", flush=True)
    return row


def report(counts: list[int], rows: list[dict[str, Any]], found: dict[str, Any]) -> None:
    columns = ("cpu_worker_us", "cpu_postgresql_us", "cpu_us", "sender_peak", "worker_peak")
    medians = {
        count: {
            column: results.median([row for row in rows if row["count"] == count], column)
            for column in columns
        }
        for count in counts
    }
    found["medians"] = medians
    results.table(
        "CPU per message (µs) and peak memory (MB), medians",
        ("n", "worker", "PostgreSQL", "both", "sender peak", "largest process"),
        [
            (
                n,
                m["cpu_worker_us"],
                m["cpu_postgresql_us"],
                m["cpu_us"],
                m["sender_peak"] / 1e6,
                m["worker_peak"] / 1e6,
            )
            for n, m in medians.items()
        ],
    )
    growth = medians[counts[-1]]["cpu_us"] / medians[counts[0]]["cpu_us"]
    results.verdict(
        f"CPU per message, {counts[-1]:,} ÷ {counts[0]:,}", growth, f"≤ {CPU_TARGET}", growth <= CPU_TARGET
    )
    highest = max(row["worker_peak"] for row in rows)
    results.verdict("peak memory, MB", highest / 1e6, "< 200", highest < MEMORY_TARGET)
    results.save("footprint", found)


if __name__ == "__main__":
    results.main(main)
