"""Taking somebody's address out of the journal, without breaking its chains.

The journal is append-only, and a person may ask to be forgotten: the one exception, made by an erasure alone. A chain is walked first, and
one that does not hold is left as it is: nothing that was tampered with becomes sound here. Then the address is replaced, and the links are
made anew from there to the end with the key, which is not in the database. The entry of the erasure names the places that were changed.
"""

import re
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from penstock.mailing import journal
from penstock.platform.database import sql

ERASED = "erased"
"""What stands in place of an address."""


def redact(conn: psycopg.Connection[Any], account: int, pattern: str) -> dict[str, list[int]]:
    """Replace what `pattern` finds in the journal of an account; return the places changed, by mailing ("0": the account's own).

    pattern: a regular expression that Python and PostgreSQL read alike; case does not matter. In the caller's transaction.
    """
    found = conn.execute(sql("penstock.mailing", "journal_naming"), {"account": account, "pattern": pattern})
    words = re.compile(pattern, re.IGNORECASE)
    changed = {}
    for (mailing,) in found.fetchall():
        if places := _chain(conn, account, mailing, words):
            changed[str(mailing)] = places
    return changed


def _chain(conn: psycopg.Connection[Any], account: int, mailing: int, words: re.Pattern[str]) -> list[int]:
    end = conn.execute(
        "select length, link from mailing_chain where account_id = %s and mailing = %s for update",
        (account, mailing),
    ).fetchone()
    with conn.cursor(row_factory=dict_row) as cursor:
        given = {"account": account, "mailing": mailing}
        entries = cursor.execute(sql("penstock.mailing", "journal_chain"), given).fetchall()
    if end is None or not journal.holds(entries, end[0], bytes(end[1])):
        return []
    before, places = journal.FIRST, []
    for entry in entries:
        told = {**entry, "data": _without(entry["data"], words), "reason": _without(entry["reason"], words)}
        if told != entry:
            places.append(entry["place"])
        before = journal.link(before, told)
        if places:
            conn.execute(
                "update mailing_entry set data = %s, reason = %s, link = %s where id = %s",
                (Jsonb(told["data"]), told["reason"], journal.seal(before), entry["id"]),
            )
    if places:
        conn.execute(
            "update mailing_chain set link = %s where account_id = %s and mailing = %s",
            (before, account, mailing),
        )
    return places


def _without(value: Any, words: re.Pattern[str]) -> Any:
    """Return a value of JSON, all that is in it included, without what `words` finds."""
    if isinstance(value, str):
        return words.sub(ERASED, value)
    if isinstance(value, dict):
        return {words.sub(ERASED, name): _without(each, words) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, words) for each in value]
    return value
