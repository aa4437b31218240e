"""The tally of a mailing: what is counted once agrees with the ledger, and is counted again only when that has changed."""

from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from penstock.report import ledger, tally
from penstock.report.progress import SETTLED, progress
from tests.browser.desk import Desk


@pytest.fixture
def scene(module_database: str) -> Iterator[tuple[Desk, int]]:
    """A mailing of 24 to three domains, with outcomes of several kinds."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        desk = Desk(conn, "smtp://127.0.0.1:2525?tls=none")
        people = [f"reader{n}@{'abbccc'[n % 6]}.example" for n in range(24)]
        mailing = desk.begun(desk.release(desk.draft(to=desk.list(addresses=people))))
        desk.send(mailing, accepted=9, bounced=3, deferred=2, in_doubt=1)
        yield desk, mailing


def test_what_was_counted_agrees_with_the_ledger(
    scene: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "_STRETCH", 5)  # several, as a large one has
    monkeypatch.setattr(tally, "DOMAINS", 2)
    desk, mailing = scene
    rows = list(ledger.ledger(desk.conn, mailing))
    told = tally.tally(desk.conn, mailing, progress(desk.conn, mailing))
    assert told is not None
    assert told.is_current
    domains = Counter((row.address.partition("@")[2], row.state) for row in rows)
    assert [name for name, _ in told.domains] == ["c.example", "b.example"]
    for name, counts in told.domains:
        assert counts == {state: n for (domain, state), n in domains.items() if domain == name}
    assert told.other_domains == 1
    assert told.others == {state: n for (domain, state), n in domains.items() if domain == "a.example"}
    assert sorted(told.reasons) == sorted(
        (state, reason, n)
        for (state, reason), n in Counter((row.state, row.reason) for row in rows if row.reason).items()
    )
    settled = Counter(row.state for row in rows if row.state in SETTLED)
    assert sum((Counter(counts) for _, counts in told.quarters), Counter()) == settled
    assert all(at.minute % 15 == 0 and at.second == 0 for at, _ in told.quarters)


def test_those_who_were_never_reached_are_settled_when_the_mailing_ended(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    desk.give(mailing, "cancel", reason="Called off.")
    told = tally.tally(desk.conn, mailing, progress(desk.conn, mailing))
    assert told is not None
    assert sum(counts.get("cancelled", 0) for _, counts in told.quarters) == 11  # two put off, nine waiting


def test_it_is_counted_again_only_when_the_ledger_changed(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    first = tally.tally(desk.conn, mailing, progress(desk.conn, mailing))
    assert first is not None
    tally.count(desk.conn, mailing)
    again = tally.tally_at_hand(desk.conn, mailing, progress(desk.conn, mailing))
    assert again == first
    desk.send(mailing, accepted=1)
    soon = tally.tally(desk.conn, mailing, progress(desk.conn, mailing))
    assert soon is not None
    assert (soon.made_at, soon.is_current) == (first.made_at, False)  # a mailing that moves has some rest
    desk.conn.execute(
        "update report_tally set made_at = now() - interval '1 hour' where mailing = %s", (mailing,)
    )
    later = tally.tally(desk.conn, mailing, progress(desk.conn, mailing))
    assert later is not None
    assert later.is_current
    assert dict(later.domains) != dict(first.domains)


def test_a_large_one_is_counted_by_a_job(scene: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "SMALL", 10)
    desk, mailing = scene
    assert tally.tally(desk.conn, mailing, progress(desk.conn, mailing)) is None
    assert tally.tally(desk.conn, mailing, progress(desk.conn, mailing)) is None  # asked twice is asked once
    jobs = desk.conn.execute(
        "select count(*) from procrastinate_jobs where task_name = 'penstock:tally' and args = %s",
        (f'{{"mailing": {mailing}}}',),
    ).fetchone()
    assert jobs == (1,)
    tally.count(desk.conn, mailing)
    told = tally.tally(desk.conn, mailing, progress(desk.conn, mailing))
    assert told is not None
    assert told.is_current
