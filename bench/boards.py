"""What open boards cost the sender, and how soon they see what happens.

usage: python -m bench.boards [--recipients 200000] [--pairs 5] [--boards 50]

A mailing is sent at full speed into a sink that discards, once with nobody looking and once with 50 browsers' streams of news open
(`/live`, what a board listens to); alternating, the ratio of the rates within each pair. The streams are held by a process of its own
that reads what comes and does nothing with it. Meanwhile another mailing is put off and on again: the time from the commit of each
command to its news in each of the streams. The web process runs beside the sender in both halves of a pair.
"""

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg

from bench import mailing, results, sample
from bench.home import Home
from bench.smtpsink import free_port, smtp_sink
from penstock.platform import leash

TARGET_RATIO, TARGET_SECONDS = 0.95, 1.0
_HOLD = """
import asyncio, json, sys, time
host, port, cookie, count = "127.0.0.1", int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
heard = []
async def board(number):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET /live HTTP/1.1\\r\\nHost: {host}:{port}\\r\\nCookie: {cookie}\\r\\n\\r\\n".encode())
    assert b" 200 " in await reader.readline()
    print("open", flush=True)
    while data := await reader.read(65536):
        heard.append((time.monotonic(), number, data.decode("utf-8", "replace")))
async def main():
    boards = [asyncio.create_task(board(number)) for number in range(count)]
    await asyncio.to_thread(sys.stdin.read)
    for each in boards: each.cancel()
    for at, number, text in heard: print(json.dumps([at, number, text]))
asyncio.run(main())
"""


class Boards:
    """So many open streams, in a process of their own."""

    def __init__(self, port: int, cookie: str, count: int) -> None:
        command = [sys.executable, "-c", _HOLD, str(port), cookie, str(count)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        for _ in range(count):
            if self.process.stdout.readline() != "open\n":
                raise RuntimeError("a stream was refused")

    def close(self) -> list[tuple[float, int, str]]:
        """Close them; returns what came: the moment (monotonic seconds), the stream, the text."""
        out, _ = self.process.communicate("", timeout=60)
        return [tuple(json.loads(line)) for line in out.splitlines()]


@contextmanager
def web(home: Home) -> Iterator[int]:
    """Run `penstock web`; gives its port once it answers."""
    port = free_port()
    process = home.start("web", "--port", str(port))
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=60)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(20)


def _root() -> Any:
    from penstock.mailing.actor import EVERY_ROLE, Actor
    from penstock.mailing.lifecycle import PLATFORM

    return Actor("bench", EVERY_ROLE | {PLATFORM}, "cli")


def signed_in(conn: psycopg.Connection[Any], email: str, port: int) -> dict[str, str]:
    """Sign somebody in by a link; returns their cookies."""
    from penstock.account import links

    base = f"http://127.0.0.1:{port}"
    with httpx.Client(timeout=60) as client:
        link = links.make(conn, email, _root(), base=base).url
        token = client.get(link).text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        client.post(link, data={"csrfmiddlewaretoken": token}, headers={"Origin": base, "Referer": link})
        return dict(client.cookies)


def _watcher(conn: psycopg.Connection[Any], port: int) -> str:
    """Somebody of the account who is signed in: their cookies, as a request has them."""
    from penstock.account import people

    anna = people.create(conn, email="anna@example.org", account=1, roles=["administrator"], actor=_root())
    return "; ".join(f"{name}={value}" for name, value in signed_in(conn, anna.email, port).items())


def sent(conn: psycopg.Connection[Any], port: int) -> float:
    """Messages a second of one mailing, from the first claim to the last record."""
    sender = subprocess.Popen(leash.command("penstock.delivery.sender"), stdin=subprocess.PIPE)
    try:
        number = mailing.begin(
            conn, "sent", f"smtp://127.0.0.1:{port}?connections=10&tls=none", sample.html()
        )
        mailing.wait(conn, number, "sent", every=0.05)
        row = conn.execute(
            "select count(*) / extract(epoch from max(o.at) - (select min(begun_at) from delivery_package where mailing = %s))"
            " from delivery_outcome o where o.mailing = %s",
            (number, number),
        ).fetchone()
    finally:
        sender.terminate()
        sender.wait(20)
    assert row
    return float(row[0])


