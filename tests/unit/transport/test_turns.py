"""Each takes its part, whoever asks how often."""

from hypothesis import given
from hypothesis import strategies as st

from penstock.transport.turns import Turns

WEIGHTS = st.lists(st.integers(1, 20), min_size=1, max_size=5)


@given(WEIGHTS, st.integers(1, 100), st.randoms(use_true_random=False))
def test_the_parts_are_those_of_the_weights(weights: list[int], room: int, chance) -> None:
    turns, taken = Turns(weights, room), [0] * len(weights)
    for _ in range(600):
        takers = [taker for taker in range(len(weights)) if turns.may(taker)]
        assert takers, "nobody may take"
        taker = chance.choice(takers)
        turns.took(taker)
        taken[taker] += 1
    bound = turns.slack + 1
    parts = [number / weight for number, weight in zip(taken, weights, strict=True)]
    assert max(parts) - min(parts) <= bound


@given(WEIGHTS.filter(lambda found: len(found) > 1))
def test_nobody_waits_for_one_that_left_and_it_makes_up_for_nothing(weights: list[int]) -> None:
    turns = Turns(weights, 4)
    turns.leave(0)
    others = range(1, len(weights))
    for _ in range(200):
        taker = next(taker for taker in others if turns.may(taker))
        turns.took(taker)
    turns.join(0)
    in_a_row = 0
    while turns.may(0) and in_a_row < 1000:
        turns.took(0)
        in_a_row += 1
    assert in_a_row <= weights[0] * (turns.slack + 1) + 1


def test_who_is_waited_for_is_named() -> None:
    turns = Turns([1, 1], 2)
    while turns.may(0):
        turns.took(0)
    assert turns.behind(0) == [1]
    turns.leave(1)
    assert turns.may(0)


def test_what_came_back_was_not_taken() -> None:
    turns = Turns([1, 1], 2)
    while turns.may(0):
        turns.took(0)
    turns.gave_back(0)
    assert turns.may(0)
