"""What a mailing needs of credits against what is there, and in which words that is said."""

from datetime import UTC, datetime

import pytest

from penstock.mailing.guards.credit import Credits, Planned, credits_enough, runs_short
from penstock.mailing.guards.known import Facts
from penstock.mailing.states import State

MONDAY, TUESDAY, FRIDAY = (datetime(2030, 6, day, 9, tzinfo=UTC) for day in (3, 4, 7))
OTHERS = (Planned(None, 10), Planned(MONDAY, 100), Planned(FRIDAY, 1000))


@pytest.mark.parametrize(
    ("found", "enough"),
    [
        (None, True),
        (Credits(5, None, at_most=9), True),  # how many it is nobody knows: the start will
        (Credits(5, 5), True),
        (Credits(5, 6), False),
        (Credits(0, 0, exact=True), True),
    ],
)
def test_a_start_takes_a_credit_for_everybody(found: Credits | None, enough: bool) -> None:
    assert (credits_enough(Facts(State.SCHEDULED, credits=found), {}) is None) is enough


def test_a_refusal_says_how_many_are_lacking() -> None:
    refusal = credits_enough(Facts(State.PARKED, credits=Credits(9_000, 12_480)), {})
    assert refusal
    assert refusal.code == "credits"
    assert refusal.text == (
        "It needs 12,480 credits (as its recipients were counted last), and 9,000 are left."
        " Top up 3,480 or more (credits), then let it go on."
    )


@pytest.mark.parametrize(
    ("start", "now", "before"),
    [(TUESDAY, False, 110), (None, False, 1110), (FRIDAY, False, 1110), (None, True, 10)],
)
def test_a_warning_takes_off_what_goes_before(start: datetime | None, now: bool, before: int) -> None:
    told = runs_short(Credits(before, 1, planned=OTHERS), start, now=now)
    assert told
    assert f"of which mailings that go before it take {before:,}. Top up 1 or more" in told
    assert runs_short(Credits(before + 1, 1, planned=OTHERS), start, now=now) is None


def test_where_nobody_has_counted_it_is_said_how_many_there_can_be() -> None:
    assert "it needs up to 7 credits, and 1 is left" in (
        runs_short(Credits(1, None, at_most=7), None, now=True) or ""
    )
    assert runs_short(Credits(0, None), None, now=True) is None
