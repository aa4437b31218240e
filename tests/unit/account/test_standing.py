"""When a key is given up, and when a domain is looked at again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.account.records.answers import State
from penstock.account.standing import CHECKS, HOLDS, Standing, next_check

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BAD = (State.WRONG, State.MISSING, State.SEVERAL)


@given(st.lists(st.tuples(st.sampled_from(State), st.integers(1, 30)), max_size=20))
def test_a_key_is_given_up_only_for_wrong_answers_over_a_day(steps: list[tuple[State, int]]) -> None:
    now, standing, bad = NOW, Standing(None), []
    for state, hours in steps:
        now += timedelta(hours=hours)
        before, standing = standing, standing.after(state, now)
        if state is State.FOUND:
            bad = []
            assert standing == Standing(now)
        elif state is State.UNREACHABLE:
            assert standing == before
        else:
            bad.append(now)
            lost = before.signs and not standing.signs
            assert lost == (before.signs and len(bad) >= CHECKS and bad[-1] - bad[0] >= HOLDS)
            if lost or not standing.signs:
                bad = []
        assert (standing.failing_since is None) == (standing.failures == 0)


@pytest.mark.parametrize(
    ("waiting", "failing", "unanswered", "minutes"),
    [
        (None, False, False, 24 * 60),
        (timedelta(minutes=1), False, False, 3),
        (timedelta(hours=3), False, True, 30),
        (timedelta(days=3), False, False, 360),
        (timedelta(days=30), False, False, 24 * 60),
        (timedelta(days=30), True, False, 60),
        (None, True, False, 60),
        (None, False, True, 10),
    ],
)
def test_the_next_check(waiting: timedelta | None, failing: bool, unanswered: bool, minutes: int) -> None:
    since = NOW - waiting if waiting else None
    due = next_check(NOW, waiting_since=since, failing=failing, unanswered=unanswered)
    assert due - NOW == timedelta(minutes=minutes)
