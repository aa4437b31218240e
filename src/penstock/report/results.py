"""What became of mailings and what came back: whom each reached, what they did, what it brought in.

Everything comes from counters that are kept where things happen, so a page that shows it costs the same after a million events. The
settled, bounced, complaining and unmade are those of the breaker: one function of the database gives both (delivery_counted).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import psycopg

from penstock.delivery.breaker import Counted
from penstock.feedback.orders.currency import written
from penstock.platform.database import sql
from penstock.report.progress import STATES, WINDOW, Progress, of_several

ANSWERS: Final = (
    "opened", "prefetched", "clicked", "scanned", "viewed", "unsubscribed", "resubscribed", "left", "joined", "complained", "converted",
)  # fmt: skip
"""What recipients do that is counted. Those of machines are apart: `prefetched` opens, `scanned` links."""
NOT_REACHED: Final = tuple(state for state in STATES if state not in ("accepted", "delivered"))


@dataclass(frozen=True, slots=True)
class Answered:
    """How many recipients did something, each once (`people`), and how often it was done in all (`total`)."""

    people: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Bounces:
    """Recipients for whom it bounced in one way (hard, soft, blocked), and those of them whose server had accepted it first."""

    people: int
    late: int


@dataclass(frozen=True, slots=True)
class Revenue:
    """What orders brought in, in one currency; `cancelled` orders are not in it."""

    currency: str
    orders: int
    amount: Decimal
    cancelled: int

    @property
    def money(self) -> str:
        """The amount with the decimals of its currency, for programs."""
        return written(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share: `part` of `whole`, which is what `of` names."""

    name: str
    part: int
    whole: int
    of: str

    @property
    def percent(self) -> float | None:
        """In percent, rounded down to two decimals; None of nothing."""
        return self.part * 10_000 // self.whole / 100 if self.whole else None


@dataclass(frozen=True, slots=True)
class Result:
    """One mailing. `progress` is all zero before its audience is frozen; `counted` is what the breaker judges."""

    id: int
    name: str
    state: str
    channel: str
    started_at: datetime | None
    finished_at: datetime | None
    fixes: int | None
    chain: int | None
    position: int | None
    counted: Counted
    answers: dict[str, Answered]
    bounces: dict[str, Bounces]
    revenue: list[Revenue]
    buyers: int
    progress: Progress

    @property
    def reached(self) -> int:
        """Recipients whose server has taken it: accepted or delivered, and not bounced since."""
        return self.progress.accepted + self.progress.delivered

    @property
    def not_reached(self) -> dict[str, int]:
        """Everybody else, by state; with the reached they are the audience."""
        return {state: n for state in NOT_REACHED if (n := getattr(self.progress, state))}

    @property
    def late_bounces(self) -> int:
        """Recipients whose server had accepted it, and for whom it bounced then."""
        return sum(each.late for each in self.bounces.values())

    @property
    def ever_reached(self) -> int:
        """Who can have done something with it: the reached, and those for whom it bounced later."""
        return self.reached + self.late_bounces

    @property
    def rates(self) -> list[Rate]:
        """The shares that are usually looked at, each with what it is a share of."""
        people = {kind: each.people for kind, each in self.answers.items()}
        reached, settled, opened = self.ever_reached, self.counted.settled, people["opened"]
        return [
            Rate("reached", self.reached, self.progress.recipients, "recipients"),
            Rate("bounced", self.counted.bounced, settled, "settled"),
            Rate("complained", self.counted.complained, settled, "settled"),
            _did("opened", opened, reached),
            _did("clicked", people["clicked"], reached),
            Rate("clicked_of_opened", people["clicked"], opened, "opened"),
            _did("unsubscribed", people["unsubscribed"], reached),
            _did("ordered", self.buyers, reached),
        ]

    def rate(self, name: str) -> Rate:
        """The one of this name."""
        return next(each for each in self.rates if each.name == name)


def _did(name: str, people: int, reached: int) -> Rate:
    """Whoever did something had it: also somebody in doubt."""
    return Rate(name, people, max(reached, people), "reached")


def results(conn: psycopg.Connection[Any], account: int, mailings: Sequence[int]) -> list[Result]:
    """Return what became of these mailings of the account, in the order given; those it has not are left out."""
    given = {"account": account, "mailings": list(mailings), "window": WINDOW}
    with conn.transaction():
        conn.execute(_PLAN)
        rows = conn.execute(of_several(sql("penstock.report", "results")), given).fetchall()
    there = {row[0]: _read(row) for row in rows}
    return [there[number] for number in dict.fromkeys(mailings) if number in there]


def begun(
    conn: psycopg.Connection[Any], account: int, *, limit: int, before: int | None = None
) -> list[int]:  # fmt: skip
    """Return the numbers of the account's mailings whose audience was frozen, the newest first, those before number `before`."""
    rows = conn.execute(
        "select id from mailing_mailing where account_id = %s and frozen_at is not null and deleted_at is null"
        " and id < coalesce(%s::integer, 2147483647) order by id desc limit %s",
        (account, before, limit),
    )
    return [number for (number,) in rows]


# Where one mailing has most of all events, the planner takes every other one for as large and reads tables through for each.
_PLAN = "set local enable_seqscan = off; set local jit = off"
_OWN = 17
"""Columns of results.sql; those of the progress follow."""


def _read(row: Sequence[Any]) -> Result:
    number, name, state, channel, started, finished, fixes, chain, position, *rest = row[:_OWN]
    settled, bounced, complained, unmade, answers, bounces, revenue, buyers = rest
    return Result(
        number, name, state, channel, started, finished, fixes, chain, position,
        Counted(settled, bounced, complained, unmade),
        {kind: Answered(*(answers or {}).get(kind, (0, 0))) for kind in ANSWERS},
        {kind: Bounces(*found) for kind, found in (bounces or {}).items()},
        [Revenue(currency, orders, Decimal(amount), cancelled) for currency, orders, amount, cancelled in revenue or []],
        buyers,
        Progress(*row[_OWN:]),
    )  # fmt: skip
