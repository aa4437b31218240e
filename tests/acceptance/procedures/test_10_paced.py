"""A mailing in batches, at each recipient's local time, under a limit: through a pause, a killed worker and a resume, in real time."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.arrivals import Arrivals, sink
from penstock.account import transports
from penstock.delivery.check import check
from tests.acceptance.procedures.office import Office, soon
from tests.acceptance.procedures.site import Site, eventually, kill
from tests.examples import FULL
from tests.integration.delivery.stage import travel
from tests.torture import proof

Offices = Callable[..., Office]
PEOPLE = 100_000 if FULL else 8_000
RATE = 4000.0 if FULL else 1000.0
NOW, EARLIER, LATER = "Etc/GMT", "Etc/GMT-2", "Etc/GMT+2"
PARTS = {NOW: PEOPLE // 2, EARLIER: PEOPLE // 4, LATER: PEOPLE // 4}
"""Who reads where: those whose time comes now, those who are two hours ahead and have missed it, those whose time is in two hours."""
BATCH = PEOPLE // 5
HAND = 1000
"""What a sender may have in hand of a mailing when it is killed."""


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server that writes down what it gets, and its log."""
    log = tmp_path / "sink.log"
    with sink(log) as (port, _):
        yield f"smtp://127.0.0.1:{port}?tls=none&connections=5", log


@pytest.mark.behaviour("S3.9", "S3.10", "S3.14", "S3.26", "S4.22", "B1", "B2", "B8")
@pytest.mark.timeout(600)
def test_paced_and_paused_and_killed_and_completed(
    office: Offices, site: Site, smtp: tuple[str, Path]
) -> None:
    """Nobody before their time, nobody twice, nobody lost, and the limit held from the first message to the last."""
    url, log = smtp
    there = office(approvals_required=0, package_size=500, bounce_limit=100)
    there.transport = transports.store(site.conn, there.account, url)
    anna, arrivals = there.person(), Arrivals(log)
    mailing = anna.write(zoned(there), "paced", options={"rate": RATE}, message=MESSAGE)
    plan = {
        "kind": "at",
        "at": soon(1.0),
        "zone": "UTC",
        "local": True,
        "batches": {"size": BATCH},
        "interval": "2s",
    }
    anna.submit(mailing, plan)
    other = site._start("worker")
    try:
        anna.reached(mailing, PEOPLE // 8)
        paused = anna.give(mailing, "pause")
        assert paused["state"] == "paused"
        assert paused["silent"] == []
        stood = eventually(lambda: settled(site, mailing))
        assert len(anna.ask("GET", f"/mailings/{mailing}/packages")["items"]) > 10
        anna.give(mailing, "resume", confirm=True)
        anna.reached(mailing, stood + PEOPLE // 8)
    finally:
        kill(other)
    due = PARTS[NOW] + PARTS[EARLIER]
    eventually(lambda: settled(site, mailing) >= due, 120, every=0.1)
    assert anna.state(mailing) == "sending", "a quarter has its time to come"
    assert not [line for line in arrivals.new() if line.recipient.endswith(f"@{place(LATER)}")]

    travel(site.conn, hours=2.1)
    done = anna.becomes(mailing, "sent", seconds=120)["progress"]
    assert done["recipients"] == PEOPLE == done["accepted"] + done["in_doubt"]
    assert done["in_doubt"] <= HAND
    judge(site, mailing, log)


MESSAGE = {
    "sender": "News <news@example.org>",
    "subject": "paced",
    "html": "<p>{{ first_name }} [[{{ code }}]]</p>",
}


def place(zone: str) -> str:
    """The domain of those who live in a zone."""
    return f"{zone.lower().replace('/', '-').replace('+', 'p')}.example"


def zoned(there: Office) -> int:
    """A list of everybody, with their zones."""
    listed = there.list()
    for zone, count in PARTS.items():
        there.conn.execute(
            "with made as (insert into audience_contact (account_id, address, normal, attributes)"
            " select %(account)s, a, a, jsonb_build_object('first_name', 'Ann', 'code', n::text, 'zone', %(zone)s::text)"
            "   from (select n, 'reader' || n || '@' || %(place)s::text as a from generate_series(1, %(count)s) n) as one"
            " returning id) insert into audience_membership (list_id, contact_id) select %(list)s, id from made",
            {"account": there.account, "zone": zone, "place": place(zone), "count": count, "list": listed},
        )
    return listed


def settled(site: Site, mailing: int) -> int:
    """How many have an outcome, by the counters of the packages; 0 while anything is in flight."""
    row = site.conn.execute(
        "select sum(accepted + in_doubt + bounced), sum(cursor - accepted - in_doubt - bounced - returned) from delivery_package"
        " where mailing = %s",
        (mailing,),
    ).fetchone()
    return int(row[0]) if row and row[0] and not row[1] else 0


def judge(site: Site, mailing: int, log: Path) -> None:
    """The server's own log against the ledger; each batch begun at its time, two of them never at once."""
    lines = [line for line in Arrivals(log).new() if line.kind in "AXTP"]
    assert set(Counter(line.recipient for line in lines).values()) == {1}
    assert check(site.conn, mailing) == []
    assert not proof.too_fast([line.at for line in lines], RATE)[:10]
    rows: list[Any] = site.conn.execute(
        "select slot, min(release_at), bool_and(begun_at >= release_at), min(release_at) - lag(min(release_at)) over (order by min(release_at))"
        " from delivery_package where mailing = %s and kind = 'plain' group by slot order by 2",
        (mailing,),
    ).fetchall()
    assert len(rows) == 4 + 2, "those whose time has come, and those of the last zone"
    assert all(in_time for _, _, in_time, _ in rows)
    assert min(apart.total_seconds() for *_, apart in rows if apart is not None) >= 2
