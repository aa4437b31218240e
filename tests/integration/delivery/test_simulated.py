"""What the simulation says of decisions that stand in SQL is what the SQL does."""

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from bench.simulation import decisions
from bench.simulation.running import Package, Running
from bench.simulation.scenario import Wanted
from penstock.delivery import due
from penstock.delivery.outcome import Schedule
from penstock.platform.database import sql
from tests.integration.delivery.stage import add_contacts, draft

Conn = psycopg.Connection[Any]


@dataclass(frozen=True)
class Seen:
    number: int
    served_at: float | None


def some(conn: Conn, count: int, state: str = "sending") -> list[int]:
    """So many mailings in a state, without a ledger."""
    listed = add_contacts(conn, "some", 1)
    numbers = [draft(conn, listed) for _ in range(count)]
    conn.execute(
        "update mailing_mailing set state = %s, frozen_at = now() where id = any(%s)", (state, numbers)
    )
    return numbers


def package(conn: Conn, mailing: int, no: int, kind: str, released: float) -> None:
    """A package that was released so many seconds ago."""
    conn.execute(
        "insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, positions, since)"
        " values (%(mailing)s, %(no)s, %(kind)s, 'waiting', now() - make_interval(secs => %(released)s), 1,"
        "  case %(kind)s when 'plain' then %(no)s end, case when %(kind)s <> 'plain' then array[1] end,"
        "  case when %(kind)s <> 'plain' then array[now()] end)",
        {"mailing": mailing, "no": no, "kind": kind, "released": released},
    )


def test_senders_look_for_whoever_was_served_longest_ago(conn: Conn) -> None:
    first, second, third, fourth = some(conn, 4)
    for number, ago in ((first, 5), (third, 50), (fourth, 20)):
        conn.execute(
            "insert into delivery_turn (mailing, served_at) values (%s, now() - make_interval(secs => %s))",
            (number, ago),
        )
    given = {"lanes": [], "sent_in": ["sending", "finishing"]}
    found = [row[0] for row in conn.execute(sql("penstock.delivery", "look"), given).fetchall()]
    told = [Seen(first, -5.0), Seen(second, None), Seen(third, -50.0), Seen(fourth, -20.0)]
    assert found == [each.number for each in decisions.by_turn(told)] == [second, third, fourth, first]


def test_packages_are_opened_in_this_order(conn: Conn) -> None:
    (mailing,) = some(conn, 1)
    packages = [
        (1, "plain", 30.0),
        (2, "plain", 10.0),
        (3, "plain", 60.0),
        (4, "retry", 5.0),
        (5, "plain", 60.0),
        (6, "again", 4.0),
        (7, "retry", 3.0),
    ]
    for no, kind, released in packages:
        package(conn, mailing, no, kind, released)
    opened = []
    while row := conn.execute("select no from delivery_open(1, %s)", (mailing,)).fetchone():
        opened.append(row[0])
    simulated = Running(Wanted(mailing, "plain", 1, 7, 0.0, {}), 0)
    for no, kind, released in packages:
        simulated.put(Package(no, kind, 1, -released, None))
    expected = [taken.no for _ in packages if (taken := simulated.take(None, 0.0))]
    assert opened == expected == [4, 3, 6, 5, 7, 1, 2]


@pytest.mark.parametrize("attempt", [1, 2, 5, 9, 40])
def test_the_deferred_gather_for_a_tenth_of_their_interval(conn: Conn, attempt: int) -> None:
    (mailing,) = some(conn, 1)
    package(conn, mailing, 1, "plain", 0)
    conn.execute("update delivery_package set state = 'done', cursor = 1, deferred = 1, closed_at = now()")
    gathers = decisions.gathers(Schedule(), attempt)
    asked = (
        "insert into delivery_due (mailing, seq, due_at, since, attempt, package, why)"
        " values (%s, 1, now() - make_interval(secs => %s), now() - interval '1 h', %s, 1, 'deferred')"
    )
    conn.execute(asked, (mailing, gathers - 2, attempt))
    assert due.pack(conn, mailing) == 0
    conn.execute("delete from delivery_due")
    conn.execute(asked, (mailing, gathers + 0.1, attempt))
    assert due.pack(conn, mailing) == 1


@pytest.mark.parametrize(
    "state", ["starting", "sending", "cancelling", "finishing", "parked", "scheduled", "sent"]
)
def test_a_sequence_goes_on_when_nobody_of_it_sends(conn: Conn, state: str) -> None:
    other, head = some(conn, 2, "queued")
    conn.execute("""update mailing_mailing set plan = '{"kind": "sequence"}'""")
    conn.execute("update mailing_mailing set state = %s where id = %s", (state, other))
    conn.execute(
        "insert into mailing_queue (account_id, mailings, version) values (1, %s, 1)"
        " on conflict (account_id) do update set mailings = excluded.mailings",
        ([head],),
    )
    events = conn.execute(sql("penstock.delivery", "clock")).fetchall()
    assert ((head, "promote") in events) == decisions.promotes([state])
