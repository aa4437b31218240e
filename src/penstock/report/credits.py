"""Which date credits run short: what is available against all mailings that start by themselves, in the order of their dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from penstock.account import policies
from penstock.account.credits.kinds import CHANNELS
from penstock.delivery import reckoning
from penstock.mailing import crediting
from penstock.mailing.mailings import Mailing
from penstock.platform.database import sql
from penstock.report.sequence import expected_starts

_AT_ONCE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Demand:
    """A mailing that will take credits. `at` None: at once, or in its turn, when nobody knows.

    `needed` None: its recipients are being counted; `exact`: its audience is frozen. `left` after it and all before it have
    taken theirs; below zero, so many are lacking. `recipients`: how many it goes to, as counted last, before it is frozen; `basis`: what
    the parts of their messages were counted from, where one may take several: the `text`, an `analysis`, a `sample`.
    """

    mailing: int
    name: str
    state: str
    at: datetime | None
    needed: int | None
    exact: bool
    left: int
    recipients: int | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mailing that was interrupted because credits were too few, and what it needs to go on."""

    mailing: int
    name: str
    needed: int | None
    enough: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to come for one channel. `short`: the first that finds too few, None if they last; `lacking`: for all of them.

    `counted` false: the account's credits are unlimited, and what is said here is only what would be.
    """

    channel: str
    counted: bool
    available: int
    demands: list[Demand]
    waiting: list[Waiting]

    @property
    def short(self) -> Demand | None:
        """The first mailing that finds too few."""
        return next((each for each in self.demands if each.left < 0), None)

    @property
    def lacking(self) -> int:
        """How many have to be topped up for all of them."""
        return max(0, -self.demands[-1].left) if self.demands else 0


def forecast(conn: psycopg.Connection[Any], account: int, channel: str = "email") -> Forecast:
    """Say what planned mailings will take, as things stand. Raises LookupError for no such account."""
    given = {"account": account, "channel": channel}
    with conn.cursor(row_factory=dict_row) as cursor:
        top = cursor.execute(sql("penstock.report", "credits"), given).fetchone()
        if top is None:
            raise LookupError(f"there is no account {account}")
        planned = cursor.execute(
            "select mailing, name, state, due_at as at, needed, exact, 0 as left, recipients, basis"
            " from account_credits_planned(%(account)s, %(channel)s)",
            given,
        ).fetchall()
    available = top["available"]
    demands = _in_order(conn, account, [Demand(**row) for row in planned])
    return Forecast(
        channel,
        top["counted"],
        available,
        _taken(demands, available),
        waiting(conn, account, channel),
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What one mailing would take of the credits. `needed` None: nobody has counted; beyond those it has, where it has begun.

    `before`: what mailings take that start before it; `lacking`: so many have to be topped up for it.
    """

    needed: int | None
    available: int
    before: int

    @property
    def lacking(self) -> int:
        """How many are too few."""
        return max(0, self.needed + self.before - self.available) if self.needed else 0

    def figures(self) -> dict[str, int | None]:
        """It as a document."""
        return {
            "needed": self.needed,
            "available": self.available,
            "before": self.before,
            "lacking": self.lacking,
        }


def taken(
    conn: psycopg.Connection[Any], mailing: Mailing, start: datetime | None, people: int | None
) -> Taken | None:
    """Say what a mailing to so many people takes when it starts then; None where the account's credits are unlimited."""
    found = crediting.gathered(conn, mailing.id, policies.read(conn, mailing.account))
    if found is None:
        return None
    needed = found.needed if found.needed is not None else _counted(conn, mailing, people)
    return Taken(needed, found.available, found.before(start) if needed else 0)


def _counted(conn: psycopg.Connection[Any], mailing: Mailing, people: int | None) -> int | None:
    """What so many recipients take of a mailing that nobody has counted; an e-mail takes one each."""
    if people is None or mailing.channel == "email" or mailing.frozen_at is not None:
        return people
    return reckoning.reckon(conn, mailing.account, mailing.id, mailing.rule, people).credits or people


def waiting(conn: psycopg.Connection[Any], account: int, channel: str = "email") -> list[Waiting]:
    """Return the mailings that too few credits stopped, and whether there are enough by now."""
    given = {"account": account, "channel": channel}
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(sql("penstock.report", "waits_for_credits"), given).fetchall()


def counted(conn: psycopg.Connection[Any], account: int) -> bool:
    """Whether the account's credits are counted (policy credits)."""
    return policies.read(conn, account).credits == "counted"


def forecasts(conn: psycopg.Connection[Any], account: int) -> list[Forecast]:
    """Return the forecast of every channel."""
    return [forecast(conn, account, channel) for channel in CHANNELS]


def _in_order(conn: psycopg.Connection[Any], account: int, found: list[Demand]) -> list[Demand]:
    """As they will go: at once, in the sequence as far as that is known, at their times."""
    if any(each.state == "queued" for each in found):
        starts = expected_starts(conn, account)
        found = [
            replace(each, at=starts.get(each.mailing)) if each.state == "queued" else each for each in found
        ]
    return sorted(found, key=lambda each: each.at or _AT_ONCE)  # steady: those at once stay in their order


def _taken(demands: list[Demand], available: int) -> list[Demand]:
    left, told = available, []
    for each in demands:
        left -= each.needed or 0
        told.append(replace(each, left=left))
    return told
