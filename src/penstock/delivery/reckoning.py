"""What a mailing would take of credits, before its audience is frozen: its recipients times the parts of their messages.

An e-mail has one part. A short message with the same parts for everybody is exact. Else the parts are taken from the newest analysis of
exactly this message; before there is one, from a sample of those who would get it. What was counted how is said along with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from penstock.account.credits.estimates import ANALYSIS, SAMPLE, TEXT
from penstock.audience import reach
from penstock.content.sms.parts import parts_of
from penstock.content.sms.program import ShortProgram
from penstock.delivery import chosen, parting

SAMPLED: Final = 1000
"""Recipients whose messages are made for a sample."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How many would get it (`size`), and how many credits that is; None: one each. `basis`: what the parts were counted from.

    `least`, `typical` and `most` parts of one message, where they were looked at here.
    """

    size: int
    credits: int | None = None
    basis: str | None = None
    least: int | None = None
    typical: int | None = None
    most: int | None = None


def reckon(
    conn: psycopg.Connection[Any], account: int, mailing: int, rule: Mapping[str, Any], size: int | None = None
) -> Reckoned:  # fmt: skip
    """Reckon it for whom the rule means now; `size`: how many these are, where that is known. Raises UnknownSegment."""
    rule = chosen.ready(conn, account, rule)
    size = chosen.count(conn, account, rule) if size is None else size
    program = parting.program(conn, mailing) if reach.of(rule) is not reach.EMAIL else None
    if program is None:
        return Reckoned(size)
    if program.parts is not None:
        return Reckoned(size, size * program.parts, TEXT, program.parts, program.parts, program.parts)
    row = conn.execute("select recipients, parts from preflight_parts(%s)", (mailing,)).fetchone()
    if row and row[0]:
        return Reckoned(size, _share(size, *row), ANALYSIS)
    return _sampled(size, _sample(conn, program, account, rule, size))


def _sampled(size: int, counted: Counter[int]) -> Reckoned:
    if not counted:
        return Reckoned(size, size, SAMPLE)
    total = sum(parts * n for parts, n in counted.items())
    typical = max(counted, key=lambda parts: (counted[parts], -parts))
    return Reckoned(size, _share(size, counted.total(), total), SAMPLE, min(counted), typical, max(counted))


def _share(size: int, recipients: int, parts: int) -> int:
    """As many parts for `size` as `recipients` take, rounded up."""
    return -(-size * parts // recipients)


def _sample(
    conn: psycopg.Connection[Any], program: ShortProgram, account: int, rule: Mapping[str, Any], size: int
) -> Counter[int]:
    """How many of a sample take how many parts: whoever a hash of their number picks, whatever the order they came in."""
    there = chosen.audience(rule)
    picked = f"mod(abs(hashint8(c.id)::bigint), %(every)s) = 0 limit {SAMPLED}"
    text = f"select {parting.values(conn, program, there.reach.normal)} from {there.sendable} and {picked}"
    given = {**chosen.parameters(account, rule), "every": max(1, size // SAMPLED)}
    return Counter(parts_of(program, conn.execute(text, given, prepare=False)))
