"""What an analysis finds: each with its severity, its place and its cure, and the recipients whom it concerns. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

BLOCKER: Final = "blocker"
"""Keeps the mailing from being submitted, approved and launched until it is mended."""
WARNING: Final = "warning"
"""Somebody should look at it; nothing is kept from going."""
NOTE: Final = "note"
"""Good to know."""
SEVERITIES: Final = (BLOCKER, WARNING, NOTE)

CASES: Final = 1_000
"""Recipients of one finding that are kept, the worst; all are counted."""


class Case(NamedTuple):
    """A recipient whom a finding concerns; the larger the weight, the worse it is."""

    weight: int
    contact: int
    detail: str


class Cases:
    """Counts whom a finding concerns, and keeps the worst CASES of them; of equals those that came first."""

    def __init__(self) -> None:
        self.count = 0
        self._worst: list[tuple[int, int, str]] = []

    def add(self, weight: int, contact: int, detail: str) -> None:
        """Count one more. Contacts come by rising number."""
        self.count += 1
        if len(self._worst) < CASES:
            heapq.heappush(self._worst, (weight, -contact, detail))
        elif weight > self._worst[0][0]:
            heapq.heapreplace(self._worst, (weight, -contact, detail))

    def worst(self) -> tuple[Case, ...]:
        """Those that are kept, the worst first."""
        return tuple(Case(w, -contact, detail) for w, contact, detail in sorted(self._worst, reverse=True))


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `code` is for programs; `count` says how many recipients it concerns, None: the message itself."""

    severity: str
    code: str
    place: str
    text: str
    cure: str
    count: int | None = None
    cases: tuple[Case, ...] = field(default=(), repr=False)


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first: by severity, then those that concern the message itself, then by how many they concern."""

    def key(finding: Finding) -> tuple[int, bool, int]:
        return SEVERITIES.index(finding.severity), finding.count is not None, -(finding.count or 0)

    return sorted(findings, key=key)


def people(count: int, total: int) -> str:
    """So many of so many, in words."""
    if count == total:
        return "the only recipient" if total == 1 else f"all {total:,} recipients"
    return f"{count:,} of {total:,} recipients"
