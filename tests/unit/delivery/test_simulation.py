"""The simulation of a cluster: where the answer can be reckoned by hand it is that, and nobody gets lost in it."""

from typing import Any

import pytest

from bench.simulation import report
from bench.simulation.engine import NOTED, SHARED, Engine
from bench.simulation.load import COSTS, Load, turns
from bench.simulation.running import Running
from bench.simulation.scenario import HOUR, Answers, Scenario, Wanted, drawn
from penstock.delivery.yielding import STINT

FINE = Answers(deferred=0, bounced=0)


def run(*wanted: Wanted, workers: int = 2, answers: Answers = FINE, **more: Any) -> list[Running]:
    engine = Engine(Scenario(list(wanted), workers, 500.0, answers=answers, **more))
    engine.run()
    return engine.mailings


def mailing(number: int, recipients: int, start: float = 0.0, style: str = "at once", **more: Any) -> Wanted:
    return Wanted(number, style, 1, recipients, start, **{"plan": {"kind": "now"}, **more})


def test_a_plain_mailing_takes_what_its_workers_need() -> None:
    (only,) = run(mailing(1, 100_000), workers=4)
    frozen = 100_000 * COSTS.frozen_cpu
    assert only.handed_off_at == pytest.approx(frozen + 100_000 / 2000, abs=5000 / 500 + 2 * SHARED)
    assert (only.state, only.accepted, only.packages) == (
        "sent",
        100_000,
        21,
    )  # three domains, cut on their own


def test_a_limit_holds_whoever_sends_and_a_pause_stands_still() -> None:
    (only,) = run(mailing(1, 36_000, rate=10.0, pause=(600.0, 1200.0)), workers=4)
    assert only.handed_off_at is not None
    assert only.handed_off_at == pytest.approx(3600 + 600, abs=30)


def test_what_a_mailing_cannot_use_of_a_shared_meter_goes_to_the_others() -> None:
    slow, fast = run(mailing(1, 3600, rate=1.0), mailing(2, 99_000), account_rates={1: 100.0})
    assert slow.handed_off_at == pytest.approx(3600, abs=60)
    assert fast.handed_off_at == pytest.approx(1000, abs=30)


def test_batches_go_at_their_times_and_zones_at_theirs() -> None:
    plan = {"kind": "now", "batches": {"number": 5}, "interval": "1h"}
    local = {"kind": "at", "at": "2026-12-02T09:00", "zone": "Europe/Berlin", "local": True}
    spread, zoned = run(mailing(1, 50_000, plan=plan), mailing(2, 50_000, plan=local))
    assert spread.handed_off_at == pytest.approx(4 * HOUR, abs=60)
    assert zoned.first_at == pytest.approx(24 * HOUR + 9 * HOUR - 14 * HOUR, abs=60)  # Kiritimati is first
    assert zoned.handed_off_at == pytest.approx(
        24 * HOUR + 9 * HOUR + 12 * HOUR, abs=60
    )  # and the date line last


def test_a_sequence_goes_one_after_the_other() -> None:
    plan = {"kind": "sequence"}
    first, second = run(mailing(1, 20_000, plan=plan), mailing(2, 20_000, start=1.0, plan=plan))
    assert first.handed_off_at is not None
    assert second.first_at is not None
    assert second.first_at >= first.handed_off_at


def test_the_deferred_are_tried_until_their_window_is_over() -> None:
    (only,) = run(mailing(1, 10_000), answers=Answers(deferred=0.1, bounced=0.01, again=(1.0,)))
    assert only.settled_at is not None
    assert only.settled_at == pytest.approx(48 * HOUR, rel=0.02)
    assert only.bounced == pytest.approx(10_000 * 0.109, rel=0.02)
    assert only.settled == 10_000


def test_a_killed_worker_leaves_doubts_and_the_others_go_on() -> None:
    (only,) = run(mailing(1, 100_000), deaths=[(30.0, 0, HOUR)], workers=3)
    assert only.state == "sent"
    assert 0 < only.in_doubt <= 3 * 100  # 0.2 s of work of each of its streams
    assert only.settled == 100_000


def test_slow_mailings_make_room_for_others() -> None:
    slow = [mailing(number, 300, rate=1.0) for number in range(1, 22)]
    began = [each.first_at for each in run(*slow, workers=1)]
    assert max(filter(None, began)) <= 3 * STINT
    assert None not in began


def test_a_drawn_day_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine(drawn(50_000, 16, 4, accounts=4, per_worker=100.0))
    engine.run()
    totals = report.tables(engine, 0.0)["totals"]
    assert totals["recipients"] == totals["accepted"] + totals["bounced"] + totals["in doubt"] == 50_000
    assert totals["unsettled"] == 0
    assert {each.state for each in engine.mailings} == {"sent"}
    assert "When what finishes" in capsys.readouterr().out


def test_load_is_what_flows() -> None:
    load = Load(1, 10)
    load.flow(0, 30.0, 210.0, 2.0, 0.0, 0.0, 0.0)
    assert load.sums(0, "transactions")[:5] == [60, 120, 120, 60, 0]
    assert turns(1000, None, 10) == pytest.approx(1000 / 60)  # seventeen a second, on a slow way
    assert turns(5, None, 10) == 5.0  # a lane records every tenth of a second what it has
    assert NOTED > 10 * SHARED
