"""`make spec`: runs the tests that carry a behaviour's number and prints every number with its tests.

Exit status 1 when a claimed number has no passing test or a failing one, or when pytest itself could not run.
"""

import sys
from collections import defaultdict

import pytest

from tests.spec.behaviours import claimed, known

_RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
_WORST_LAST = ("passed", "skipped", "failed")


class Outcomes:
    """A pytest plugin that notes how the tests of each number ended."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)  # number → tests, parameters left off
        self.ended: dict[str, str] = {}  # test → the worst outcome over its parameters and phases

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for marker in item.iter_markers("behaviour"):
                for number in marker.args:
                    self.tests[number].add(_test(item.nodeid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            test = _test(report.nodeid)
            self.ended[test] = max(self.ended.get(test, "passed"), report.outcome, key=_WORST_LAST.index)

    def proven(self, number: str) -> bool:
        """Tell whether the number has a passing test and no failing one."""
        ends = [self.ended.get(test, "not run") for test in self.tests[number]]
        return "passed" in ends and "failed" not in ends


def _test(nodeid: str) -> str:
    return nodeid.split("[")[0]


def _show(outcomes: Outcomes, numbers: dict[str, str], claims: set[str]) -> None:
    for number, text in numbers.items():
        print(f"{'claimed' if number in claims else '       '}  {number:6} {text}")
        for test in sorted(outcomes.tests[number]):
            print(f"{'':17}{outcomes.ended.get(test, 'not run'):8} {test}")


def main(arguments: list[str]) -> int:
    """Run the marked tests, print the list, and return the exit status."""
    numbers, claims, outcomes = known(), claimed(), Outcomes()
    status = pytest.main(["-m", "behaviour", "--no-header", *arguments], plugins=[outcomes])
    if status not in _RAN:
        return 1
    _show(outcomes, numbers, claims)
    unproven = [number for number in numbers if number in claims and not outcomes.proven(number)]
    unclaimed = [number for number in numbers if number not in claims and outcomes.proven(number)]
    print(f"\n{len(numbers)} behaviours, {len(claims)} claimed, {len(claims) - len(unproven)} proven.")
    if unclaimed:
        print(f"Proven but not claimed in tests/spec/implemented.txt: {' '.join(unclaimed)}")
    if unproven:
        print(f"Claimed without a passing test: {' '.join(unproven)}", file=sys.stderr)
    return 1 if unproven else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
