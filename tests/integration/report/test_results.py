"""What a report says is what the ledger and the events say, and what the breaker judges; also after a partial send."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest

from penstock.delivery import tripping
from penstock.feedback import events
from penstock.feedback.orders import cancelling, taking
from penstock.report import ledger
from penstock.report.progress import progress
from penstock.report.results import Answered, Revenue, results
from tests.browser.desk import Desk


@pytest.fixture
def scene(module_database: str) -> Iterator[tuple[Desk, int]]:
    """A mailing of 12, stopped in the middle; of those it reached some opened, clicked, complained, left and bought."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        desk = Desk(conn, "smtp://127.0.0.1:2525?tls=none")
        mailing = desk.begun(desk.release(desk.draft(to=desk.list(12))))
        desk.send(mailing, accepted=6, bounced=1, in_doubt=1)
        for seq, kind, times in (
            (1, "opened", 3), (2, "opened", 1), (3, "prefetched", 1), (1, "clicked", 2), (4, "scanned", 1), (2, "unsubscribed", 1), (5, "complained", 1),
        ):  # fmt: skip
            for _ in range(times):
                events.record_of_recipient(
                    conn, mailing, seq, kind, link=1 if kind in ("clicked", "scanned") else None
                )
        buyer = f"reader1@{desk.domain}"
        taking.take(conn, desk.account, [
            taking.Order(key, Decimal(amount), currency, address=buyer)
            for key, amount, currency in (("1", "20", "EUR"), ("2", "0.5", "EUR"), ("3", "7", "JPY"))
        ])  # fmt: skip
        yield desk, mailing


def test_a_report_agrees_with_ledger_events_and_breaker(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    [found] = results(desk.conn, desk.account, [mailing])
    assert (found.reached, found.not_reached) == (6, {"waiting": 4, "bounced": 1, "in_doubt": 1})
    states = ledger.count_states(desk.conn, mailing)
    assert (
        found.reached + sum(found.not_reached.values()) == sum(states.values()) == found.progress.recipients
    )
    assert found.not_reached == {
        state: n for state, n in states.items() if n and state not in ("accepted", "delivered")
    }
    assert {kind: each for kind, each in found.answers.items() if each.people} == {
        "opened": Answered(2, 4), "prefetched": Answered(1, 1), "clicked": Answered(1, 2), "scanned": Answered(1, 1),
        "unsubscribed": Answered(1, 1), "complained": Answered(1, 1), "converted": Answered(1, 3),
    }  # fmt: skip
    rows = desk.conn.execute(
        "select kind, count(distinct contact) from feedback_event where mailing = %s group by kind",
        (mailing,),
    ).fetchall()
    assert dict(rows) == {kind: each.people for kind, each in found.answers.items() if each.people}
    assert found.counted == tripping.figures(desk.conn, mailing)[0]
    assert (found.counted.settled, found.counted.bounced, found.counted.complained) == (8, 1, 1)
    assert (found.buyers, found.revenue) == (
        1,
        [Revenue("EUR", 2, Decimal("20.50"), 0), Revenue("JPY", 1, Decimal(7), 0)],
    )
    rates = {each.name: (each.part, each.whole, each.of, each.percent) for each in found.rates}
    assert rates == {
        "reached": (6, 12, "recipients", 50.0), "bounced": (1, 8, "settled", 12.5), "complained": (1, 8, "settled", 12.5),
        "opened": (2, 6, "reached", 33.33), "clicked": (1, 6, "reached", 16.66), "clicked_of_opened": (1, 2, "opened", 50.0),
        "unsubscribed": (1, 6, "reached", 16.66), "ordered": (1, 6, "reached", 16.66),
    }  # fmt: skip


def test_it_stays_true_when_the_rest_is_cancelled_sent_or_corrected(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    cancelling.cancel(desk.conn, desk.account, ["3"])
    desk.give(mailing, "cancel", reason="A wrong price.")
    desk.settle(mailing)
    [found] = results(desk.conn, desk.account, [mailing])
    assert (found.reached, found.not_reached) == (6, {"bounced": 1, "in_doubt": 1, "cancelled": 4})
    assert found.revenue == [Revenue("EUR", 2, Decimal("20.50"), 0), Revenue("JPY", 0, Decimal(0), 1)]
    assert found.counted == tripping.figures(desk.conn, mailing)[0]
    desk.give(mailing, "send_rest", plan={"kind": "now"}, confirm=True)
    desk.begun(mailing)
    desk.send(mailing, accepted=3)
    [found] = results(desk.conn, desk.account, [mailing])
    assert (found.reached, found.not_reached) == (9, {"bounced": 1, "in_doubt": 1, "waiting": 1})
    assert replace(found.progress, rate=0) == replace(progress(desk.conn, mailing), rate=0)
    assert found.rate("opened").whole == 9
    assert found.counted == tripping.figures(desk.conn, mailing)[0]
    desk.give(mailing, "cancel", reason="A wrong price again.")
    made = desk.give(desk.settle(mailing), "fix_rest").made
    assert made
    corrected, found = results(desk.conn, desk.account, [made, mailing])
    assert (corrected.fixes, corrected.reached, corrected.rate("opened").percent) == (mailing, 0, None)
    assert (found.reached, found.not_reached) == (9, {"bounced": 1, "in_doubt": 1, "cancelled": 1})


def test_another_accounts_mailing_has_no_result(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    assert results(other.conn, other.account, [mailing]) == []
    assert [each.id for each in results(desk.conn, desk.account, [mailing, 999_999, mailing])] == [mailing]
