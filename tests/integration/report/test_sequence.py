"""Each waiting mailing of the sequence has an expected start, from measured speed."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from penstock.delivery import freeze
from penstock.report.sequence import expected_starts
from tests.integration.delivery.stage import add_contacts, command, draft, launch, policy

Conn = psycopg.Connection[Any]


def queued(conn: Conn, count: int, **options: Any) -> int:
    mailing = draft(conn, add_contacts(conn, f"list of {count}", count), **options)
    command(conn, mailing, "submit", plan={"kind": "sequence"}, confirm=True)
    command(conn, mailing, "approve")
    return mailing


def sent_at(conn: Conn, rate: int) -> None:
    """A mailing was sent before, at so many a second."""
    mailing = launch(conn, draft(conn, add_contacts(conn, "before", 100)))
    freeze.prepare(conn, mailing)
    conn.execute(
        "update delivery_package set state = 'done', cursor = size, accepted = size, closed_at = now() - interval '1 h',"
        " begun_at = now() - interval '1 h' - make_interval(secs => size::float / %s) where mailing = %s",
        (rate, mailing),
    )


def seconds(conn: Conn) -> list[float | None]:
    """From now until each start, rounded to tenths."""
    found = expected_starts(conn, 1)
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row
    return [None if at is None else round((at - row[0]) / timedelta(seconds=1), 1) for at in found.values()]


@pytest.mark.behaviour("S2.29")
def test_from_the_speed_of_the_last_one_in_their_order(conn: Conn) -> None:
    sent_at(conn, 10)
    first, second, third = queued(conn, 20), queued(conn, 50), queued(conn, 5)
    assert list(expected_starts(conn, 1)) == [first, second, third]
    assert seconds(conn) == [pytest.approx(0, abs=0.2), pytest.approx(2, abs=0.2), pytest.approx(7, abs=0.2)]
    command(conn, third, "move", position=1)
    assert list(expected_starts(conn, 1)) == [third, first, second]
    assert seconds(conn)[1] == pytest.approx(0.5, abs=0.2)


def test_one_with_a_rate_takes_as_long_as_that(conn: Conn) -> None:
    sent_at(conn, 10)
    queued(conn, 20, rate=2)
    queued(conn, 5)
    assert seconds(conn)[1] == pytest.approx(10, abs=0.2)


def test_behind_the_one_that_is_handing_off(conn: Conn) -> None:
    sent_at(conn, 10)
    head, _ = queued(conn, 30), queued(conn, 5)
    command(conn, head, "send_now", confirm=True)
    conn.execute("""update mailing_mailing set plan = '{"kind": "sequence"}' where id = %s""", (head,))
    freeze.prepare(conn, head)
    assert seconds(conn) == [pytest.approx(3, abs=0.2)]
    policy(conn, paused_head="block")
    command(conn, head, "pause")
    assert seconds(conn) == [None]
    policy(conn, paused_head="yield")
    assert seconds(conn) == [pytest.approx(0, abs=0.2)]


def test_before_anything_was_measured_only_the_head_knows(conn: Conn) -> None:
    queued(conn, 20)
    queued(conn, 20)
    assert seconds(conn) == [pytest.approx(0, abs=0.2), None]
    assert expected_starts(conn, 2) == {}
