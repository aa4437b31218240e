"""A day of a cluster in virtual time: when what finishes, and how much the database does.

usage: python -m bench.simulation [--recipients 100000000] [--mailings 200] [--workers 50] [--nodes 4] [--seed 1]

A worker is one sender process; `--per-worker` is the messages a second that it makes, signs and hands over (bench.dkim). Needs nothing but
Python: no database, no network, no clock.
"""

import argparse
import time

from bench import results
from bench.simulation import document, report
from bench.simulation.engine import Engine
from bench.simulation.scenario import drawn


def main() -> None:
    """Draw a day, run it, and print what came of it."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipients", type=int, default=100_000_000)
    parser.add_argument("--mailings", type=int, default=200)
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--per-worker", type=float, default=1100.0)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--document", action="store_true", help="write the tables into docs/explanation/cluster.md"
    )
    given = parser.parse_args()
    began = time.process_time()
    engine = Engine(drawn(**{name: value for name, value in vars(given).items() if name != "document"}))
    engine.run()
    found = report.tables(engine, time.process_time() - began)
    if given.document:
        document.write(found)
    results.save("simulation", {"options": vars(given), **found})


if __name__ == "__main__":
    results.main(main)
