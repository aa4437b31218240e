"""Clicks and opens are taken in while their mailing runs: ledger and counters are exact afterwards, whatever was killed meanwhile."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench import tracking_endpoints as endpoints
from bench.arrivals import sink
from bench.home import Home
from penstock.feedback.check import check
from penstock.feedback.events import record_of_recipient
from penstock.feedback.tracking.writer import Hit, Writer
from tests.examples import FULL
from tests.integration.delivery.stage import becomes, begin, eventually, senders, sound, state

LINKS = 10


def links(conn: psycopg.Connection[Any], mailing: int) -> None:
    conn.execute(
        "insert into delivery_link (mailing, no, url) select %s, n, 'https://example.org/' || n from generate_series(1, %s) n",
        (mailing, LINKS),
    )


def counted(conn: psycopg.Connection[Any], mailing: int) -> dict[str, tuple[int, int]]:
    """(times, people) by kind."""
    rows = conn.execute(
        "select kind, total, people from feedback_count where mailing = %s and link = 0", (mailing,)
    )
    return {kind: (total, people) for kind, total, people in rows}


class Process(threading.Thread):
    """What a web process does with its hits, in a thread with a loop of its own."""

    def __init__(self, hits: Sequence[tuple[int, str, int]], mailing: int) -> None:
        super().__init__()
        self.hits, self.mailing, self.kept = hits, mailing, 0

    def run(self) -> None:
        self.kept = asyncio.run(self._all())

    async def _all(self) -> int:
        writer = Writer()
        kept = 0
        for first in range(0, len(self.hits), 100):  # a hundred visitors at a time
            hits = [Hit(self.mailing, *each, time.monotonic()) for each in self.hits[first : first + 100]]
            kept += sum(await asyncio.gather(*map(writer.note, hits)))
        await writer.close()
        return kept


@pytest.mark.behaviour("B1")
def test_events_come_in_while_their_mailing_runs(conn: psycopg.Connection[Any], tmp_path: Path) -> None:
    readers = 400
    with sink(tmp_path / "log") as (port, _), senders():
        mailing = begin(conn, readers, f"smtp://127.0.0.1:{port}?connections=4", rate=250)
        becomes(conn, mailing, "sending", "finishing")
        opens = [(1 + n % readers, "opened", 0) for n in range(800)]
        clicks = [(1 + n % readers, "clicked", 1) for n in range(400)]
        # Both processes are told of the same people at the same time.
        processes = [Process([*opens, *clicks], mailing), Process([*clicks, *reversed(opens)], mailing)]
        for process in processes:
            process.start()
        for seq in range(1, 101):
            record_of_recipient(conn, mailing, seq, "converted", key=f"order {seq % 50}")
        during = state(conn, mailing)
        for process in processes:
            process.join()
        becomes(conn, mailing, "sent")
    assert during in ("sending", "finishing"), "it ran meanwhile"
    assert sum(process.kept for process in processes) == 2_400
    assert counted(conn, mailing) == {"opened": (1_600, 400), "clicked": (800, 400), "converted": (50, 50)}
    assert check(conn, mailing) == []
    assert sound(conn, mailing) == {"accepted": readers}


def take_in(events: int, readers: int, rate: float, connections: int) -> None:
    """So many by HTTP, of the recipients of a mailing that is sent at the rate; two web processes. They and the database are killed."""
    with Home() as home, sink(home.path / "sink.log") as (port, _):
        with home.connect() as conn:
            mailing = begin(conn, readers, f"smtp://127.0.0.1:{port}?connections=10", rate=rate)
            links(conn, mailing)
            home.start("worker", "--processes", "1")
            becomes(conn, mailing, "sending")
        about = [
            "--mailing",
            mailing,
            "--recipients",
            readers,
            "--links",
            LINKS,
            "--connections",
            connections,
        ]
        begun, kept, refused = time.monotonic(), 0, 0
        for victim in ("web", "database", "web", "nobody"):
            ports, processes = endpoints.web(home, 2)
            pids = {"web": [each.pid for each in processes], "database": [home.postmaster().pid]}.get(
                victim, []
            )
            killing = threading.Thread(target=kill, args=(home, pids, mailing, events // 8))
            count = events - kept if victim == "nobody" else events // 4
            found = endpoints.load(
                "--port", ",".join(map(str, ports)), "--requests", count, *about, then=killing.start
            )
            killing.join()
            kept += endpoints.answered(found)
            refused += found["answered"].get("503", 0)
            assert set(found["answered"]) <= {"200", "302", "503"}
            for process in processes:
                process.terminate()
                process.wait()
        took = f"{kept:,} answered in {time.monotonic() - begun:.0f} s"
        with home.connect() as conn:
            print(f"\n    {took}, {refused} refused; the mailing was {state(conn, mailing)} at the end")
            becomes(conn, mailing, "sent", seconds=1200)
            # What was on the way when a process was killed may be there unanswered; so may what was refused while a COMMIT was in doubt.
            assert 0 <= endpoints.noted(conn, mailing) - kept <= refused + 2 * connections, (
                "nothing answered is lost"
            )
            assert check(conn, mailing) == []
            assert set(sound(conn, mailing)) <= {"accepted", "in_doubt"}


def kill(home: Home, pids: list[int], mailing: int, after: int) -> None:
    """Kill these when so many more have come in."""
    if not pids:
        return
    with home.connect() as conn:
        before = endpoints.noted(conn, mailing)
        eventually(lambda: endpoints.noted(conn, mailing) - before > after, 600, every=0.1)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


if FULL:

    @pytest.mark.behaviour("B1")
    @pytest.mark.timeout(3600)
    def test_a_million_events_come_in_while_their_mailing_runs() -> None:
        take_in(events=1_000_000, readers=300_000, rate=800, connections=128)
