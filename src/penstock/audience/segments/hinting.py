"""Attributes that a segment asks for and nobody has: a slip of the pen counts nobody, and says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import psycopg

from penstock.audience.segments.conditions import FIELDS, Attribute, Condition, leaves

ADDRESS: Final = ("email", "e_mail", "mail", "email_address", "mail_address")
"""What people call the address of a contact, which is no attribute."""
SOON: Final = 300
"""Milliseconds that are spent on it: where that is too short there is no hint."""

_UNKNOWN: Final = """
select name from unnest(%(names)s::text[]) as asked (name)
 where not exists (select from audience_contact c where c.account_id = %(account)s and c.attributes ? name) order by name
"""
_BROUGHT: Final = """
select jsonb_array_elements_text(columns) from audience_import where account_id = %(account)s and state = 'done'
union
select jsonb_object_keys(attributes) from (select attributes from audience_contact where account_id = %(account)s limit 100) as few
"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An attribute that no contact has; `nearest`: what was meant, perhaps."""

    name: str
    nearest: str | None


def unknown(conn: psycopg.Connection[Any], account: int, condition: Condition) -> list[Unknown]:
    """Return the attributes in `condition` that no contact of the account has; nothing where that takes longer than SOON."""
    names = sorted({each.name for each in leaves(condition) if isinstance(each, Attribute)})
    if not names:
        return []
    try:
        with conn.transaction():
            conn.execute("select set_config('statement_timeout', %s, true)", (f"{SOON}ms",))
            rows = conn.execute(_UNKNOWN, {"names": names, "account": account}).fetchall()
            there = conn.execute(_BROUGHT, {"account": account}).fetchall() if rows else []
    except psycopg.errors.QueryCanceled:
        return []
    missing = [str(name) for (name,) in rows]
    known = [*FIELDS, *(str(name) for (name,) in there if name not in missing)]
    return [Unknown(name, _nearest(name, known)) for name in missing]


def _nearest(name: str, known: list[str]) -> str | None:
    if name.lower().replace("-", "_") in ADDRESS:
        return "address"
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.7)), None)
