"""What recipients' data does to a message of any channel: it cannot be made for some, and comes out with gaps for others. Pure."""

from __future__ import annotations

from typing import Final

from penstock.preflight.analyst.findings import BLOCKER, WARNING, Cases, Finding, people

BROKEN_SHARE: Final = 0.01
"""From this share of recipients for whom no message can be made the mailing is held back: somebody is wrong about the data."""
DETAIL: Final = 500
"""Characters that are kept of what went wrong for one recipient."""


class Failures:
    """Recipients for whom no message can be made, by the place of the message."""

    def __init__(self) -> None:
        self._broken: dict[str, Cases] = {}

    @property
    def count(self) -> int:
        return sum(cases.count for cases in self._broken.values())

    def add(self, place: str, contact: int, what: str, weight: int = 1) -> None:
        self._broken.setdefault(place, Cases()).add(weight, contact, what[:DETAIL])

    def findings(self, seen: int) -> list[Finding]:
        """What there is to say of them, of `seen` recipients in all."""
        grave = self.count >= BROKEN_SHARE * seen
        cure = "Correct the template, or what these contacts have in their attributes; " + (
            f"from {BROKEN_SHARE:.0%} of the recipients on, the mailing is held back."
            if grave
            else "they are skipped, all others get their message."
        )
        return [
            Finding(
                BLOCKER if grave else WARNING, "template_error", where,
                f"no message can be made for {people(cases.count, seen)}: {cause(cases)}",
                cure, cases.count, cases.worst(),
            )
            for where, cases in self._broken.items()
        ]  # fmt: skip


class Blanks:
    """Attributes that come out empty, with the recipients and the places."""

    def __init__(self) -> None:
        self._blank: dict[str, tuple[Cases, set[str]]] = {}

    def add(self, contact: int, empty: list[tuple[str, str]]) -> None:
        """Note what is empty for a recipient: (attribute, place) of each."""
        names = list(dict.fromkeys(name for name, _ in empty))
        told = ", ".join(names)
        for name, place in empty:
            self._blank.setdefault(name, (Cases(), set()))[1].add(place)
        for name in names:
            self._blank[name][0].add(len(names), contact, told)

    def findings(self, seen: int) -> list[Finding]:
        """What there is to say of them, of `seen` recipients in all."""
        return [
            Finding(
                WARNING, "variable_empty", ", ".join(sorted(places)),
                f"{{{{ {name} }}}} is empty for {people(cases.count, seen)}",
                f"Fill the attribute in, or give a default: {{{{ {name} | default: '…' }}}}.",
                cases.count, cases.worst(),
            )
            for name, (cases, places) in self._blank.items()
        ]  # fmt: skip


def cause(cases: Cases) -> str:
    """What the first of them was told, without the values, which are that recipient's own."""
    return cases.worst()[0].detail.partition(" (with ")[0]
