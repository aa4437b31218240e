"""Signed mailings against the machine's bare signing speed: whole messages made and signed, and whole mailings sent.

usage: python -m bench.dkim [--processes N] [--seconds 0.5] [--rounds 15] [--recipients 20000] [--sendings 3]

Bare: as many processes as cores, each calling the library's `sign` on what a header comes to, and nothing else. Made: the same
processes, each making whole messages of 5 kB for one recipient after another as a sender does (tokens, holes, transfer encoding,
canonical forms, hashes, signature, envelope). The two alternate every half second; the ratio within each round, then the median.
`cpu` is the same ratio by CPU time, which who else is busy on the machine distorts less.

Sent: a mailing signed with RSA-2048 through as many senders, with the ledger, PostgreSQL and smtp-sink on the same cores, beside a
bare run just before. The sink and the database take their share of the same cores; where it goes is in the table.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from typing import Any

import psutil

from bench import mailing, results, sample
from bench.home import Home
from bench.processes import cpu_seconds, machine_seconds, wait_for_quiet
from bench.smtpsink import smtp_sink
from penstock.account import dkim_keys
from penstock.content.dkim import Signer, SigningKey
from penstock.content.links import tokens
from penstock.content.message import Message
from penstock.content.render import compile_message, date_bytes
from penstock.transport.envelope import Envelope

TARGET = 0.8
DOMAIN = "example.org"
KINDS = {"rsa": ("rsa",), "rsa and ed25519": ("rsa", "ed25519")}
ROWS = 20_000
COVERED = b"x" * 1200
"""About as long as the header fields of a message with its signature."""
Work = Callable[[list[SigningKey]], Callable[[int], object]]
Figures = tuple[int, float, float]
"""Done, seconds, seconds of CPU."""


def keys_of(kind: str) -> list[SigningKey]:
    return [
        SigningKey(DOMAIN, name, name, dkim_keys.make("rsa" if name == "rsa" else "ed25519").private)
        for name in KINDS[kind]
    ]


def bare(keys: list[SigningKey]) -> Callable[[int], object]:
    """The library's `sign`, once for each key, called as it is called for a message."""
    signs = Signer(keys)._signs
    return lambda number: [sign(COVERED) for sign in signs]


def made(keys: list[SigningKey]) -> Callable[[int], object]:
    """One whole envelope for one recipient after the other."""
    message = Message(sample.SENDER, sample.SUBJECT, html=sample.html(), text=sample.text())
    program = compile_message(message, base_url="https://mail.example.org")
    program.signer = Signer(keys)
    date, key = date_bytes(time.time()), b"k" * 32
    rows = [
        row(number, program.variables[1:]) for number in range(ROWS)
    ]  # a sender gets them from the database

    def make(number: int) -> Envelope:
        values = rows[number % ROWS]
        public, private = tokens(12, number, key)
        data = program.envelope_data(values, public, private, date, eightbit=True)
        return Envelope(number, b"bounce+%b@example.org" % public, values[0].encode(), data)

    return make


