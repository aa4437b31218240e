"""What limits a mailing: the meters that its messages pass, and the numbers of connections. Pure.

A meter grants slots of time (delivery_grant); whoever shares it, in whatever process, shares its rate. Destination domains with limits
are set apart: they have packages of their own, and their meters are asked when recipients of theirs are claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

GRAIN: Final = 0.05
"""Seconds of work that one grant is for."""


@dataclass(frozen=True, slots=True, order=True)
class Meter:
    """Something with a rate: messages a second, of SMS parts, over all senders. `scope` and `key` name its row in delivery_meter."""

    scope: str
    key: str
    rate: float


@dataclass(frozen=True, slots=True, order=True)
class Count:
    """Something with a number of connections, over all senders; of a domain: of messages on the wire."""

    scope: str
    key: str
    limit: int

    @property
    def name(self) -> str:
        """By which its numbered locks are known."""
        return f"{self.scope}:{self.key}"


@dataclass(frozen=True)
class Apart:
    """The limits of one destination domain."""

    meters: tuple[Meter, ...] = ()
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Everything that limits one mailing; without limits nothing is asked of anybody."""

    meters: tuple[Meter, ...] = ()
    counts: tuple[Count, ...] = ()
    domains: Mapping[str, Apart] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """The messages (of SMS: parts) a second that it cannot exceed; None: no limit."""
        return min((meter.rate for meter in self.meters), default=None)


NONE: Final = Limits()


def limits_of(rows: Iterable[Mapping[str, Any]] | None) -> Limits:
    """Return the limits that rows of delivery_limits say: scope, key, domain, rate, connections."""
    told = list(rows or ())
    if not told:
        return NONE
    named = sorted({row["domain"] for row in told if row["domain"]})
    return Limits(
        _meters(told, None), _counts(told, None),
        {domain: Apart(_meters(told, domain), _counts(told, domain)) for domain in named},
    )  # fmt: skip


def slots(meters: Sequence[Meter]) -> int:
    """How many messages one grant of these meters is for: about GRAIN seconds of the slowest one's, one at least."""
    return max(1, int(min(meter.rate for meter in meters) * GRAIN))


def _meters(rows: Iterable[Mapping[str, Any]], domain: str | None) -> tuple[Meter, ...]:
    # In one order everywhere, so that two who ask for the same ones cannot wait for each other.
    return tuple(
        sorted(
            Meter(row["scope"], row["key"], row["rate"])
            for row in rows
            if row["rate"] and row["domain"] == domain
        )
    )


def _counts(rows: Iterable[Mapping[str, Any]], domain: str | None) -> tuple[Count, ...]:
    return tuple(
        sorted(
            Count(row["scope"], row["key"].partition("@")[0], row["connections"])  # the same at another rate
            for row in rows
            if row["connections"] and row["domain"] == domain
        )
    )
