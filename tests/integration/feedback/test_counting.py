"""What people did is counted exactly, by however many it is told, and a machine's clicks are not taken for a person's."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.feedback import events
from penstock.feedback.check import check
from penstock.feedback.doctor import check_counters
from penstock.personal import erasure
from tests.examples import examples
from tests.integration.delivery.stage import ANNA, add_contacts, draft

Conn = psycopg.Connection[Any]
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
READERS = 4


@pytest.fixture
def mailing(conn: Conn) -> int:
    return a_mailing(conn)


def a_mailing(conn: Conn) -> int:
    """A mailing with READERS recipients, each a contact."""
    number = draft(conn, add_contacts(conn, "readers", READERS))
    conn.execute(
        "insert into delivery_recipient (mailing, seq, contact, package, normal)"
        " select %s, row_number() over (order by id), id, 1, normal from audience_contact order by id limit %s",
        (number, READERS),
    )
    return number


def note(conn: Conn, mailing: int, *told: tuple[Any, ...]) -> int:
    """Each told: seq, kind, and perhaps link, seconds since noon, key."""
    whole = [(*each, *(0, 0.0, None)[len(each) - 2 :]) for each in told]
    found = conn.execute(
        "select feedback_note(%s::integer[], %s::integer[], %s::text[], %s::integer[], %s::timestamptz[], null, %s::text[])",
        (
            [mailing] * len(whole), [seq for seq, *_ in whole], [kind for _, kind, *_ in whole],
            [link for *_, link, _, _ in whole], [NOON + timedelta(seconds=s) for *_, s, _ in whole], [k for *_, k in whole],
        ),
    ).fetchone()  # fmt: skip
    assert found
    return int(found[0])


def counted(conn: Conn, mailing: int) -> dict[tuple[str, int], tuple[int, int]]:
    """(total, people) by kind and link, of what there is."""
    rows = conn.execute(
        "select kind, link, total, people from feedback_count where mailing = %s and total > 0", (mailing,)
    )
    return {(kind, link): (total, people) for kind, link, total, people in rows}


def noted(conn: Conn, mailing: int) -> list[tuple[str, int]]:
    return conn.execute(
        "select kind, seq from feedback_event where mailing = %s order by id", (mailing,)
    ).fetchall()


def test_every_time_is_counted_and_everybody_once(conn: Conn, mailing: int) -> None:
    assert note(conn, mailing, (1, "opened"), (2, "opened"), (1, "opened"), (99, "opened")) == 2
    assert note(conn, mailing, (1, "opened", 0, 60.0)) == 0, "within the hour"
    assert note(conn, mailing, (1, "opened", 0, 3600.0), (3, "opened", 0, 3601.0)) == 2
    assert counted(conn, mailing) == {("opened", 0): (6, 3)}
    assert noted(conn, mailing) == [("opened", 1), ("opened", 2), ("opened", 1), ("opened", 3)]
    hours = conn.execute(
        "select total, people from feedback_hour where mailing = %s order by hour", (mailing,)
    )
    assert hours.fetchall() == [(4, 2), (2, 1)]
    assert check(conn, mailing) == []


def test_links_are_counted_each_and_the_mailing_as_a_whole(conn: Conn, mailing: int) -> None:
    note(conn, mailing, (1, "clicked", 1), (2, "clicked", 1, 5.0))
    note(conn, mailing, (1, "clicked", 2, 10.0), (1, "clicked", 2, 11.0))
    assert counted(conn, mailing) == {("clicked", 0): (4, 2), ("clicked", 1): (2, 2), ("clicked", 2): (2, 1)}
    data = conn.execute(
        "select data from feedback_event where mailing = %s and seq = 2", (mailing,)
    ).fetchone()
    assert data == ({"link": 1},)
    assert check(conn, mailing) == []


def test_what_comes_again_with_its_key_is_not_counted(conn: Conn, mailing: int) -> None:
    for _ in range(2):
        assert note(
            conn, mailing, (1, "converted", 0, 0.0, "order 1"), (1, "converted", 0, 1.0, "order 2")
        ) in (0, 2)
    assert counted(conn, mailing) == {("converted", 0): (2, 1)}
    assert note(conn, mailing, (2, "complained"), (2, "complained")) == 2, "without one each is an event"
    assert counted(conn, mailing)["complained", 0] == (2, 1)
    assert check(conn, mailing) == []


def test_of_the_erased_nothing_more_is_noted(conn: Conn, mailing: int) -> None:
    (contact,) = conn.execute("select contact from delivery_recipient where mailing = %s and seq = 1", (mailing,)).fetchone() or ()  # fmt: skip
    erasure.erase(conn, 1, contact, ANNA)
    assert note(conn, mailing, (1, "opened"), (1, "clicked", 3)) == 0
    assert events.record_of_recipient(conn, mailing, 1, "complained"), (
        "the sender answers for it all the same"
    )
    assert counted(conn, mailing) == {("complained", 0): (1, 1)}


def test_two_links_within_a_second_are_a_machines(conn: Conn, mailing: int) -> None:
    note(conn, mailing, (1, "clicked", 1))
    note(conn, mailing, (1, "clicked", 2, 0.9), (2, "clicked", 2, 0.9))
    note(conn, mailing, (1, "clicked", 3, 1.8))
    assert counted(conn, mailing) == {
        ("scanned", 0): (3, 1), ("scanned", 1): (1, 1), ("scanned", 2): (1, 1), ("scanned", 3): (1, 1),
        ("clicked", 0): (1, 1), ("clicked", 2): (1, 1),
    }  # fmt: skip
    assert sorted(noted(conn, mailing)) == [("clicked", 2), *[("scanned", 1)] * 3]
    note(conn, mailing, (1, "clicked", 2, 30.0))  # and now the person themselves
    assert counted(conn, mailing)["clicked", 0] == (2, 2)
    assert check(conn, mailing) == []


def test_a_person_who_clicked_before_stays_one(conn: Conn, mailing: int) -> None:
    note(conn, mailing, (1, "clicked", 1))
    note(conn, mailing, (1, "clicked", 1, 7200.0))
    note(conn, mailing, (1, "clicked", 2, 7200.5))
    assert counted(conn, mailing) == {
        ("clicked", 0): (1, 1), ("clicked", 1): (1, 1), ("scanned", 0): (2, 1), ("scanned", 1): (1, 1), ("scanned", 2): (1, 1),
    }  # fmt: skip
    assert check(conn, mailing) == []


def test_two_processes_are_told_one_click_each(conn: Conn, mailing: int, database: str) -> None:
    with psycopg.connect(database) as one, psycopg.connect(database) as other:
        note(one, mailing, (1, "clicked", 1), (2, "opened"))
        waiting = threading.Thread(target=note, args=(other, mailing, (1, "clicked", 2, 0.3), (2, "opened")))
        waiting.start()
        one.commit()
        waiting.join(10)
        other.commit()
    assert counted(conn, mailing) == {
        ("scanned", 0): (2, 1), ("scanned", 1): (1, 1), ("scanned", 2): (1, 1), ("opened", 0): (2, 1),
    }  # fmt: skip
    assert check(conn, mailing) == []


def test_the_doctor_recounts(conn: Conn, mailing: int) -> None:
    note(conn, mailing, (1, "opened"), (2, "opened"))
    assert check_counters(conn).level == "ok"
    conn.execute("update feedback_count set people = 7 where mailing = %s", (mailing,))
    found = check_counters(conn)
    assert (found.level, f"mailing {mailing}: opened: 7 people counted, 2 noted" in found.what) == (
        "fail",
        True,
    )


TOLD = st.tuples(
    st.integers(1, READERS),
    st.sampled_from(["opened", "clicked", "clicked", "scanned", "viewed", "unsubscribed", "converted"]),
    st.integers(0, 3),
    st.sampled_from([0.0, 0.4, 0.8, 1.5, 30.0, 3599.9, 3600.1, 7300.0]),
    st.sampled_from([None, None, "a", "b"]),
)


@pytest.fixture(scope="module")
def told_to(module_database: str) -> Iterator[Conn]:
    with psycopg.connect(module_database, autocommit=True) as conn:
        yield conn


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(TOLD, min_size=1, max_size=6), min_size=1, max_size=5))
def test_the_counters_are_what_was_noted(told_to: Conn, batches: list[list[tuple[Any, ...]]]) -> None:
    mailing = a_mailing(told_to)
    hits = 0
    for batch in batches:
        batch = [
            (s, kind, link if kind in ("clicked", "scanned") else 0, at, key)
            for s, kind, link, at, key in batch
        ]
        batch = [(*each[:4], None if each[4] is None else f"{mailing} {each[4]}") for each in batch]
        note(told_to, mailing, *batch)
        hits += sum(key is None for *_, key in batch)
    assert check(told_to, mailing) == []
    total = sum(n for (_, link), (n, _) in counted(told_to, mailing).items() if link == 0)
    assert hits <= total <= hits + 2, "moved between kinds, never lost"