class Commands(threading.Thread):
    """Gives a waiting mailing a time and takes it away again, twice a second; notes when which version was there."""

    def __init__(self, home: Home) -> None:
        super().__init__(daemon=True)
        self.home, self.done, self.over = home, dict[int, float](), threading.Event()

    def run(self) -> None:
        """Until `over` is set."""
        from penstock.mailing import control

        with self.home.connect() as conn:
            self.number = _parked(conn)
            while not self.over.wait(0.5):
                if mailing.state(conn, self.number) == "parked":
                    given = {"plan": {"kind": "at", "at": "2099-01-01T09:00", "zone": "UTC"}, "confirm": True}
                    answer = control.command(conn, self.number, "schedule", mailing.operator(), **given)
                else:
                    answer = control.command(conn, self.number, "park", mailing.operator())
                self.done[answer.version] = time.monotonic()


def _parked(conn: psycopg.Connection[Any]) -> int:
    """A mailing that is approved and waits for its plan."""
    from penstock.account.transports import store
    from penstock.content.message import Message
    from penstock.content.messages import store_message
    from penstock.mailing import control, mailings

    message = Message(sender=sample.SENDER, subject="waiting", html="<p>x</p>")
    listed = conn.execute("select id from audience_list where name = 'sent'").fetchone()
    assert listed
    number = mailings.create(
        conn, 1, name="waiting", message=store_message(conn, 1, message), audience={"list": listed[0]},
        transport=store(conn, 1, "smtp://127.0.0.1:1"),
    )  # fmt: skip
    control.command(conn, number, "submit", mailing.operator(), plan={"kind": "later"}, confirm=True)
    if mailing.state(conn, number) == "in_review":
        control.command(conn, number, "approve", mailing.operator(), without_analysis=True)
    return number


def seen(
    heard: list[tuple[float, int, str]], commands: Commands, boards: int
) -> tuple[list[float], list[float]]:
    """Seconds from each command to its news in each stream, and the longest pause between two figures in each stream."""
    delays, pauses = [], []
    for number in range(boards):
        there = [(at, text) for at, of, text in heard if of == number]
        for version, told_at in commands.done.items():
            wanted = f'"version": {version}'
            compact = f'"version":{version}'
            found = [
                at for at, text in there
                if at >= told_at and f"{commands.number}" in text and (f"{wanted}," in text or f"{compact}," in text)
            ]  # fmt: skip
            if found:
                delays.append(found[0] - told_at)
        figures = [at for at, text in there if "event: figures" in text]
        pauses += [b - a for a, b in itertools.pairwise(figures)]
    return delays, pauses


def measure() -> None:
    """Measure both, print, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=200_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--boards", type=int, default=50)
    given = parser.parse_args()
    pairs: list[dict[str, float]] = []
    with Home() as home:
        home.run(
            "contacts",
            "import",
            str(sample.contacts(home.path / "c.csv", given.recipients)),
            "--list",
            "sent",
        )
        with home.connect() as conn, smtp_sink() as (sink, _), web(home) as port:
            cookie = _watcher(conn, port)
            sent(conn, sink)  # the first run warms caches
            for _ in range(given.pairs):
                pairs.append(_pair(home, conn, sink, port, cookie, given.boards))
                results.table("messages a second", list(pairs[-1]), [list(pairs[-1].values())])
    ratio, slowest = (
        statistics.median(each["ratio"] for each in pairs),
        max(each["slowest"] for each in pairs),
    )
    results.table("with 50 boards open against none", list(pairs[0]), [list(each.values()) for each in pairs])
    results.verdict("sending beside boards against alone", ratio, f"≥ {TARGET_RATIO}", ratio >= TARGET_RATIO)
    results.verdict(
        "seconds until a change is seen", slowest, f"≤ {TARGET_SECONDS}", slowest <= TARGET_SECONDS
    )
    results.save("boards", {"options": vars(given), "pairs": pairs})


def _pair(
    home: Home, conn: psycopg.Connection[Any], sink: int, port: int, cookie: str, count: int
) -> dict[str, float]:
    alone = sent(conn, sink)
    boards, commands = Boards(port, cookie, count), Commands(home)
    commands.start()
    beside = sent(conn, sink)
    commands.over.set()
    commands.join(10)
    time.sleep(1)  # the last news
    delays, pauses = seen(boards.close(), commands, count)
    if len(delays) < count * len(commands.done) * 0.99:
        raise RuntimeError(f"{len(delays)} news of {count} times {len(commands.done)} commands were heard")
    return {
        "alone": alone, "beside": beside, "ratio": beside / alone, "commands": len(commands.done),
        "seen": statistics.median(delays), "slowest": max(delays), "figures every": statistics.median(pauses), "at most": max(pauses),
    }  # fmt: skip


if __name__ == "__main__":
    results.main(measure)
