"""How many would get a mailing: counted at its submission, by the predicate of the freeze, and compared at the launch."""

import asyncio
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.delivery import chosen, freeze
from penstock.delivery.estimating import estimate
from penstock.mailing import mailings
from penstock.platform import jobs
from tests.integration.delivery.stage import add_contacts, command, counts, draft, policy, reason, state

Conn = psycopg.Connection[Any]


def submitted(conn: Conn, count: int, name: str = "all") -> int:
    mailing = draft(conn, add_contacts(conn, name, count))
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    return mailing


def size(conn: Conn, mailing: int) -> int | None:
    found = mailings.find(conn, 1, mailing)
    assert found
    return found.approved_size


def digest(conn: Conn, mailing: int) -> str:
    found = mailings.find(conn, 1, mailing)
    assert found
    assert found.digest
    return found.digest


def test_a_submission_asks_for_its_estimate_in_the_same_transaction(conn: Conn) -> None:
    mailing = submitted(conn, 3)
    rows = conn.execute(
        "select task_name, args from procrastinate_jobs where task_name like '%estimate'"
    ).fetchall()
    assert rows == [("penstock:estimate", {"mailing": mailing, "digest": digest(conn, mailing)})]


def test_a_worker_counts_it(conn: Conn) -> None:
    mailing = submitted(conn, 3)
    asyncio.run(jobs.work(wait=False))
    assert size(conn, mailing) == 3


def test_it_counts_whom_the_freeze_would_choose(conn: Conn) -> None:
    mailing = submitted(conn, 5)
    suppress(conn, 1, "reader2@example.net", "complaint", "test")
    before = command(conn, mailing, "approve", dry_run=True).version
    assert estimate(conn, mailing, digest(conn, mailing)) == 4
    assert size(conn, mailing) == 4
    assert command(conn, mailing, "approve", expected_version=before).state == "starting"
    freeze.prepare(conn, mailing)
    assert state(conn, mailing) == "sending"
    assert counts(conn, mailing) == {"waiting": 4, "skipped": 1}


def test_what_was_submitted_anew_keeps_its_own_estimate(conn: Conn) -> None:
    mailing = submitted(conn, 3)
    old = digest(conn, mailing)
    command(conn, mailing, "withdraw")
    bigger = add_contacts(conn, "bigger", 9)
    command(conn, mailing, "edit", changes={"audience": {"list": bigger}})
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    assert estimate(conn, mailing, old) is None
    assert size(conn, mailing) is None
    assert estimate(conn, mailing, digest(conn, mailing)) == 9
    add_contacts(conn, "bigger", 20)
    assert estimate(conn, mailing, digest(conn, mailing)) is None, "the second run of a job changes nothing"
    assert size(conn, mailing) == 9


@pytest.mark.behaviour("B6")
@pytest.mark.parametrize(
    ("bound", "at_launch", "becomes"),
    [(10, 22, "sending"), (10, 23, "interrupted"), (10, 17, "interrupted"), (50, 30, "sending")],
)
def test_an_audience_that_drifted_is_asked_about(
    conn: Conn, bound: int, at_launch: int, becomes: str
) -> None:
    policy(conn, drift_bound=bound)
    mailing = submitted(conn, 20)
    estimate(conn, mailing, digest(conn, mailing))
    if at_launch > 20:
        add_contacts(conn, "all", at_launch)
    else:
        for number in range(at_launch + 1, 21):
            suppress(conn, 1, f"reader{number}@example.net", "complaint", "test")
    command(conn, mailing, "approve")
    freeze.prepare(conn, mailing)
    assert state(conn, mailing) == becomes
    if becomes == "interrupted":
        why = reason(conn, mailing)
        assert why
        assert why["code"] == "audience_drift"
        assert f"was 20 when it was submitted and is {at_launch} now" in why["text"]
        assert command(conn, mailing, "resume", reason="they are right").state == "starting"
        freeze.prepare(conn, mailing)
        assert state(conn, mailing) == "sending"
        assert size(conn, mailing) == at_launch


def test_the_rule_is_counted_by_its_conditions(conn: Conn) -> None:
    first, listed = submitted(conn, 3), add_contacts(conn, "more", 6)
    command(conn, first, "approve")
    freeze.prepare(conn, first)
    assert chosen.count(conn, 1, {"list": listed}) == 6
    assert chosen.count(conn, 1, {"list": listed, "not_reached_by": [first]}) == 6, "frozen is not reached"
