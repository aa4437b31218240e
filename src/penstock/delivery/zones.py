"""Where recipients are: the time zone that stands in an attribute of the contact, as far as it is one; of a number, else, the number's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

import psycopg

from penstock.audience import reach
from penstock.audience import whereabouts as of_numbers
from penstock.audience.reach import EMAIL, Reach
from penstock.delivery import chosen
from penstock.platform.database import sql

ATTRIBUTES: Final = ("zone", "timezone", "time_zone")
"""The attributes of a contact that may name a zone; the first that says anything counts."""

_NOT_PLACES: Final = frozenset({"Factory", "localtime", "posixrules"})

_NAMED: Final = ", ".join(f"nullif(btrim(c.attributes ->> '{name}'), '')" for name in ATTRIBUTES)
SAID: Final = f"lower(coalesce({_NAMED}))"
"""What a contact `c` says of its zone, in SQL, as it stands in `known_zone`; null where it says nothing."""
_DIGITS: Final = "left({number}, coalesce((%(zone_digits)s::jsonb ->> c.region)::integer, 10))"
"""The digits of a number that tell its zone, and no more, so that there are few different ones."""

KNOWN: Final = "known_zone (written, name) as materialized (select * from unnest(%(zones_written)s::text[], %(zones)s::text[]))"
"""A common table expression: the IANA names, and how they are looked for."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How to tell the zones of people: `said` is what to look for in KNOWN, in SQL, `given` the parameters of both."""

    said: str
    given: Mapping[str, Any]

    def count(
        self, conn: psycopg.Connection[Any], people: str, given: Mapping[str, Any], fallback: str, country: str | None = None
    ) -> dict[str | None, int]:  # fmt: skip
        """How many of `people` (SQL behind `from`, over a contact `c`) are in which zone; `fallback` is that of the others.

        `country`: what their country is, in SQL, where it matters, too: then in which place (mailing.timeline.place).
        """
        text = sql("penstock.delivery", "count_zones").replace("{known}", KNOWN).replace("{said}", self.said)
        text = text.replace("{country}", f"' ' || {country}" if country else "''").replace("{people}", people)
        rows = conn.execute(text, {**given, **self.given, "fallback": fallback}, prepare=False).fetchall()
        return {zone: int(number) for zone, number in rows}


@cache
def _known() -> tuple[list[str], list[str]]:
    names = sorted(available_timezones() - _NOT_PLACES)
    return [name.lower() for name in names], names


def _saying() -> Whereabouts:
    written, names = _known()
    return Whereabouts(SAID, {"zones_written": written, "zones": names})


SAYING: Final = _saying()
"""By what contacts say alone."""


def whereabouts(
    conn: psycopg.Connection[Any], people: str, given: Mapping[str, Any], reached: Reach
) -> Whereabouts:
    """Return how to tell the zones of `people`: whoever says nothing and is reached by a number is where that is."""
    if reached is EMAIL:
        return SAYING
    digits = _DIGITS.format(number=reached.normal)
    lengths = {"zone_digits": json.dumps(of_numbers.lengths())}
    rows = conn.execute(f"select distinct {digits} from {people}", {**given, **lengths}, prepare=False)
    found = {start: zone for (start,) in rows if (zone := of_numbers.zone_of(start))}
    written, names = _known()
    said = f"lower(coalesce({_NAMED}, {digits}))"
    return Whereabouts(
        said, {**lengths, "zones_written": [*written, *found], "zones": [*names, *found.values()]}
    )


def named(said: str | None) -> str | None:
    """Return the zone (IANA) that somebody says they are in; None where it is none, or nothing is said."""
    return _by_name().get(said.strip().lower()) if said else None


@cache
def _by_name() -> dict[str, str]:
    return dict(zip(*_known(), strict=True))


def of_audience(
    conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any], fallback: str, *, by_country: bool = False
) -> dict[str | None, int]:  # fmt: skip
    """How many of those whom the rule means now, and who get it, are in which zone, or place."""
    rule = chosen.ready(conn, account, rule)
    people, given, reached = chosen.sendable(rule), chosen.parameters(account, rule), reach.of(rule)
    country = reached.domain if by_country else None
    return whereabouts(conn, people, given, reached).count(conn, people, given, fallback, country)
