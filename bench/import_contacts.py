"""Importing contacts against `psql \\copy` of the same file into a plain table without keys, in the same server.

usage: python -m bench.import_contacts [--counts 10000,100000,1000000] [--rounds N] [--list]

Whole commands are timed, alternating; medians of the rounds. Cases: `first` (no contacts yet), `again` (the same file:
everything is there, nothing changes), `more` (as many contacts of other addresses are there). Peak memory is that of
the importing process.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from bench import results
from bench.home import PENSTOCK, Home
from penstock.platform import database
from penstock.platform.wheel import program

TARGET = 4.0  # times the seconds of psql: a quarter of its speed
_JUDGED = 1_000_000  # rows; with fewer the start of the process counts for too much

_COLUMNS = "email text, first_name text, last_name text, city text, customer_number text, joined text"
_FIRST = [
    "Anna",
    "Ben",
    "Chloé",
    "Dmitri",
    "Eva",
    "Farid",
    "Grace",
    "Hugo",
    "Iris",
    "Jonas",
    "Karin",
    "Luis",
    "Mei",
    "Nora",
    "Omar",
]
_LAST = ["Smith", "Müller", "Garcia", "Rossi", "Novak", "Tanaka", "Okafor", "Jensen", "Dubois", "Silva"]
_CITY = ["Berlin", "Paris", "Madrid", "Oslo", "Lagos", "Kyoto", "Lima", "Quito", "Delhi", "Porto"]
_HOST = ["example.com", "example.org", "mail.example.net", "gmx.example", "hotmail.example"]


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write a file of `count` contacts: an address and five more columns, about 70 bytes a line."""
    pick = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        file.write("Email,First name,Last name,City,Customer number,Joined\n")
        for n in range(count):
            user = "".join(pick.choices("abcdefghijklmnopqrstuvwxyz", k=8))
            file.write(
                f"{user}.{n}@{pick.choice(_HOST)},{pick.choice(_FIRST)},{pick.choice(_LAST)},{pick.choice(_CITY)},"
                f"K-{pick.randrange(10**7):07d},20{pick.randrange(10, 26)}-0{pick.randrange(1, 10)}-1{pick.randrange(10)}\n"
            )


def run(command: list[str]) -> tuple[float, float]:
    """Run a command; return its seconds and its own peak memory in MB. Raises RuntimeError when it fails."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace")
    process.stderr.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: {said}")
    return time.monotonic() - began, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)


def copied(conn: psycopg.Connection, url: str, path: Path, kind: str) -> float:
    """Time `psql \\copy` into a new plain table of a kind (logged or unlogged)."""
    conn.execute("drop table if exists plain")
    conn.execute(f"create {kind} table plain ({_COLUMNS})")
    return run([program("psql"), url, "-qXc", f"\\copy plain from '{path}' with (format csv, header)"])[0]


def imported(path: Path, more: list[str]) -> tuple[float, float]:
    return run([*PENSTOCK, "contacts", "import", str(path), *more])


def emptied(conn: psycopg.Connection) -> None:
    conn.execute(
        "truncate audience_contact, audience_membership, audience_import_problem, audience_import, audience_list cascade"
    )


def measure(
    conn: psycopg.Connection, url: str, folder: Path, count: int, rounds: int, more: list[str]
) -> dict[str, Any]:
    """Time all cases with a file of `count` rows, print their medians, and return every single run (seconds)."""
    path, other = folder / f"{count}.csv", folder / f"{count}-other.csv"
    write(path, count)
    write(other, count, seed=2)
    seconds: dict[str, list[float]] = {name: [] for name in ("logged", "unlogged", "first", "again", "more")}
    memory = 0.0
    for _ in range(rounds):
        emptied(conn)
        conn.execute("checkpoint")
        for name in ("logged", "first", "unlogged", "again", "logged", "more"):
            if name in ("logged", "unlogged"):
                seconds[name].append(copied(conn, url, path, "unlogged" if name == "unlogged" else ""))
                continue
            took, peak = imported(other if name == "more" else path, more)
            seconds[name].append(took)
            memory = max(memory, peak)
    middle = {name: statistics.median(each) for name, each in seconds.items()}
    told = ", ".join(
        f"{name} {middle[name]:.2f} s = {middle[name] / middle['logged']:.2f} x logged, {middle[name] / middle['unlogged']:.2f} x unlogged"
        for name in ("first", "again", "more")
    )
    print(
        f"{count:>9,} rows, {rounds} rounds: psql \\copy logged {middle['logged']:.2f} s, unlogged {middle['unlogged']:.2f} s; "
        f"{told}; peak {memory:.0f} MB",
        flush=True,
    )
    if count >= _JUDGED:
        ratio = middle["first"] / middle["logged"]
        results.verdict(
            f"first import of {count:,} rows, times psql \\copy", ratio, f"≤ {TARGET:g}", ratio <= TARGET
        )
    return {"rows": count, "seconds": seconds, "median": middle, "peak_mb": memory}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--counts", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--list", action="store_true", help="also put them on a list")
    given = parser.parse_args()
    more = ["--list", "bench"] if given.list else []
    with Home() as home:
        url = database.ready()
        with database.connect(name="bench") as conn:
            measured = [
                measure(conn, url, home.path, int(count), given.rounds, more)
                for count in given.counts.split(",")
            ]
    results.save("import_contacts", {"options": vars(given), "measured": measured})


if __name__ == "__main__":
    main()
