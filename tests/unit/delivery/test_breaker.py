"""The breaker's judgement: percentages of a sample that is large enough, and of a canary whatever its size."""

import pytest

from penstock.delivery.breaker import LEAST, Counted, Limits, judge, judge_canary

USUAL = Limits(bounces=5, complaints=0.1)


@pytest.mark.parametrize(
    ("counted", "code"),
    [
        (Counted(499, bounced=499), None),  # too few to say
        (Counted(LEAST, bounced=25), None),  # just the limit
        (Counted(LEAST, bounced=26), "bounces"),
        (Counted(1_000_000, bounced=50_001), "bounces"),
        (Counted(1000, complained=1), None),
        (Counted(1000, complained=2), "complaints"),
        (Counted(10_000, bounced=501, complained=11), "bounces"),  # the first that is too much
        (Counted(499, unmade=27), "technical"),
        (Counted(0, unmade=500), "technical"),
        (Counted(0, unmade=499), None),
        (Counted(10_000, unmade=500), None),
    ],
)
def test_a_mailing_on_its_way_is_judged_by_share_from_a_sample_on(counted: Counted, code: str | None) -> None:
    trip = judge(counted, USUAL)
    assert (trip and trip.code) == code


@pytest.mark.parametrize(
    ("counted", "code"),
    [
        (Counted(1), None),
        (Counted(1, bounced=1), "bounces"),
        (Counted(100, bounced=5), None),
        (Counted(100, bounced=6), "bounces"),
        (Counted(100, complained=1), "complaints"),
        (Counted(50, deferred=50), None),
        (Counted(49, deferred=51), "technical"),
        (Counted(0), None),  # everybody of it was skipped meanwhile
        (Counted(95, unmade=5), None),
        (Counted(94, unmade=6), "technical"),
        (Counted(0, unmade=1), "technical"),
    ],
)
def test_a_canary_is_a_sample_of_its_own(counted: Counted, code: str | None) -> None:
    trip = judge_canary(counted, USUAL)
    assert (trip and trip.code) == code


def test_a_limit_of_100_percent_never_trips() -> None:
    assert judge(Counted(LEAST, bounced=LEAST, complained=LEAST), Limits(100, 100)) is None


def test_what_it_says_has_the_figures_and_the_limit() -> None:
    trip = judge(Counted(1000, bounced=70), USUAL, since=" since it was resumed")
    assert trip is not None
    assert trip.text == "70 of 1,000 settled recipients bounced since it was resumed: 7.0 %, more than 5 %."
    trip = judge(Counted(2000, complained=3), USUAL)
    assert trip is not None
    assert trip.text == "3 of 2,000 settled recipients complained: 0.15 %, more than 0.1 %."
