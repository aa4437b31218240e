"""How exactly a limit is kept, and how evenly two mailings share one.

usage: python -m bench.limits [--rates 1,10,100,1000,10000] [--processes 1,4] [--seconds 20]

Postfix's smtp-sink receives from `penstock worker --processes N`. The rate is changed while the mailing runs, as `penstock mailing
rate` does it (B8); the answers of the sink are counted by the times in the ledger, from two seconds after a change on, for a meter
makes up for half a second of unused time. Then the account is limited, and two mailings share that: one with packages for
every sender, one with a single package. Target: within 2 % of the rate; the two mailings' parts within 10 % of each other.
"""

import argparse
import time
from typing import Any

import psycopg

from bench import mailing, results, sample
from bench.footprint import numbers
from bench.home import Home, end_tree
from bench.smtpsink import smtp_sink

TARGET = 0.02
SETTLED = 2.0  # seconds after a change from which on is counted
SHARED = 400.0  # messages a second that two mailings share


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rates", type=numbers, default=[1, 10, 100, 1000, 10_000])
    parser.add_argument("--processes", type=numbers, default=[1, 4])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--recipients", type=int, default=400_000)
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    with Home() as home:
        home.connect().close()
        home.run(
            "contacts", "import", str(sample.contacts(home.path / "c.csv", given.recipients)), "--list", "all"
        )
        home.run("contacts", "import", str(sample.contacts(home.path / "f.csv", 4000)), "--list", "few")
        for processes in given.processes:
            rows += series(home, processes, given)
            shares.append(sharing(home, processes, given.seconds))
    report(rows, shares, {"options": vars(given), "rates": rows, "shared": shares})


def series(home: Home, processes: int, given: argparse.Namespace) -> list[dict[str, Any]]:
    """One mailing, held to one rate after the other; a row for each."""
    with smtp_sink() as (port, _), home.connect() as conn:
        worker = home.start("worker", "--processes", str(processes))
        number = mailing.begin(
            conn, "all", f"smtp://127.0.0.1:{port}?connections=10", sample.html(), rate=min(given.rates)
        )
        try:
            mailing.wait(conn, number, "sending")
            return [held(conn, number, rate, processes, given.seconds) for rate in sorted(given.rates)]
        finally:
            cancel(conn, number)
            end_tree(worker)


def held(
    conn: psycopg.Connection[Any], number: int, rate: int, processes: int, seconds: float
) -> dict[str, Any]:
    from penstock.mailing import speed

    speed.put(conn, mailing.ACCOUNT, number, mailing.operator(), rate=float(rate), connections=None)
    time.sleep(SETTLED)
    begun = conn.execute("select clock_timestamp()").fetchone()
    time.sleep(seconds + 1.0)  # the last answers are in the ledger a moment later
    row = conn.execute(
        "select count(*), extract(epoch from max(at) - min(at))::float from delivery_outcome"
        " where mailing = %s and at between %s and %s + make_interval(secs => %s)",
        (number, *(begun or ()), *(begun or ()), seconds),
    ).fetchone()
    assert row
    if mailing.state(conn, number) != "sending":
        raise RuntimeError("the mailing was sent before it was measured: more --recipients")
    messages, took = row
    measured = (messages - 1) / took if messages > 1 else 0.0
    return {
        "processes": processes,
        "rate": rate,
        "measured": measured,
        "off": measured / rate - 1,
        "messages": messages,
    }


def sharing(home: Home, processes: int, seconds: float) -> dict[str, Any]:
    """Two mailings under one limit of their account, one of which has a lane in every sender; their messages."""
    from penstock.account import limits

    with smtp_sink() as (many, _), smtp_sink() as (few, _), home.connect() as conn:
        limit = limits.put(
            conn, mailing.operator(), scope="account", rate=f"{SHARED:.0f}/s", account=mailing.ACCOUNT
        )
        worker = home.start("worker", "--processes", str(processes))
        both = []
        try:
            # The large one first: while it is frozen the small one would be sent to its end, alone.
            for name, port in (("all", many), ("few", few)):
                via = f"smtp://127.0.0.1:{port}?connections=10"
                both.append(mailing.begin(conn, name, via, sample.html()))
                mailing.wait(conn, both[-1], "sending")
            time.sleep(SETTLED)
            counts = shared(conn, both, min(seconds, 10.0))
        finally:
            for number in both:
                cancel(conn, number)
            limits.remove(conn, mailing.operator(), limit.id, mailing.ACCOUNT)
            end_tree(worker)
    return {
        "processes": processes,
        "many": counts[0],
        "few": counts[1],
        "apart": abs(counts[0] - counts[1]) / max(1, *counts),
    }


def shared(conn: psycopg.Connection[Any], both: list[int], seconds: float) -> list[int]:
    """How many messages of each had their answer within the next so many seconds, by the ledger."""
    begun = conn.execute("select clock_timestamp()").fetchone()
    time.sleep(seconds + 1.0)
    if any(mailing.state(conn, number) != "sending" for number in both):
        raise RuntimeError("one of the two was sent before it was measured: fewer --seconds")
    rows = conn.execute(
        "select mailing, count(*) from delivery_outcome where mailing = any(%s)"
        " and at between %s and %s + make_interval(secs => %s) group by mailing",
        (both, *(begun or ()), *(begun or ()), seconds),
    ).fetchall()
    return [dict(rows).get(number, 0) for number in both]


def cancel(conn: psycopg.Connection[Any], number: int) -> None:
    from penstock.mailing import control

    if mailing.state(conn, number) in ("sending", "paused", "finishing"):
        control.command(conn, number, "cancel", mailing.operator(), reason="measured")


def report(rows: list[dict[str, Any]], shares: list[dict[str, Any]], found: dict[str, Any]) -> None:
    results.table(
        "Messages a second under a limit",
        ("processes", "limit", "measured", "off, %", "messages"),
        [(row["processes"], row["rate"], row["measured"], row["off"] * 100, row["messages"]) for row in rows],
    )
    results.table(
        "Two mailings under one limit",
        ("processes", "lane in each sender", "one package", "apart, %"),
        [(row["processes"], row["many"], row["few"], row["apart"] * 100) for row in shares],
    )
    worst = max(abs(row["off"]) for row in rows)
    results.verdict("furthest from a limit, %", worst * 100, "≤ 2", worst <= TARGET)
    uneven = max((row["apart"] for row in shares), default=0.0)
    results.verdict("furthest apart under one limit, %", uneven * 100, "≤ 10", uneven <= 0.1)
    results.save("limits", found)


if __name__ == "__main__":
    results.main(main)
