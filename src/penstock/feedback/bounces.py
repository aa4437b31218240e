"""Bounces: what the ledger says of a recipient becomes a judgement about the address, and by the rules a suppression.

Whoever learns of a bounce (a sender in the dialogue, a message that came back, a provider) only tells the ledger. Whoever is the ticker
notes here what is new: it is classified, and a hard one suppresses the address at once; soft ones do when they are as many as the policy
`soft_bounces` says; a blocked one says nothing about the address. It can be repeated, and nothing is kept in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.account.credits.settling import settle
from penstock.account.policy import soft_rule, tolerant
from penstock.audience.suppression import suppress_all
from penstock.feedback.returned.classes import Class, judge
from penstock.platform.database import sql

MOST: Final = 1_000
"""Bounces that are noted in one turn: a tenth of a second or two. The ticker has another turn a second later."""
SETTLED: Final = ("sent", "cancelled", "expired")
"""States of a mailing whose credits are settled: a later bounce may give some back."""
LEARNED: Final = ("dsn", "text", "webhook", "receipt")
"""Origins that stand in the ledger as the command that was answered; another command is one of the dialogue itself."""


@dataclass(frozen=True, slots=True)
class _New:
    """A bounce that the ledger has and nobody has noted."""

    mailing: int
    seq: int
    at: datetime
    account: int
    state: str
    policy: dict[str, Any]
    contact: int
    normal: str
    code: int
    enhanced: str
    text: str
    command: str

    @property
    def origin(self) -> str:
        return self.command if self.command in LEARNED else "smtp"

    @property
    def judged(self) -> Class:
        return judge(self.code, self.enhanced, self.text, self.command)


def note(conn: psycopg.Connection[Any], most: int = MOST) -> int:
    """Note what has bounced since the last time, `most` of it; return how many. Costs one probe of an empty index where nothing has."""
    with conn.transaction(), conn.cursor(row_factory=class_row(_New)) as cursor:
        found = cursor.execute(sql("penstock.feedback", "new_bounces"), {"most": most}).fetchall()
        if not found:
            return 0
        classes = {(each.mailing, each.seq): each.judged for each in found}
        conn.execute(
            "select delivery_noted(%s, %s)", ([each.mailing for each in found], [each.seq for each in found])
        )
        _keep(conn, found, classes)
        _suppress(conn, found, classes)
        for mailing in sorted({each.mailing for each in found if each.state in SETTLED}):
            settle(conn, mailing, "Penstock", "system")
    return len(found)


def _keep(conn: psycopg.Connection[Any], found: list[_New], classes: dict[tuple[int, int], Class]) -> None:
    columns: list[list[Any]] = [
        [each.account for each in found], [each.mailing for each in found], [each.seq for each in found],
        [each.contact for each in found], [each.normal for each in found], [each.at for each in found],
        [str(classes[each.mailing, each.seq]) for each in found], [each.code for each in found],
        [each.enhanced for each in found], [each.text for each in found], [each.origin for each in found],
    ]  # fmt: skip
    conn.execute(sql("penstock.feedback", "keep_bounces"), columns)


def _suppress(
    conn: psycopg.Connection[Any], found: list[_New], classes: dict[tuple[int, int], Class]
) -> None:
    """Suppress whom the rules strike off, and tell their bounces so."""
    hard = [each for each in found if classes[each.mailing, each.seq] is Class.HARD]
    often = _too_often(conn, [each for each in found if classes[each.mailing, each.seq] is Class.SOFT])
    for struck, reason in ((hard, "hard_bounce"), (often, "soft_bounces")):
        new = suppress_all(
            conn, reason, [(each.account, each.normal, f"mailing {each.mailing}") for each in struck]
        )
        those = [each for each in struck if (each.account, each.normal) in new]
        if those:
            conn.execute(
                "update feedback_bounce b set suppressed = true from unnest(%s::integer[], %s::integer[]) as t (mailing, seq)"
                " where b.mailing = t.mailing and b.seq = t.seq",
                ([each.mailing for each in those], [each.seq for each in those]),
            )


def _too_often(conn: psycopg.Connection[Any], soft: list[_New]) -> list[_New]:
    """Those whose soft bounces are as many in so many days as their account's policy bears."""
    struck = []
    for account in sorted({each.account for each in soft}):
        its = [each for each in soft if each.account == account]
        rule = soft_rule(tolerant(its[0].policy).soft_bounces)
        if rule is None:
            continue
        number, days = rule
        rows = conn.execute(
            sql("penstock.feedback", "soft_bounces"),
            {
                "account": account,
                "normals": list({each.normal for each in its}),
                "days": days,
                "number": number,
            },
        ).fetchall()
        often = {normal for (normal,) in rows}
        struck += [each for each in its if each.normal in often]
    return struck
