"""What a lane has in hand: bounded by work, by the micro-batch, and by what its connections need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.delivery.window import WINDOW, WORK, step, window

RATES = st.floats(0, 100_000)
CONNECTIONS = st.integers(1, 200)


@pytest.mark.parametrize(
    ("rate", "limit", "connections", "expected"),
    [
        (0, None, 10, 20),  # nothing is measured yet: one on each wire, one behind it
        (16_000, None, 10, 1000),  # fast: a micro-batch
        (500, None, 10, 100),  # 0.2 s of work
        (500, 50, 10, 10),  # no more than the limit allows in 0.2 s
        (0, 1, 10, 1),  # one at a time
    ],
)
def test_a_window_is_two_tenths_of_a_second(
    rate: float, limit: float | None, connections: int, expected: int
) -> None:
    assert window(rate, limit, connections) == expected


@given(RATES, st.none() | st.floats(0.001, 10_000), CONNECTIONS)
def test_a_window_and_its_step_have_bounds(rate: float, limit: float | None, connections: int) -> None:
    allowed = window(rate, limit, connections)
    assert 1 <= allowed <= WINDOW
    assert allowed <= max(2 * connections, rate * WORK)
    assert 1 <= step(rate, allowed, connections) <= max(1, allowed // 2)
