"""Where recipients are: the time zone that stands in an attribute of the contact, as far as it is one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

import psycopg

from penstock.delivery import chosen
from penstock.platform.database import sql

ATTRIBUTES: Final = ("zone", "timezone", "time_zone")
"""The attributes of a contact that may name a zone; the first that says anything counts."""

_NOT_PLACES: Final = frozenset({"Factory", "localtime", "posixrules"})

SAID: Final = "lower(coalesce({}))".format(
    ", ".join(f"nullif(btrim(c.attributes ->> '{name}'), '')" for name in ATTRIBUTES)
)
"""What a contact `c` says of its zone, in SQL, as it stands in `known_zone`; null where it says nothing."""

KNOWN: Final = "known_zone (written, name) as materialized (select * from unnest(%(zones_written)s::text[], %(zones)s::text[]))"
"""A common table expression: the IANA names, and how they are looked for."""


@cache
def _known() -> tuple[list[str], list[str]]:
    names = sorted(available_timezones() - _NOT_PLACES)
    return [name.lower() for name in names], names


def parameters() -> dict[str, Any]:
    """What KNOWN needs."""
    written, names = _known()
    return {"zones_written": written, "zones": names}


def count(
    conn: psycopg.Connection[Any], people: str, given: Mapping[str, Any], fallback: str
) -> dict[str | None, int]:
    """How many of `people` (SQL behind `from`, over a contact `c`) are in which zone; `fallback` is that of the others."""
    text = sql("penstock.delivery", "count_zones").replace("{known}", KNOWN).replace("{said}", SAID)
    rows = conn.execute(
        text.replace("{people}", people), {**given, **parameters(), "fallback": fallback}, prepare=False
    ).fetchall()
    return {zone: int(number) for zone, number in rows}


def of_audience(
    conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any], fallback: str
) -> dict[str | None, int]:
    """How many of those whom the rule means now, and who are not suppressed, are in which zone."""
    rule = chosen.ready(conn, account, rule)
    return count(conn, chosen.sendable(rule), chosen.parameters(account, rule), fallback)
