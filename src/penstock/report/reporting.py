"""The report of one mailing as programs get it: its result, the limits it is held to, and how it came out by domain, reason and hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from penstock.delivery import tripping
from penstock.delivery.breaker import Limits
from penstock.platform.database import sql
from penstock.report.progress import STATES
from penstock.report.results import Answered, Rate, Result, results
from penstock.report.tally import Tally, tally

HOURLY = ("opened", "prefetched", "clicked", "scanned", "unsubscribed", "complained", "converted")
"""What is told by the hour in which it was done."""


@dataclass(frozen=True)
class Report:
    """`tally` None: a large mailing that is being counted for the first time. `hours`: who did what, by hour (UTC)."""

    result: Result
    limits: Limits
    tally: Tally | None
    hours: list[tuple[datetime, dict[str, Answered]]]

    def figures(self) -> dict[str, Any]:
        """Return the report as a document."""
        counted, told = self.result.counted, self.tally
        return {
            **summary(self.result),
            "breaker": {
                "settled": counted.settled, "bounced": counted.bounced, "complained": counted.complained, "unmade": counted.unmade,
                "bounce_limit": self.limits.bounces, "complaint_limit": self.limits.complaints,
            },
            "by_domain": None if told is None else [
                {"domain": name, "states": counts} for name, counts in told.domains
            ],
            "by_reason": None if told is None else [
                {"state": state, "reason": reason, "recipients": people} for state, reason, people in told.reasons
            ],
            "by_quarter": None if told is None else [
                {"at": at, "states": counts} for at, counts in told.quarters
            ],
            "counted_at": told and told.made_at,
            "by_hour": [
                {"at": at, "people": {kind: each.people for kind, each in did.items()}} for at, did in self.hours
            ],
        }  # fmt: skip


def report(conn: psycopg.Connection[Any], account: int, mailing: int) -> Report:
    """Return the report of a mailing of the account. Raises LookupError where it has none."""
    found = results(conn, account, [mailing])
    if not found:
        raise LookupError(f"There is no mailing {mailing}.")
    [result] = found
    _, limits = tripping.figures(conn, mailing)
    told = tally(conn, mailing, result.progress) if result.progress.recipients else None
    return Report(result, limits, told, hours(conn, mailing))


def hours(conn: psycopg.Connection[Any], mailing: int) -> list[tuple[datetime, dict[str, Answered]]]:
    """Return who did what by the hour (UTC), in order; people in the hour in which they first did. Hours of nothing are left out."""
    found: dict[datetime, dict[str, Answered]] = {}
    given = {"mailing": mailing, "kinds": list(HOURLY)}
    for hour, kind, people, total in conn.execute(sql("penstock.report", "hours"), given):
        found.setdefault(datetime.fromtimestamp(hour * 3600, UTC), {})[kind] = Answered(people, total)
    return list(found.items())


def summary(result: Result) -> dict[str, Any]:
    """Return the result of a mailing as a document: what is compared with that of others."""
    return {
        "mailing": result.id, "name": result.name, "state": result.state, "channel": result.channel,
        "started_at": result.started_at, "finished_at": result.finished_at, "fixes": result.fixes,
        "chain": result.chain, "position": result.position,
        "recipients": result.progress.recipients, "reached": result.reached,
        "states": {state: getattr(result.progress, state) for state in STATES},
        "answers": {kind: {"people": each.people, "total": each.total} for kind, each in result.answers.items()},
        "bounces": {kind: {"people": each.people, "late": each.late} for kind, each in result.bounces.items()},
        "late_bounces": result.late_bounces,
        "rates": [_rate(each) for each in result.rates],
        "buyers": result.buyers,
        "revenue": [
            {"currency": each.currency, "orders": each.orders, "amount": each.money, "cancelled": each.cancelled}
            for each in result.revenue
        ],
    }  # fmt: skip


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "name": rate.name,
        "part": rate.part,
        "whole": rate.whole,
        "of": rate.of,
        "percent": rate.percent,
    }
