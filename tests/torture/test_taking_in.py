"""Clicks and opens are taken in while their mailing runs: ledger and counters are exact afterwards, whatever was killed meanwhile."""

import asyncio
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
    readers = 900
    with sink(tmp_path / "log") as (port, _), senders():
        mailing = begin(conn, readers, f"smtp://127.0.0.1:{port}?connections=4", rate=600)
        becomes(conn, mailing, "sending", "finishing")
        opens = [(1 + n % readers, "opened", 0) for n in range(2_000)]
        clicks = [(1 + n % readers, "clicked", 1) for n in range(1_000)]
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
    assert sum(process.kept for process in processes) == 6_000
    assert counted(conn, mailing) == {"opened": (4_000, 900), "clicked": (2_000, 900), "converted": (50, 50)}
    assert check(conn, mailing) == []
    assert sound(conn, mailing) == {"accepted": readers}


def take_in(events: int, readers: int, rate: float, connections: int) -> None:
    """So many by HTTP, of the recipients of a mailing that is sent at the rate; two web processes, killed three times."""
    with Home() as home, home.connect() as conn, sink(home.path / "sink.log") as (port, _):
        home.start("worker", "--processes", "1")
        mailing = begin(conn, readers, f"smtp://127.0.0.1:{port}?connections=10", rate=rate)
        becomes(conn, mailing, "sending")
        links(conn, mailing)
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
        begun, kills, kept = time.monotonic(), 0, 0
        while kept < events:
            ports, processes = endpoints.web(home, 2)
            last = kills == 3
            victims = [] if last else processes
            before = endpoints.noted(conn, mailing)

            def kill(victims: list[Any] = victims, before: int = before) -> None:
                """The web processes, when a fifth of all has come in."""
                if victims:
                    eventually(lambda: endpoints.noted(conn, mailing) - before > events // 5, 600, every=0.1)
                for process in victims:
                    process.send_signal(signal.SIGKILL)

            found = endpoints.load(
                "--port", ",".join(map(str, ports)), "--requests", events - kept, *about, then=kill
            )
            kept += endpoints.answered(found)
            assert set(found["answered"]) <= {"200", "302"}
            kills += not last
        seconds = time.monotonic() - begun
        during = state(conn, mailing)
        becomes(conn, mailing, "sent", seconds=1200)
        noted = endpoints.noted(conn, mailing)
        print(
            f"\n    {kept:,} answered and {noted:,} noted in {seconds:.0f} s ({kills} kills); the mailing was {during} at the end"
        )
        assert 0 <= noted - kept <= kills * connections, (
            "nothing answered is lost; what was not answered may be there"
        )
        assert check(conn, mailing) == []
        assert sound(conn, mailing) == {"accepted": readers}


if FULL:

    @pytest.mark.behaviour("B1")
    @pytest.mark.timeout(3600)
    def test_a_million_events_come_in_while_their_mailing_runs() -> None:
        take_in(events=1_000_000, readers=300_000, rate=800, connections=128)
