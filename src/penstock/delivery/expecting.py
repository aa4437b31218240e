"""Whom a step of a chain will go to, as far as that can be said beforehand: for counts, previews and analyses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from penstock.audience import reach
from penstock.mailing import step

_EARLIER = (
    "select mailing_rule(m), started_at is not null from mailing_mailing m where id = %s and account_id = %s"
)


def expected(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule that means whom the step reaches at most: whom the earlier one reached once it has begun, before that its audience.

    What narrows the step's own rule narrows this one, too; its condition is not asked, for nobody has met it yet.
    """
    own = {name: value for name, value in rule.items() if name not in step.KEYS}
    own[reach.KEY] = reach.of(rule).channel  # the step's, whatever the earlier one goes by
    there = dict(rule)
    for _ in range(step.LONGEST_CHAIN):
        number = step.earlier(there)
        row = conn.execute(_EARLIER, (number, account)).fetchone()
        if row is None:
            return {"reached_by": [], **own}
        there, begun = row
        if begun:
            return {"reached_by": [number], **own}
        if step.earlier(there) is None:
            break
    left_out = [*there.get("not_reached_by", []), *own.get("not_reached_by", [])]
    return {**there, **own, **({"not_reached_by": left_out} if left_out else {})}
