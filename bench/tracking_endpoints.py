"""Clicks and opens a second, and whether what was answered is there: also when the web process is killed in the middle.

usage: python -m bench.tracking_endpoints [--rate 5000] [--seconds 60] [--requests 100000] [--rounds 3] [--recipients 200000]
                                          [--processes 1] [--connections 256]

Against: nginx with `empty_gif` and `return 302`, writing its access log; asked for the same by the same generator (http_load), alternating.
nginx keeps a line in a buffer of the system; Penstock answers when PostgreSQL has committed who did what (fsync on). One click in five
requests, ten links. Generator, web process, database and nginx share the machine. Then the rate is held, and every answer is compared with
the rows; then the web process is killed while it is asked, and the same.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import psycopg

from bench import results, sample
from bench.home import Home
from bench.smtpsink import free_port

LINKS = 10
_NGINX = """daemon off; master_process off; pid {place}/pid; error_log {place}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log {place}/access.log; keepalive_requests 1000000000;
  {folders}
  server {{
    listen 127.0.0.1:{port};
    location /o/ {{ empty_gif; }}
    location /c/ {{ return 302 https://example.org/; }}
  }}
}}
"""


@contextmanager
def nginx(home: Home) -> Iterator[int]:
    """Run nginx; gives its port. Raises results.Unavailable."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise results.Unavailable("nginx is missing (Debian package nginx-light)")
    place, port = home.path / "nginx", free_port()
    place.mkdir()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {place}/{kind};" for kind in kinds)
    (place / "nginx.conf").write_text(_NGINX.format(place=place, port=port, folders=folders))
    process = subprocess.Popen([program, "-e", f"{place}/error.log", "-c", f"{place}/nginx.conf"])
    try:
        _answers(port, "/o/x")
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int, path: str, patience: float = 60) -> None:
    from http.client import HTTPConnection

    until = time.monotonic() + patience
    while time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=patience)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise TimeoutError(f"nothing answers on port {port}")


def web(home: Home, count: int) -> tuple[list[int], list[subprocess.Popen[bytes]]]:
    """Start so many web processes; their ports and they."""
    ports = [free_port() for _ in range(count)]
    processes = [home.start("web", "--port", str(port)) for port in ports]
    for port in ports:
        _answers(port, "/readyz")
    return ports, processes


def prepare(conn: psycopg.Connection[Any], recipients: int) -> int:
    """A mailing to so many recipients with LINKS links, as after its freeze; returns its number."""
    from penstock.account.transports import store
    from penstock.content.message import Message
    from penstock.content.messages import store_message
    from penstock.mailing import mailings

    number = mailings.create(
        conn, 1, name="tracked", message=store_message(conn, 1, Message(sample.SENDER, sample.SUBJECT, html=sample.html())),
        audience={"list": 1}, transport=store(conn, 1, "smtp://127.0.0.1:1"),
    )  # fmt: skip
    conn.execute(
        "with made as (insert into audience_contact (account_id, address, normal)"
        " select 1, a, a from (select 'm%(m)s-' || n || '@example.net' as a from generate_series(1, %(n)s) n) x returning id, normal)"
        " insert into delivery_recipient (mailing, seq, contact, package, normal)"
        " select %(m)s, row_number() over (order by id), id, 1, normal from made",
        {"m": number, "n": recipients},
    )
    conn.execute(
        "insert into delivery_link (mailing, no, url) select %s, n, 'https://example.org/' || n from generate_series(1, %s) n",
        (number, LINKS),
    )
    conn.execute("analyze")
    return number


