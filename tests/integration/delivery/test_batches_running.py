"""Batches and a pause with senders at work: each at its time, nobody twice."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.mailing import control
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


def test_more_batches_than_there_may_be_are_refused_before_anybody_approves(
    conn: psycopg.Connection[Any],
) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "many", 10_003))
    plan = {"kind": "now", "batches": {"size": 1}, "interval": "1m"}
    with pytest.raises(
        control.Refused, match="10,003 recipients in batches of 1 are more than 10,000"
    ) as refused:
        stage.command(conn, mailing, "submit", plan=plan, confirm=True)
    assert refused.value.code == "too_many_batches"
    conn.execute(  # three of them are none that it would go to
        "insert into audience_suppression (account_id, normal, reason, origin)"
        " select 1, 'reader' || n || '@example.net', 'manual', 'test' from generate_series(1, 3) n"
    )
    stage.command(conn, mailing, "submit", plan=plan, confirm=True)
    conn.execute("update mailing_mailing set approved_size = 20001 where id = %s", (mailing,))
    with pytest.raises(control.Refused, match="make the batches larger"):
        stage.command(conn, mailing, "edit_plan", plan={**plan, "batches": {"size": 2}})
