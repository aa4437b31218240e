"""The ledger page by page: every filter gives exactly those that the whole ledger has, in its order."""

from collections.abc import Iterator

import psycopg
import pytest

from penstock.report import ledger
from penstock.report.paging import Wanted, page
from penstock.report.progress import STATES
from tests.browser.desk import Desk


@pytest.fixture(scope="module")
def mixed(module_database: str) -> Iterator[tuple[psycopg.Connection, int]]:
    """A mailing with recipients in nearly every state, at two domains."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        desk = Desk(conn, "smtp://127.0.0.1:2525?tls=none")
        people = [f"reader{n}@{'one' if n % 3 else 'two'}.example" for n in range(40)]
        gone = people[7]
        conn.execute(
            "insert into audience_suppression (account_id, normal, reason, origin) values (%s, %s, 'unsubscribed', 'link')",
            (desk.account, gone),
        )
        mailing = desk.begun(desk.release(desk.draft(to=desk.list(addresses=people))))
        desk.send(mailing, accepted=9, bounced=3, deferred=4, in_doubt=2, in_flight=1)
        desk.give(mailing, "pause")
        yield conn, mailing


@pytest.mark.parametrize("state", [None, *STATES])
@pytest.mark.parametrize("domain", [None, "two.example"])
def test_pages_are_the_ledger(
    mixed: tuple[psycopg.Connection, int], state: str | None, domain: str | None
) -> None:
    conn, mailing = mixed
    whole = [
        row
        for row in ledger.ledger(conn, mailing, state)
        if domain is None or row.address.endswith(f"@{domain}")
    ]
    found, after = [], 0
    while after is not None:
        rows, after = page(conn, Wanted(mailing, state, None, domain), after, 3, patience=0.0)
        assert len(rows) <= 3
        found += rows
    assert found == whole
    if domain is None and state in (
        None,
        "accepted",
        "bounced",
        "deferred",
        "in_doubt",
        "skipped",
        "in_flight",
        "waiting",
    ):
        assert found


def test_a_reason_is_found_among_all(mixed: tuple[psycopg.Connection, int]) -> None:
    conn, mailing = mixed
    rows, after = page(conn, Wanted(mailing, reason="5.1.1"), 0, 100)
    assert ([row.state for row in rows], after) == (["bounced"] * 3, None)
    assert page(conn, Wanted(mailing, "bounced", "unsubscribed"), 0, 100) == ([], None)


def test_a_state_that_there_is_not_is_refused(mixed: tuple[psycopg.Connection, int]) -> None:
    with pytest.raises(ValueError, match="there is no state 'gone'"):
        page(mixed[0], Wanted(mixed[1], "gone"), 0, 10)
