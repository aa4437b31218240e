"""Reads the numbered behaviours and the numbers that are claimed."""

import re
from pathlib import Path

_HERE = Path(__file__).parent
_NUMBERED = re.compile(r"^- ((?:S\d+\.|B)\d+) (.+)$", re.MULTILINE)


def known() -> dict[str, str]:
    """Return each behaviour's number and text, in the order of the list."""
    text = (_HERE / "behaviours.md").read_text(encoding="utf-8")
    return {number: line.replace("**", "") for number, line in _NUMBERED.findall(text)}


def claimed() -> set[str]:
    """Return the numbers of implemented.txt; raises ValueError for one that behaviours.md does not have."""
    lines = (_HERE / "implemented.txt").read_text(encoding="utf-8").splitlines()
    numbers = {word for line in lines for word in line.split("#")[0].split()}
    if unknown := sorted(numbers - known().keys()):
        raise ValueError(f"implemented.txt claims {', '.join(unknown)}, which behaviours.md does not list")
    return numbers


def unknown_markers(marked: dict[str, list[str]]) -> list[str]:
    """Return one complaint per test whose marker is wrong; `marked` maps a test to the numbers it names."""
    numbers = known()
    complaints = []
    for test, named in marked.items():
        if not named:
            complaints.append(f"{test}: behaviour() needs a number of tests/spec/behaviours.md")
        complaints += [
            f"{test}: behaviour({number!r}) is not listed in tests/spec/behaviours.md"
            for number in named
            if number not in numbers
        ]
    return complaints