def load(*arguments: object, then: Any = None) -> dict[str, Any]:
    """Run the generator; `then` is called while it runs."""
    command = [sys.executable, "-m", "bench.http_load", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if then:
        then()
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the generator failed")
    return json.loads(out)


def answered(found: dict[str, Any]) -> int:
    """Requests that were answered as they should be."""
    return sum(count for status, count in found["answered"].items() if status in ("200", "302"))


def noted(conn: psycopg.Connection[Any], mailing: int) -> int:
    """Hits that are counted."""
    row = conn.execute(
        "select coalesce(sum(total), 0)::bigint from feedback_count where mailing = %s and link = 0",
        (mailing,),
    ).fetchone()
    assert row
    return int(row[0])


class Costs:
    """CPU seconds of the web processes and of the database meanwhile."""

    def __init__(self, home: Home, processes: list[subprocess.Popen[bytes]]) -> None:
        self.web = [psutil.Process(process.pid) for process in processes]
        self.server = home.postmaster()

    def __enter__(self) -> "Costs":
        self.before = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        self.spent = [after - before for before, after in zip(self.before, self._now(), strict=True)]

    def _now(self) -> tuple[float, float]:
        server = 0.0
        for process in [self.server, *self.server.children()]:
            try:
                server += sum(process.cpu_times()[:2])
            except psutil.Error:
                continue
        return sum(sum(process.cpu_times()[:2]) for process in self.web), server


def against(
    home: Home, ports: str, opponent: int, mailing: list[object], given: argparse.Namespace, processes: Any
) -> list[dict[str, Any]]:
    """As fast as they answer, alternating with nginx."""
    rounds = []
    for _ in range(given.rounds):
        theirs = load(
            "--port", opponent, "--requests", given.requests, "--connections", given.connections, *mailing
        )
        with Costs(home, processes) as costs:
            ours = load(
                "--port", ports, "--requests", given.requests, "--connections", given.connections, *mailing
            )
        rounds.append({
            "nginx": theirs["rate"], "penstock": ours["rate"], "ratio": ours["rate"] / theirs["rate"], "p50_ms": ours["ms"]["50"],
            "p99_ms": ours["ms"]["99"], "web_us": costs.spent[0] / given.requests * 1e6,
            "postgresql_us": costs.spent[1] / given.requests * 1e6, "generator_us": ours["cpu_seconds"] / given.requests * 1e6,
        })  # fmt: skip
    return rounds


def held(
    conn: psycopg.Connection[Any], ports: str, mailing: int, about: list[object], given: argparse.Namespace
) -> dict[str, Any]:
    """The rate for so many seconds, and every answer compared with what is counted."""
    from penstock.feedback.check import check

    before, count = noted(conn, mailing), int(given.rate * given.seconds)
    found = load(
        "--port", ports, "--requests", count, "--connections", given.connections, "--rate", given.rate, *about
    )
    return {
        "rate": found["rate"], "asked": count, "answered": answered(found), "noted": noted(conn, mailing) - before,
        "ms": found["ms"], "wrong": check(conn, mailing),
    }  # fmt: skip


def killed(
    conn: psycopg.Connection[Any],
    ports: str,
    mailing: int,
    about: list[object],
    given: argparse.Namespace,
    processes: list[Any],
) -> dict[str, Any]:
    """The web processes die while they are asked as fast as they answer."""
    from penstock.feedback.check import check

    before = noted(conn, mailing)

    def kill() -> None:
        until = time.monotonic() + 60
        while noted(conn, mailing) - before < given.requests // 4 and time.monotonic() < until:
            time.sleep(0.01)
        for process in processes:
            process.send_signal(signal.SIGKILL)

    found = load(
        "--port", ports, "--requests", given.requests, "--connections", given.connections, *about, then=kill
    )
    time.sleep(1)  # the server notices and ends what was under way
    return {
        "answered": answered(found),
        "noted": noted(conn, mailing) - before,
        "wrong": check(conn, mailing),
    }


def measure() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=5000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--recipients", type=int, default=200_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--connections", type=int, default=256)
    given = parser.parse_args()
    with Home() as home, home.connect() as conn, nginx(home) as opponent:
        numbers, processes = web(home, given.processes)
        ports = ",".join(map(str, numbers))
        mailing = prepare(conn, given.recipients)
        about: list[object] = ["--mailing", mailing, "--recipients", given.recipients, "--links", LINKS]
        rounds = against(home, ports, opponent, about, given, processes)
        steady = held(conn, ports, mailing, about, given)
        cut = killed(conn, ports, mailing, about, given, processes)
    _show(given, rounds, steady, cut)


def _show(
    given: argparse.Namespace, rounds: list[dict[str, Any]], steady: dict[str, Any], cut: dict[str, Any]
) -> None:
    results.table(
        "requests a second, as fast as they are answered",
        list(rounds[0]),
        [list(row.values()) for row in rounds],
    )
    ms = steady["ms"]
    print(
        f"  held for {given.seconds:.0f} s: {steady['rate']:,.0f}/s; ms at 50/99/99.9 %: {ms['50']:.0f}/{ms['99']:.0f}/{ms['99.9']:.0f}"
    )
    results.verdict(
        "requests a second, held",
        steady["rate"],
        f"≥ {given.rate * 0.99:,.0f}",
        steady["rate"] >= given.rate * 0.99,
    )
    exact = steady["asked"] == steady["answered"] == steady["noted"] and not steady["wrong"]
    results.verdict("answered, noted", f"{steady['answered']:,}, {steady['noted']:,}", "equal", exact)  # type: ignore[arg-type]
    kept = 0 <= cut["noted"] - cut["answered"] <= given.connections and not cut["wrong"]
    results.verdict(
        "killed: answered, noted", f"{cut['answered']:,}, {cut['noted']:,}",  # type: ignore[arg-type]
        f"none lost, at most {given.connections} more", kept,
    )  # fmt: skip
    results.save(
        "tracking_endpoints", {"options": vars(given), "rounds": rounds, "held": steady, "killed": cut}
    )


if __name__ == "__main__":
    results.main(measure)
