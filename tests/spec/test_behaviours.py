"""The list of behaviours, what is claimed of it, and how `make spec` judges."""

from types import SimpleNamespace

import pytest

from tests.spec.__main__ import Outcomes
from tests.spec.behaviours import claimed, known, unknown_markers


def test_every_numbered_line_is_read() -> None:
    numbers = list(known())
    assert numbers[0] == "S1.1"
    assert numbers[-1] == "B17"
    assert "S5.20" in numbers
    assert len(numbers) == 141


def test_only_listed_numbers_are_claimed() -> None:
    assert claimed() <= known().keys()


def test_a_marker_with_an_unknown_number_or_none_is_an_error() -> None:
    assert unknown_markers({"a": ["S1.1"], "b": ["S9.9"], "c": []}) == [
        "b: behaviour('S9.9') is not listed in tests/spec/behaviours.md",
        "c: behaviour() needs a number of tests/spec/behaviours.md",
    ]


def _ended(outcomes: Outcomes, test: str, outcome: str, when: str = "call") -> None:
    outcomes.pytest_runtest_logreport(SimpleNamespace(nodeid=test, outcome=outcome, when=when))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcomes_of_tests", "proven"),
    [
        pytest.param([], False, id="no test"),
        pytest.param([("t", "passed")], True, id="one passes"),
        pytest.param([("t", "skipped")], False, id="only skipped"),
        pytest.param([("t[1]", "passed"), ("t[2]", "failed")], False, id="fails for one parameter"),
        pytest.param([("t", "passed"), ("u", "skipped")], True, id="one passes, another is skipped"),
        pytest.param([("t", "passed"), ("u", "failed")], False, id="one passes, another fails"),
    ],
)
def test_a_number_is_proven_by_a_passing_test_and_no_failing_one(
    outcomes_of_tests: list[tuple[str, str]], proven: bool
) -> None:
    outcomes = Outcomes()
    for test, outcome in outcomes_of_tests:
        outcomes.tests["S1.1"].add(test.split("[")[0])
        _ended(outcomes, test, outcome)
    assert outcomes.proven("S1.1") is proven


def test_a_failure_in_a_fixture_counts_as_a_failure() -> None:
    outcomes = Outcomes()
    outcomes.tests["S1.1"].add("t")
    _ended(outcomes, "t", "passed")
    _ended(outcomes, "t", "failed", when="teardown")
    assert not outcomes.proven("S1.1")
