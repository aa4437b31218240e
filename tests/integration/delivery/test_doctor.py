"""`penstock doctor` recounts the ledger: a row that is gone, or a counter that was changed, shows."""

from collections.abc import Callable
from typing import Any

import psycopg

from penstock.delivery import doctor
from tests.integration.delivery.conftest import Sink
from tests.integration.delivery.stage import becomes, begin, senders

Conn = psycopg.Connection[Any]


def test_an_outcome_that_was_deleted_is_found(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    sink = a_sink()
    with senders():
        first, second = begin(conn, 3, sink.url()), begin(conn, 3, sink.url())
        becomes(conn, first, "sent")
        becomes(conn, second, "sent")
    found = doctor.check_ledger(conn)
    assert (found.level, found.what) == (
        "ok",
        "The ledgers of the newest 2 mailings add up: 6 recipients recounted.",
    )
    conn.execute("delete from delivery_outcome where mailing = %s and seq = 1", (first,))
    found = doctor.check_ledger(conn)
    assert found.level == "fail"
    assert f"mailing {first}: package 1" in found.what
    assert f"mailing {second}" not in found.what
    assert found.cure


def test_a_changed_counter_is_found(conn: Conn, a_sink: Callable[..., Sink]) -> None:
    with senders():
        mailing = begin(conn, 3, a_sink().url())
        becomes(conn, mailing, "sent")
    conn.execute(
        "update delivery_package set accepted = 2, bounced = 1 where mailing = %s and accepted = 3",
        (mailing,),
    )
    assert doctor.check_ledger(conn).level == "fail"
