"""The analysis of every recipient: how quick it is, set against only making the messages; and what sending notices of it.

usage: python -m bench.analysis [--recipients 1000000] [--bare 200000] [--rounds 3] [--sent 100000] [--sendings 5]

Against: a loop in one process that makes the same messages of rows in memory, with the same program: no database, nothing looked
at. Then whole mailings into a sink that discards, one without and one with a long analysis beside it, alternating; the ratio of
the rates within each pair. The analysis has a lower priority than everything else, so that it takes what is left over.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import mailing, results, sample
from bench.home import Home
from bench.smtpsink import smtp_sink
from penstock.content.message import Message
from penstock.content.render import compile_message, date_bytes
from penstock.platform import leash
from penstock.preflight.analyst.examining import TOKEN

TARGET_RATIO = 0.25
TARGET_BESIDE = 0.8


def bare(count: int) -> float:
    """Messages a second, made one after the other of rows in memory."""
    message = Message(sample.SENDER, sample.SUBJECT, html=sample.html(), text=sample.text())
    program = compile_message(message)
    names = {"first_name": sample.FIRST, "last_name": sample.LAST, "city": sample.CITIES}
    rows = [
        tuple(
            sample.address(n)
            if name == "email"
            else str(n)
            if name == "code"
            else names[name][n % len(names[name])]
            for name in program.variables
        )
        for n in range(count)
    ]
    date, make = date_bytes(0), program.envelope_data
    began = time.perf_counter()
    for row in rows:
        make(row, TOKEN, TOKEN, date, eightbit=True)
    return count / (time.perf_counter() - began)


def drafted(conn: Any, name: str, via: str = "smtp://127.0.0.1:1") -> int:
    """A draft of the newsletter to the list of this name."""
    from penstock.account.transports import store
    from penstock.content.messages import store_message
    from penstock.mailing import mailings

    message = Message(sample.SENDER, sample.SUBJECT, html=sample.html(), text=sample.text())
    listed = conn.execute("select id from audience_list where name = %s", (name,)).fetchone()[0]
    return mailings.create(
        conn, 1, name=f"bench {name}", message=store_message(conn, 1, message), audience={"list": listed},
        transport=store(conn, 1, via),
    )  # fmt: skip


def analysed(conn: Any, number: int) -> float:
    """Recipients a second, from the beginning of the analysis to the end of what it stores."""
    from penstock.mailing.mailings import find
    from penstock.preflight import analysis, supervising

    there = find(conn, 1, number)
    asked = analysis.ask(conn, there, mailing.operator(), deferred=False)
    assert supervising.conduct(conn, asked.id) == "done"
    found = analysis.require(conn, number)
    return found.done / (found.ended_at - found.started_at).total_seconds()


@contextmanager
def beside(conn: Any, number: int) -> Iterator[None]:
    """Keep analyses of this draft going, one after the other, in a process of their own."""
    import subprocess
    import sys

    program = (
        "from bench.analysis import analysed\nfrom penstock.platform import database\n"
        f"conn = database.connect(name='penstock bench')\nwhile True: analysed(conn, {number})"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    try:
        until = time.monotonic() + 30
        while not conn.execute(
            "select count(*) from preflight_analysis where state = 'running' and done > 0"
        ).fetchone()[0]:
            assert time.monotonic() < until, "no analysis has begun"
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()
        conn.execute(
            "update preflight_analysis set state = 'cancelled', ended_at = now() where ended_at is null"
        )


def sent(home: Home, port: int) -> float:
    """Messages a second of one mailing, from the first claim to the last record."""
    import subprocess

    sender = subprocess.Popen(leash.command("penstock.delivery.sender"), stdin=subprocess.PIPE)
    try:
        with home.connect() as conn:
            number = mailing.begin(
                conn, "sent", f"smtp://127.0.0.1:{port}?connections=10&tls=none", sample.html()
            )
            mailing.wait(conn, number, "sent", every=0.02)
            row = conn.execute(
                "select count(*) / extract(epoch from max(o.at) - (select min(begun_at) from delivery_package where mailing = %s))"
                " from delivery_outcome o where o.mailing = %s",
                (number, number),
            ).fetchone()
    finally:
        sender.terminate()
        sender.wait(20)
    return float(row[0])


def measure() -> None:
    """Measure both, print, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=1_000_000, help="of the analysis")
    parser.add_argument("--bare", type=int, default=200_000, help="messages made without it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sent", type=int, default=100_000, help="recipients of the mailings sent beside it")
    parser.add_argument("--sendings", type=int, default=5, help="pairs of mailings; 0 leaves them out")
    given = parser.parse_args()
    rounds, pairs = [], []
    with Home() as home:
        for name, count in (("all", given.recipients), ("sent", given.sent)):
            home.run("contacts", "import", str(sample.contacts(home.path / "c.csv", count)), "--list", name)
        with home.connect() as conn:
            number = drafted(conn, "all")
            for _ in range(given.rounds):
                alone, rate = bare(given.bare), analysed(conn, number)
                rounds.append(
                    {
                        "bare": alone,
                        "analysis": rate,
                        "ratio": rate / alone,
                        "seconds": given.recipients / rate,
                    }
                )
            if given.sendings:
                with smtp_sink() as (port, _):
                    for _ in range(given.sendings):
                        plain = sent(home, port)
                        with beside(conn, number):
                            busy = sent(home, port)
                        pairs.append({"alone": plain, "beside": busy, "ratio": busy / plain})
    results.table(
        "recipients a second",
        ["bare", "analysis", "ratio", "seconds"],
        [list(each.values()) for each in rounds],
    )
    results.verdict("analysis against only making the messages", results.median(rounds, "ratio"), f"≥ {TARGET_RATIO}",
                    results.median(rounds, "ratio") >= TARGET_RATIO)  # fmt: skip
    if pairs:
        results.table(
            "messages a second sent", ["alone", "beside", "ratio"], [list(each.values()) for each in pairs]
        )
        share = statistics.median(each["ratio"] for each in pairs)
        results.verdict(
            "sending beside an analysis against alone", share, f"≥ {TARGET_BESIDE}", share >= TARGET_BESIDE
        )
    results.save("analysis", {"options": vars(given), "rounds": rounds, "pairs": pairs})


if __name__ == "__main__":
    results.main(measure)
