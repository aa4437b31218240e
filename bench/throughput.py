"""Whole runs against smtp-source: `penstock send` and the C load generator, alternating, into the same smtp-sink.

usage: python -m bench.throughput [--recipients 100000] [--rounds 5] [--million 1000000] [--million-rounds 3] [--size 5000]

Per round: smtp-source -s 10 -l 5000 -m N -d, then `penstock send --to list:NAME` with as many recipients and connections.
`send` is from the first claim to the last record, everything durable; `command` the wall clock of the whole command,
process start included. `ratio` is their rate over smtp-source's rate in the same round. `foreign` is the share of the machine's
CPU time that others took during the round: a round with much of it says little.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil

from bench import results, sample
from bench.home import Home
from bench.processes import cpu_seconds, machine_seconds, wait_for_quiet
from bench.smtpsink import smtp_sink, smtp_source

MILLION_TARGET, RATIO_TARGET = 0.85, 1.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--million", type=int, default=1_000_000, help="recipients of the large list; 0 leaves it out"
    )
    parser.add_argument("--million-rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument(
        "--quiet", type=float, default=5, help="seconds to wait for the machine to be idle before a run"
    )
    parser.add_argument(
        "--foreign", type=float, default=1.0, help="share of others above which a round is repeated"
    )
    return parser.parse_args()


def main() -> None:
    given = arguments()
    with Home() as home, smtp_sink() as (port, sink):
        body = home.path / "body.html"
        body.write_text(sample.html(given.size), encoding="utf-8")
        body.with_suffix(".txt").write_text(sample.text(), encoding="utf-8")
        found: dict[str, Any] = {"options": vars(given), "first_run": first_run(home, body, port, given)}
        home.connect().close()  # from here on this process uses the database too, so that no command ends it
        found["rounds"] = list(compare(home, body, port, sink, given.recipients, given.rounds, given))
        if given.million:
            found["million"] = list(
                compare(home, body, port, sink, given.million, given.million_rounds, given)
            )
    report(found)
    results.save("throughput", found)


def first_run(home: Home, body: Any, port: int, given: argparse.Namespace) -> dict[str, Any]:
    """A CSV file to a new home in one command: the database made, everything imported."""
    contacts = sample.contacts(home.path / "contacts.csv", given.recipients)
    began = time.perf_counter()
    summary = home.json(*command(f"{contacts}", body, port, given))
    return {"command": time.perf_counter() - began, **summary["seconds"], "accepted": summary["accepted"]}


def command(to: str, body: Any, port: int, given: argparse.Namespace) -> list[str]:
    return [
        "send", "--to", to, "--from", sample.SENDER, "--subject", sample.SUBJECT, "--html", str(body),
        "--text", str(body.with_suffix(".txt")), "--via", f"smtp://127.0.0.1:{port}", "--connections", str(given.connections), "--yes",
    ]  # fmt: skip


def compare(
    home: Home, body: Any, port: int, sink: int, count: int, rounds: int, given: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Alternate the two senders; yields a row for each round."""
    name = f"list{count}"
    home.run("contacts", "import", str(sample.contacts(home.path / f"{name}.csv", count)), "--list", name)
    kept, tries = 0, 0
    while kept < rounds and tries < 5 * rounds:
        tries += 1
        wait_for_quiet(given.quiet)
        source, theirs, foreign = watched(
            home, sink, lambda: smtp_source(port, count, given.size, given.connections)
        )
        wait_for_quiet(given.quiet)
        began = time.perf_counter()
        summary, ours, also_foreign = watched(
            home, sink, lambda: home.json(*command(f"list:{name}", body, port, given))
        )
        wall = time.perf_counter() - began
        if summary["accepted"] != count:
            raise RuntimeError(f"of {count} messages {summary['accepted']} were accepted: {summary}")
        own, database, receiver = (seconds / count * 1e6 for seconds in ours)
        row = {
            "count": count, "source": source, **summary["seconds"], "command": wall,
            "source_rate": count / source, "send_rate": count / summary["seconds"]["send"],
            "ratio_send": source / summary["seconds"]["send"], "ratio_command": source / wall,
            "cpu_penstock_us": own, "cpu_postgresql_us": database, "cpu_sink_us": receiver,
            "source_cpu_us": theirs[0] / count * 1e6, "source_sink_us": theirs[2] / count * 1e6,
            "foreign": max(foreign, also_foreign),
        }  # fmt: skip
        print("  " + "  ".join(f"{k} {v:.4g}" for k, v in row.items()), flush=True)
        if row["foreign"] <= given.foreign or tries + rounds - kept > 5 * rounds:
            kept += 1
            yield row


def watched(home: Home, sink: int, run: Callable[[], Any]) -> tuple[Any, list[float], float]:
    """Run something; returns its result, the CPU seconds of ours, PostgreSQL and the sink, and the share of others.

    The share is that of the machine's CPU time which went to processes that have nothing to do with the measurement.
    """
    began, before, all_before = time.perf_counter(), used(home, sink), machine_seconds()
    result = run()
    wall, everybody = time.perf_counter() - began, machine_seconds() - all_before
    spent = [after - earlier for after, earlier in zip(used(home, sink), before, strict=True)]
    return result, spent, max(0.0, everybody - sum(spent)) / (wall * (os.cpu_count() or 1))


def used(home: Home, sink: int) -> tuple[float, float, float]:
    """CPU seconds so far: commands of ours that have ended, PostgreSQL, the sink."""
    times = os.times()
    return (
        times.children_user + times.children_system,
        cpu_seconds(home.postmaster()),
        cpu_seconds(psutil.Process(sink)),
    )


def report(found: dict[str, Any]) -> None:
    columns = ("source_rate", "send_rate", "ratio_send", "ratio_command", "command", "send", "freeze", "start",
               "cpu_penstock_us", "cpu_postgresql_us", "cpu_sink_us", "foreign")  # fmt: skip
    rows = []
    for title in ("rounds", "million"):
        if rounds := found.get(title):
            found[f"{title}_median"] = {key: results.median(rounds, key) for key in rounds[0]}
            rows.append([rounds[0]["count"], *(found[f"{title}_median"][column] for column in columns)])
    results.table(
        "Whole runs, medians (rates per second, times in seconds, CPU in µs a message)", ["n", *columns], rows
    )
    first = found["first_run"]
    print(
        "  from a CSV file on a new home: "
        + ", ".join(f"{key} {value:.2f} s" for key, value in first.items() if key != "accepted")
    )
    ratio = found["rounds_median"]["ratio_send"]
    results.verdict(
        "first claim to last record ÷ smtp-source", ratio, f"≥ {RATIO_TARGET}", ratio >= RATIO_TARGET
    )
    if "million_median" in found:
        whole = found["million_median"]["ratio_command"]
        results.verdict(
            "whole command, large list ÷ smtp-source", whole, f"≥ {MILLION_TARGET}", whole >= MILLION_TARGET
        )


if __name__ == "__main__":
    results.main(main)
