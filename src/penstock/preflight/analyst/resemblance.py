"""Whether nearly the same message went to the same people lately: the slip that readers forgive least."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from rapidfuzz.distance import Indel

from penstock.content.message import Message
from penstock.content.messages import load_message
from penstock.platform.database import sql
from penstock.preflight.analyst.composition import written
from penstock.preflight.analyst.findings import WARNING, Cases, Finding, people

SINCE: Final = "14 days"
MOST: Final = 50
"""Mailings that are compared, the newest."""
ALIKE: Final = 0.9
"""From this share of words in common, in their order, two messages are one to those who read them."""
WORDS: Final = 5_000
"""Words of a message that are compared."""


def look(conn: psycopg.Connection[Any], mailing: int, message: Message, total: int) -> Iterator[Finding]:
    """Compare with the account's recent mailings; only one that reached some of the same people is told. Needs recipients.choose."""
    given = {"mailing": mailing, "since": SINCE, "most": MOST}
    own = words(message)
    for number, name, other, started in conn.execute(sql("penstock.preflight", "recent"), given).fetchall():
        before = load_message(conn, other)
        share = alike(own, words(before)) if before is not None else 0.0
        if share < ALIKE:
            continue
        cases = _also(conn, number, f"mailing {number}")
        if cases.count:
            how = "the same message" if share == 1 else f"nearly the same message ({share:.0%} of the words)"
            text = (
                f"{people(cases.count, total)} got {how} as mailing {number}, {name!r}, on {started:%Y-%m-%d}"
            )
            cure = f"Exclude whom it reached (not reached by mailing {number}), or send it all the same if that is meant."
            yield Finding(WARNING, "near_duplicate", "message", text, cure, cases.count, cases.worst())


def words(message: Message) -> list[str]:
    """The words of a message, in lower case and their order, the subject's first; Liquid does not count."""
    there = written(message)
    said = f"{message.subject} {there.page.words if there is not None else message.text or ''}"
    return re.findall(r"\w+", re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", said, flags=re.S).lower())[:WORDS]


def alike(one: list[str], other: list[str]) -> float:
    """The share of words that two messages have in common in the same order, 0 to 1; of messages without words it is 0."""
    if not one or not other:
        return 0.0
    return float(Indel.normalized_similarity(one, other, score_cutoff=ALIKE))


def _also(conn: psycopg.Connection[Any], other: int, detail: str) -> Cases:
    cases = Cases()
    for (contact,) in conn.execute(sql("penstock.preflight", "also"), {"mailing": other}).fetchall():
        cases.add(0, contact, detail)
    return cases
