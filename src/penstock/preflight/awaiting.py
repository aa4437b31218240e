"""What waits at a gate, with everything that whoever approves decides about; and what was decided lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account.policy import Policy, tolerant
from penstock.platform.database import sql

Place = tuple[datetime, int]
"""Where a page goes on: since when one waits, and its number."""


@dataclass(frozen=True)
class Awaiting:
    """A mailing at a gate. `size` is how many would get it, None while they are counted; `list_name` says to whom.

    `analysis` is the state of the analysis of what it is now, None where there is none; `percent` its progress.
    """

    id: int
    name: str
    state: str
    version: int
    revision: int
    digest: str | None
    reason: dict[str, Any] | None
    plan: dict[str, Any] | None
    due_at: datetime | None
    ends_at: datetime | None
    submitted_at: datetime | None
    waits_since: datetime
    size: int | None
    authors: list[str]
    options: dict[str, Any]
    policy: dict[str, Any]
    subject: str | None
    sender: str | None
    list_name: str | None
    submitted_by: str | None
    approvers: list[str]
    analysis: str | None
    percent: int
    blockers: int
    warnings: int

    @property
    def rules(self) -> Policy:
        """The policies in force for it."""
        return tolerant(self.policy, self.options)

    @property
    def required(self) -> int:
        """How many people have to approve it."""
        return self.rules.approvals_required

    @property
    def place(self) -> Place:
        """Its place in the list."""
        return self.waits_since, self.id

    def approved_by(self, identity: str) -> bool:
        """Whether this person's approval is given, and others' are needed."""
        return identity in self.approvers and len(self.approvers) < self.required

    def needs_another_than(self, identity: str) -> bool:
        """Whether this person wrote it, and four eyes are asked for."""
        return self.rules.four_eyes == "on" and identity in self.authors


@dataclass(frozen=True)
class Decided:
    """One decision: who let it pass or not, when, and whether they had looked at it and its analysis was over."""

    mailing: int
    name: str
    command: str
    actor: str
    at: datetime
    reason: str | None
    led_to: str
    reviewed: bool
    analysed: bool


def awaiting(
    conn: psycopg.Connection[Any], account: int, *, after: Place | None = None, limit: int = 50
) -> list[Awaiting]:
    """Return the mailings of an account at a gate, those first that were to go first; behind the place `after`."""
    since, number = after or (None, None)
    return _read(conn, account=account, only=None, since=since, after=number, limit=limit)


def one(conn: psycopg.Connection[Any], account: int, mailing: int) -> Awaiting | None:
    """Return one mailing of an account if it waits at a gate, else None."""
    found = _read(conn, account=account, only=mailing, since=None, after=None, limit=1)
    return found[0] if found else None


def decided(conn: psycopg.Connection[Any], account: int, *, limit: int = 10) -> list[Decided]:
    """Return what was decided at the gates of an account lately, the newest first."""
    with conn.cursor(row_factory=class_row(Decided)) as cursor:
        given = {"account": account, "limit": limit}
        return cursor.execute(sql("penstock.preflight", "decided"), given).fetchall()


def _read(conn: psycopg.Connection[Any], **given: Any) -> list[Awaiting]:
    with conn.cursor(row_factory=class_row(Awaiting)) as cursor:
        return cursor.execute(sql("penstock.preflight", "awaiting"), given).fetchall()
