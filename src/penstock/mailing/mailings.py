"""Mailings as rows: made as drafts, found, listed. Their state is changed by `control` alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from penstock.mailing import journal, lifecycle, saved
from penstock.mailing.actor import SYSTEM, Actor
from penstock.mailing.states import State
from penstock.platform.database import sql


@dataclass(frozen=True)
class Mailing:
    """One mailing as it stands."""

    id: int
    account: int
    name: str
    channel: str
    state: str
    came_from: str | None
    reason: dict[str, Any] | None
    version: int
    revision: int
    message: int
    transport: int
    audience: dict[str, Any]
    segments: dict[str, Any] | None
    plan: dict[str, Any] | None
    options: dict[str, Any]
    digest: str | None
    authors: list[str]
    due_at: datetime | None
    ends_at: datetime | None
    first_at: datetime | None
    undo_until: datetime | None
    approved_size: int | None
    copied_from: int | None
    fixes: int | None
    corrections: list[int]
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    started_at: datetime | None
    frozen_at: datetime | None
    finished_at: datetime | None
    archived_at: datetime | None
    tags: list[str] = field(default_factory=list)
    chain: int | None = None  # the first step of its chain
    position: int | None = None  # in it, from 1

    @property
    def rule(self) -> dict[str, Any]:
        """The audience rule, with its segments as they were at submission; in a draft they are looked up when it is asked.

        With the channel, where that is not e-mail: whom a rule reaches depends on it (delivery.chosen). mailing_rule is the same in SQL.
        """
        kept = {"definitions": self.segments} if self.segments and self.state != "draft" else {}
        return self.audience | kept | ({} if self.channel == "email" else {"channel": self.channel})

    def allowed_actions(self, roles: frozenset[str]) -> tuple[str, ...]:
        """The commands that somebody with these roles may give now."""
        return lifecycle.allowed_actions(State(self.state), roles)


def create(
    conn: psycopg.Connection[Any], account: int, *, name: str, message: int, audience: dict[str, Any],
    transport: int, options: dict[str, Any] | None = None, plan: dict[str, Any] | None = None, tags: Sequence[str] = (),
    actor: Actor = SYSTEM,
) -> int:  # fmt: skip
    """Make a draft and return its number. `message` and `transport` are stored ones; `audience` is a rule (audience.rule); `tags`
    are clean ones (tagging.clean). Its channel is that of its message, and stays so."""
    with conn.transaction():
        row = conn.execute(
            "insert into mailing_mailing"
            " (account_id, name, channel, state, version, revision, message_id, transport_id, audience, options, plan, authors,"
            "  created_at, suppressed_to, tags)"
            " values (%s, %s, coalesce((select channel from content_message where id = %s), 'email'), 'draft', 1, 1,"
            "         %s, %s, %s, %s, %s, %s, now(), 0, %s) returning id",
            (account, name, message, message, transport, Jsonb(audience), Jsonb(options or {}), Jsonb(plan) if plan else None,
             Jsonb([] if actor is SYSTEM else [actor.who]), list(tags)),
        ).fetchone()  # fmt: skip
        assert row is not None
        saved.save(conn, int(row[0]), message, 1, actor.who)
        journal.append(
            conn,
            account=account,
            mailing=int(row[0]),
            actor=actor.name,
            door=actor.door,
            command="create",
            to_state="draft",
        )
    return int(row[0])


def find(conn: psycopg.Connection[Any], account: int, mailing: int) -> Mailing | None:
    """Return one mailing of the account, or None."""
    return next(iter(find_all(conn, account, [mailing])), None)


def find_all(conn: psycopg.Connection[Any], account: int, numbers: Collection[int]) -> list[Mailing]:
    """Return those of these mailings that are the account's, in no order."""
    with conn.cursor(row_factory=class_row(Mailing)) as cursor:
        given = {"account": account, "mailings": list(numbers)}
        return cursor.execute(sql("penstock.mailing", "find"), given).fetchall()


def owner(conn: psycopg.Connection[Any], mailing: int, *, deleted: bool = False) -> int | None:
    """Return the account whose mailing it is, None when there is no such mailing; a deleted one counts where that is said."""
    row = conn.execute(
        "select account_id from mailing_mailing where id = %s and (deleted_at is null or %s)",
        (mailing, deleted),
    ).fetchone()
    return int(row[0]) if row else None


def listed(
    conn: psycopg.Connection[Any], account: int, *, limit: int = 50, before: int | None = None,
    states: Collection[str] | None = None, search: str | None = None, archived: bool = False,
    tag: str | None = None, channel: str | None = None, author: str | None = None, by_time: bool = False,
    paused_too: bool = False,
) -> list[Mailing]:  # fmt: skip
    """Return the mailings of the account, newest first; `before` is the last number of the page before this one.

    `states`, `search` (a part of the name, in either case), `tag`, `channel` and `author` (an address) narrow it. Archived ones
    are listed only when asked for, alone. `by_time`: what starts next comes first instead. `paused_too`: also those that were paused
    in one of the states.
    """
    query = sql("penstock.mailing", "listed")
    if by_time:
        query = query.replace("order by id desc", "order by due_at, id")
    with conn.cursor(row_factory=class_row(Mailing)) as cursor:
        page = {
            "account": account, "limit": limit, "before": before, "states": list(states) if states else None,
            "search": search, "archived": archived, "tag": tag, "channel": channel, "author": author, "paused_too": paused_too,
        }  # fmt: skip
        return cursor.execute(query, page).fetchall()


def under_way(conn: psycopg.Connection[Any], account: int) -> list[int]:
    """Return the mailings of the account that have started and not ended: some recipients may not have been reached yet."""
    rows = conn.execute(sql("penstock.mailing", "under_way"), {"account": account}).fetchall()
    return [int(number) for (number,) in rows]
