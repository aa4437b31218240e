"""When what failed is tried again."""

from penstock.notices import schedule


def test_intervals_grow_over_more_than_a_day() -> None:
    waits = [schedule.wait(schedule.WEBHOOK, n, chance=0.5) for n in range(1, 9)]
    assert waits == [*schedule.WEBHOOK, None]
    assert list(schedule.WEBHOOK) == sorted(schedule.WEBHOOK)
    assert 24 * 3600 < sum(schedule.WEBHOOK) < 30 * 3600


def test_jitter_spreads_and_stays_near() -> None:
    assert schedule.wait(schedule.WEBHOOK, 2, chance=0.0) == 270
    assert schedule.wait(schedule.WEBHOOK, 2, chance=1.0) == 330


def test_a_receiver_may_ask_for_later_within_bounds() -> None:
    assert schedule.wait(schedule.WEBHOOK, 1, wish=120, chance=0.5) == 120
    assert schedule.wait(schedule.WEBHOOK, 2, wish=1, chance=0.5) == 300
    assert schedule.wait(schedule.WEBHOOK, 1, wish=1e9, chance=0.5) == schedule.LONGEST_WISH


def test_a_failing_receiver_rests_longer_and_longer() -> None:
    assert [schedule.rest(n) for n in (1, 2, 3, 9, 10, 1000)] == [1, 2, 4, 256, 300, 300]
