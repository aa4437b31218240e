"""The controllable clock of the tests: times go back, which is the clock gone forward."""

from typing import Any

import psycopg

from penstock.delivery import clock
from tests.integration.delivery import stage


def test_what_is_planned_comes_nearer(conn: psycopg.Connection[Any]) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 3))
    stage.policy(conn, approvals_required=0)
    stage.command(conn, mailing, "submit", plan={"kind": "at", "at": "2099-12-01T09:00"}, confirm=True)
    clock.strike(conn)
    assert stage.state(conn, mailing) == "scheduled"

    stage.travel(conn, hours=100 * 366 * 24)
    clock.strike(conn)

    assert stage.state(conn, mailing) == "starting"
