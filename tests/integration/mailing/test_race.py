"""Fifty clients at one mailing while it sends: each command has exactly one outcome, nothing is lost, nobody gets it twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any

import psycopg
import pytest

from penstock.mailing import control, journal, mailings
from penstock.mailing.control import Answer, Refused, Request
from tests.integration.delivery.conftest import Sink
from tests.integration.delivery.stage import (
    ANNA,
    add_contacts,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    launch,
    policy,
    senders,
    sound,
    state,
)  # fmt: skip

Conn = psycopg.Connection[Any]
CLIENTS = 50
CONTRADICTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("pause", {}), ("resume", {}), ("pause", {}), ("resume", {"reason": "on"}), ("fix_rest", {"reason": "typing error"}),
    ("cancel", {"reason": "wrong list", "prepared": "drop"}), ("cancel", {"reason": "wrong text", "prepared": "deliver"}),
    ("copy", {}), ("send_rest", {"plan": {"kind": "now"}, "confirm": True}), ("archive", {}),
)  # fmt: skip


def at_once(database: str, orders: list[tuple[str, dict[str, Any]]], mailing: int) -> list[Answer | Refused]:
    """Give all orders at one moment, each through a connection of its own; return what each was told."""
    start = Barrier(len(orders))

    def client(order: tuple[str, dict[str, Any]]) -> Answer | Refused:
        name, given = order
        with psycopg.connect(database, autocommit=True) as conn:
            start.wait(60)
            try:
                return control.command(conn, mailing, name, ANNA, **given)
            except Refused as refused:
                return refused

    with ThreadPoolExecutor(len(orders)) as pool:
        return list(pool.map(client, orders))


def version(conn: Conn, mailing: int) -> int:
    found = mailings.find(conn, 1, mailing)
    assert found
    return found.version


def corrections(conn: Conn, mailing: int) -> list[int]:
    found = mailings.find(conn, 1, mailing)
    assert found
    return found.corrections


def goes_on(conn: Conn, mailing: int) -> list[Answer]:
    """However the race has ended: have everybody reached."""
    answers = []
    while (now := becomes(conn, mailing, "paused", "sent", "cancelled", seconds=60)) != "sent":
        if now == "paused":
            answers.append(command(conn, mailing, "resume"))
        elif counts(conn, mailing) == {"accepted": 3000}:
            break  # the packages that were let go were all that was left
        else:
            for correction in corrections(conn, mailing):
                command(conn, correction, "delete")  # made in the race, and in its way
            answers.append(command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True))
    return answers


def told_and_journalled_agree(conn: Conn, mailing: int, answers: list[Answer]) -> None:
    """Each answer is one entry of the journal, and the states of the journal are one way."""
    entries = journal.entries(conn, mailing)
    assert version(conn, mailing) == len(entries)
    by_people = {entry["place"]: entry for entry in entries if entry["actor"] == "anna"}
    assert len({answer.version for answer in answers}) == len(answers), "no two have made the same version"
    for answer in answers:
        assert by_people[answer.version]["to_state"] == answer.state
    for before, after in pairwise(entries):
        assert after["from_state"] == before["to_state"]
    assert journal.verify(conn) == []


def test_fifty_contradictory_commands_while_it_sends(
    conn: Conn, database: str, a_sink: Callable[..., Sink]
) -> None:
    sink = a_sink("--delay", "0.002")
    answers: list[Answer] = []
    policy(conn, package_size=100)
    with senders(2):
        mailing = begin(conn, 3000, sink.url(2))
        becomes(conn, mailing, "sending")
        eventually(lambda: counts(conn, mailing).get("accepted", 0))
        for turn in range(3):
            orders = [CONTRADICTIONS[(n + turn) % len(CONTRADICTIONS)] for n in range(CLIENTS)]
            outcomes = at_once(database, orders, mailing)
            assert len(outcomes) == CLIENTS
            answers += [outcome for outcome in outcomes if isinstance(outcome, Answer)]
            refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
            assert all(each.reasons and each.code for each in refused)
        answers += goes_on(conn, mailing)
    made = journal.entries(conn, mailing)[3:]  # created, submitted, approved
    answers = [answer for answer in answers if answer.mailing == mailing]
    told_and_journalled_agree(conn, mailing, answers)
    assert len([entry for entry in made if entry["actor"] == "anna"]) == len(answers)
    assert sound(conn, mailing) == {"accepted": 3000}
    twice = [recipient for recipient, times in Counter(sink.arrived()).items() if times > 1]
    assert twice == []
    assert len(sink.arrived()) == 3000


@pytest.mark.behaviour("B15")
def test_of_fifty_who_saw_the_same_version_one_has_their_way(conn: Conn, database: str) -> None:
    mailing = launch(conn, draft(conn, add_contacts(conn, "all", 3)))
    seen = version(conn, mailing)
    orders = [
        (name, {**given, "expected_version": seen})
        for name, given in [("pause", {}), ("cancel", {"reason": "no"})] * (CLIENTS // 2)
    ]
    outcomes = at_once(database, orders, mailing)
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert (won.version, state(conn, mailing)) == (seen + 1, won.state)
    lost = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert {outcome.code for outcome in lost} == {"version_changed"}
    told_and_journalled_agree(conn, mailing, [won])


@pytest.mark.behaviour("B15")
def test_one_request_that_comes_fifty_times_is_carried_out_once(conn: Conn, database: str) -> None:
    mailing = launch(conn, draft(conn, add_contacts(conn, "all", 3)))
    before = conn.execute("select count(*) from mailing_mailing").fetchone()
    assert before
    request = Request("4f1c", "copy of it")
    outcomes = at_once(database, [("copy", {"request": request})] * CLIENTS, mailing)
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert len(answers) == CLIENTS
    assert {(a.made, a.version, a.state) for a in answers} == {
        (answers[0].made, answers[0].version, answers[0].state)
    }
    assert Counter(a.repeated for a in answers) == {True: CLIENTS - 1, False: 1}
    assert conn.execute("select count(*) from mailing_mailing").fetchone() == (before[0] + 1,)