def row(number: int, names: Sequence[str]) -> tuple[str, ...]:
    given = {
        "first_name": sample.FIRST[number % 10], "last_name": sample.LAST[number // 7 % 10],
        "city": sample.CITIES[number % 6], "code": str(number),
    }  # fmt: skip
    return (sample.address(number), *(given[name] for name in names))


def loop(
    works: Sequence[Work], keys: list[SigningKey], given: argparse.Namespace, ready: Any, told: Any
) -> None:
    """What one process does: in each round each of the works for so many seconds, all processes the same at a time."""
    number, once = 0, [work(keys) for work in works]
    for each in once * 50:
        each(number)
    for _ in range(given.rounds):
        for place, each in enumerate(once):
            ready.wait()
            first, began, used = number, time.perf_counter(), time.process_time()
            while time.perf_counter() - began < given.seconds:
                each(number)
                number += 1
            told.put((place, number - first, time.perf_counter() - began, time.process_time() - used))


def together(
    works: Sequence[Work], keys: list[SigningKey], given: argparse.Namespace
) -> Iterator[list[tuple[float, float]]]:
    """Run the works in all processes, alternating; yields for each round and work: done a second by all, and CPU µs for each."""
    context = get_context("spawn")
    ready, told = context.Barrier(given.processes), context.Queue()
    workers = [
        context.Process(target=loop, args=(works, keys, given, ready, told)) for _ in range(given.processes)
    ]
    for worker in workers:
        worker.start()
    for _ in range(given.rounds):
        figures: list[list[Figures]] = [[] for _ in works]
        for _ in range(len(works) * given.processes):
            place, *figure = told.get()
            figures[place].append(tuple(figure))
        yield [
            (sum(number / wall for number, wall, _ in each), sum(cpu for *_, cpu in each) / sum(number for number, *_ in each) * 1e6)
            for each in figures
        ]  # fmt: skip
    for worker in workers:
        worker.join()


def compare(kind: str, given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Bare and made, alternating."""
    wait_for_quiet(given.quiet)
    for (bare_rate, bare_us), (made_rate, made_us) in together((bare, made), keys_of(kind), given):
        yield {
            "bare_rate": bare_rate, "made_rate": made_rate, "ratio": made_rate / bare_rate,
            "bare_us": bare_us, "made_us": made_us, "cpu": bare_us / made_us,
        }  # fmt: skip


# -- whole mailings ---------------------------------------------------------------


def sendings(given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Whole mailings, each with a bare run before it."""
    keys, count = keys_of("rsa"), given.recipients
    with Home() as home, smtp_sink() as (port, sink):
        with home.connect() as conn:
            publish(conn, keys)
        home.run("contacts", "import", str(sample.contacts(home.path / "c.csv", count)), "--list", "all")
        for _ in range(given.sendings):
            wait_for_quiet(given.quiet)
            alone = [rates for (rates,) in together((bare,), keys, given)]
            bare_rate, bare_us = (statistics.median(each) for each in zip(*alone, strict=True))
            row = {"bare_rate": bare_rate, "bare_us": bare_us, **send(home, port, sink, given)}
            row["ratio"] = row["sent_rate"] / bare_rate
            # What the senders do in the time that bare signing takes: their part, without database and sink.
            row["cpu"] = bare_us / row["sender_us"]
            print("  " + "  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
            yield row


def publish(conn: Any, keys: list[SigningKey]) -> None:
    """A verified domain with these keys, as if their records had been found."""
    number = conn.execute(
        "insert into account_domain (account_id, name, spf, verified_at) values (1, %s, 'mx', now()) returning id",
        (DOMAIN,),
    ).fetchone()[0]
    for key in keys:
        conn.execute(
            "insert into account_domain_key (domain_id, selector, algorithm, secret, public, found_at)"
            " values (%s, %s, %s, %s, '', now())",
            (number, key.selector, key.algorithm, dkim_keys.locked(key.private)),
        )


def send(home: Home, port: int, sink: int, given: argparse.Namespace) -> dict[str, float]:
    """One mailing from the first claim to the last record; everybody's CPU µs a message."""
    count = given.recipients
    senders = [
        subprocess.Popen([sys.executable, "-m", "penstock.delivery.sender"]) for _ in range(given.processes)
    ]
    parties = [
        [psutil.Process(sender.pid) for sender in senders],
        [home.postmaster()],
        [psutil.Process(sink)],
    ]
    try:
        with home.connect() as conn:
            number = mailing.begin(conn, "all", f"smtp://127.0.0.1:{port}?connections=10", sample.html())
            mailing.wait(conn, number, "sending", "finishing", "sent")
            began, before, everybody = time.perf_counter(), used(parties), machine_seconds()
            mailing.wait(conn, number, "sent", every=0.02)
            seconds, all_of_it = time.perf_counter() - began, machine_seconds() - everybody
            spent = [late - early for late, early in zip(used(parties), before, strict=True)]
            check(conn, number, count)
    finally:
        for sender in senders:
            sender.terminate()
            sender.wait()
    own, database, receiver = (each / count * 1e6 for each in spent)
    foreign = max(0.0, all_of_it - sum(spent)) / (seconds * (os.cpu_count() or 1))
    return {
        "sent_rate": count / seconds,
        "sender_us": own,
        "postgresql_us": database,
        "sink_us": receiver,
        "foreign": foreign,
    }


def used(parties: list[list[psutil.Process]]) -> list[float]:
    return [sum(map(cpu_seconds, processes)) for processes in parties]


def check(conn: Any, number: int, count: int) -> None:
    """All of them were accepted, or the figure is none."""
    from penstock.report.progress import progress

    accepted = progress(conn, number).accepted
    if accepted != count:
        raise RuntimeError(f"of {count} messages {accepted} were accepted")


# -- the whole ----------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="of each kind; as a rule one for each core"
    )
    parser.add_argument("--seconds", type=float, default=0.5, help="of each work in a round")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--sendings", type=int, default=3, help="whole mailings; 0 leaves them out")
    parser.add_argument(
        "--quiet", type=float, default=5, help="seconds to wait for the machine to be idle before a run"
    )
    return parser.parse_args()


def main() -> None:
    given = arguments()
    found: dict[str, Any] = {"options": vars(given), "rounds": {}, "medians": {}}
    for kind in KINDS:
        print(f"  {kind}", flush=True)
        rows = found["rounds"][kind] = list(compare(kind, given))
        found["medians"][kind] = {name: results.median(rows, name) for name in rows[0]}
    columns = list(found["medians"]["rsa"])
    results.table(
        f"Made and signed, {given.processes} processes, medians (rates per second, CPU in µs a message)", ["keys", *columns],
        [[kind, *(row[column] for column in columns)] for kind, row in found["medians"].items()],
    )  # fmt: skip
    if given.sendings:
        rows = found["sendings"] = list(sendings(given))
        median = found["sent_median"] = {name: results.median(rows, name) for name in rows[0]}
        results.table("Sent, medians", list(median), [list(median.values())])
    for kind, row in found["medians"].items():
        results.verdict(
            f"made and signed ÷ bare signing, {kind}", row["ratio"], f"≥ {TARGET}", row["ratio"] >= TARGET
        )
    results.save("dkim", found)


if __name__ == "__main__":
    results.main(main)
