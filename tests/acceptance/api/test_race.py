"""Fifty programs at one mailing over HTTP while it sends: one outcome for each key, nothing lost, nobody twice."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from bench.arrivals import Arrivals, sink
from penstock.mailing import journal
from tests.acceptance.api.conftest import Web
from tests.integration.delivery import stage

CLIENTS = 50
ORDERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("pause", {}), ("resume", {}), ("pause", {}), ("resume", {}), ("copy", {}),
    ("cancel", {"reason": "wrong list", "prepared": "drop"}), ("archive", {}),
    ("send-rest", {"plan": {"kind": "now"}, "confirm": True}), ("pause", {}), ("resume", {}),
)  # fmt: skip


@pytest.fixture
def mx(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A mail server that takes 5 ms for each message."""
    log = tmp_path / "sink.log"
    with sink(log, "--delay", "0.005") as (port, _):
        yield port, log


@pytest.mark.behaviour("B15", "S3.14")
@pytest.mark.timeout(300)
def test_each_program_has_one_outcome(web: Web, mx: tuple[int, Path]) -> None:
    port, log = mx
    with psycopg.connect(web.database, autocommit=True) as conn, stage.senders(2):
        stage.policy(conn, package_size=50)
        mailing = stage.begin(conn, 3_000, f"smtp://127.0.0.1:{port}?connections=2")
        stage.becomes(conn, mailing, "sending")

        def client(number: int) -> list[httpx.Response]:
            """Send the request, and once more, as a program does that has lost the answer; while it is busy, ask again."""
            name, body = ORDERS[number % len(ORDERS)]
            headers = {"Idempotency-Key": f"client-{number}"}

            def once() -> httpx.Response:
                while True:
                    answer = web.ask("POST", f"/mailings/{mailing}/{name}", json=body, headers=headers)
                    if answer.status_code != 503:
                        return answer

            return [once(), once()]

        with ThreadPoolExecutor(CLIENTS) as pool:
            pairs = list(pool.map(client, range(CLIENTS)))
        stage.eventually(lambda: _ended(web, mailing), seconds=60)
        outcomes = [answer for pair in pairs for answer in pair]
        assert {answer.status_code for answer in outcomes} <= {200, 409}
        for first, again in pairs:
            if first.status_code == 200:
                assert again.status_code == 200
                assert again.json()["repeated"]
                assert again.json()["version"] == first.json()["version"]
        carried_out = [
            answer.json()
            for answer in outcomes
            if answer.status_code == 200 and not answer.json()["repeated"]
        ]
        versions = Counter(answer["version"] for answer in carried_out)
        assert max(versions.values()) == 1, "two commands were carried out on one version"
        lines = web.ask("GET", f"/mailings/{mailing}/journal?limit=1000").json()["items"]
        assert [line["place"] for line in lines] == list(range(1, len(lines) + 1))
        assert sum(line["door"] == "api" and line["reason"] != "the end" for line in lines) == len(
            carried_out
        )
        assert web.ask("GET", f"/mailings/{mailing}").json()["version"] == len(lines)
        assert journal.verify(conn) == []
        stage.sound(conn, mailing)
        arrived = Counter(line.recipient for line in Arrivals(log).new() if line.kind in "AXTP")
        assert max(arrived.values(), default=1) == 1, "somebody got it twice"


def _ended(web: Web, mailing: int) -> bool:
    """Cancel it for good, whatever the race left."""
    web.ask("POST", f"/mailings/{mailing}/cancel", json={"reason": "the end", "prepared": "drop"})
    return web.ask("GET", f"/mailings/{mailing}").json()["state"] in ("cancelled", "sent")
