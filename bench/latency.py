"""The rate over a line of 20 ms round-trip time: one round trip for each message, or more?

usage: python -m bench.latency [--recipients 10000] [--delay 0.010] [--connections 10]

Sender and smtp-sink live in two network namespaces; each packet takes `delay` seconds each way (bench/link.py). The database is
reached through its unix socket, so only SMTP takes the long line. Target: ≥ 0.9 × connections ÷ round-trip time.
"""

import argparse
from typing import Any

from bench import results, sample
from bench.home import Home
from bench.link import FAR, Link
from bench.smtpsink import smtp_sink

TARGET = 0.9


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=10_000)
    parser.add_argument("--delay", type=float, default=0.010)
    parser.add_argument("--connections", type=int, default=10)
    given = parser.parse_args()
    with Link(given.delay) as link, smtp_sink(FAR, link.far) as (port, _), Home(link.near) as home:
        found = {"options": vars(given), "round_trip_measured": link.round_trip(), **run(home, port, given)}
    ideal = given.connections / (2 * given.delay)
    found["ideal_rate"], found["share"] = ideal, found["rate"] / ideal
    results.table(
        "Over a long line",
        ("connections", "round trip, ms", "measured, ms", "messages/s", "connections ÷ round trip", "share"),
        [
            (
                given.connections,
                2000 * given.delay,
                1000 * found["round_trip_measured"],
                found["rate"],
                ideal,
                found["share"],
            )
        ],
    )
    results.verdict(
        "rate ÷ (connections ÷ round trip)", found["share"], f"≥ {TARGET}", found["share"] >= TARGET
    )
    results.save("latency", found)


def run(home: Home, port: int, given: argparse.Namespace) -> dict[str, Any]:
    home.run(
        "contacts", "import", str(sample.contacts(home.path / "c.csv", given.recipients)), "--list", "far"
    )
    body = home.path / "body.html"
    body.write_text(sample.html(), encoding="utf-8")
    summary = home.json(
        "send", "--to", "list:far", "--from", sample.SENDER, "--subject", sample.SUBJECT, "--html", str(body),
        "--via", f"smtp://{FAR}:{port}", "--connections", str(given.connections), "--yes",
    )  # fmt: skip
    return {
        "seconds": summary["seconds"],
        "rate": summary["accepted"] / summary["seconds"]["send"],
        "accepted": summary["accepted"],
    }


if __name__ == "__main__":
    results.main(main)
