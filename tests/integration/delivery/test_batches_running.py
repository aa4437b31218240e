"""Batches and a pause with senders at work: each at its time, nobody twice."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.integration.delivery import stage
from tests.integration.delivery.conftest import Sink


@pytest.mark.behaviour("S3.26")
def test_senders_wake_for_each_batch(conn: psycopg.Connection[Any], a_sink: Callable[..., Sink]) -> None:
    stage.policy(conn, approvals_required=0)
    sink = a_sink()
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 9), sink.url(2))
    plan = {"kind": "now", "batches": {"size": 3}, "interval": "2s"}
    with stage.senders(2):
        stage.command(conn, mailing, "submit", plan=plan, confirm=True)
        stage.eventually(lambda: len(sink.arrived()) >= 3, 60)
        stage.command(conn, mailing, "pause")
        stage.add_contacts(conn, "readers", 1, first=10)
        stage.command(conn, mailing, "resume")
        stage.becomes(conn, mailing, "sent", seconds=60)
    begun = conn.execute(
        "select slot, extract(epoch from min(begun_at) - min(release_at)) from delivery_package where mailing = %s"
        " and slot is not null group by slot order by slot",
        (mailing,),
    ).fetchall()
    assert [slot for slot, _ in begun] == [1, 2, 3, 4]
    assert all(late >= 0 for _, late in begun)
    assert sorted(sink.arrived()) == sorted(stage.address(n) for n in range(1, 11))
    assert stage.sound(conn, mailing) == {"accepted": 10}
