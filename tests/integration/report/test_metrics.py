"""What Prometheus is shown agrees with the figures that people are shown."""

from collections.abc import Callable
from typing import Any

import psycopg

from penstock.report import metrics
from penstock.report.progress import progress
from tests.integration.delivery.conftest import a_catcher
from tests.integration.delivery.stage import becomes, begin, command, eventually, senders

__all__ = ["a_catcher"]


def shown(conn: psycopg.Connection[Any]) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in metrics.collect(conn)
        for sample in family.samples
    }


def test_recipients_and_results_are_those_of_the_ledger(
    conn: psycopg.Connection, a_catcher: Callable[..., Any]
) -> None:
    server = a_catcher(
        refuse={"reader1@*": "550 5.1.1 no", "reader2@*": "550 5.1.1 no"},
        defer_matching={"reader3@*": "451 later"},
    )
    with senders():
        mailing = begin(conn, 40, server.url())
        becomes(conn, mailing, "finishing")
        eventually(lambda: progress(conn, mailing).deferred == 1)
        alive = shown(conn)
    command(conn, mailing, "pause")
    found, figures = shown(conn), progress(conn, mailing)
    assert alive["penstock_senders",] == 1
    states = ("waiting", "in_flight", "accepted", "delivered", "deferred", "bounced", "in_doubt", "skipped")
    assert {state: found["penstock_recipients", state] for state in states} == {
        state: getattr(figures, state) for state in states
    }
    assert (figures.accepted, figures.bounced, figures.deferred) == (37, 2, 1)
    assert found["penstock_outcomes_total",] == 40
    assert [found["penstock_outcomes", state] for state in ("accepted", "bounced", "deferred")] == [37, 2, 1]
    command(conn, mailing, "cancel", reason="enough", confirm=True)
    ended = shown(conn)
    assert sum(ended["penstock_recipients", state] for state in states) == 0, "nothing is under way"
    assert ended["penstock_outcomes_total",] == 40
