"""Chains: mailings that follow each other. Each step has a state, a ledger and gates of its own; only its audience is the earlier one's.

The first mailing of a chain is its first step; a chain is known by it. Steps stand at positions from 1 on, in the order in which they
were added; whoever deletes a branch leaves the others theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.content.messages import channel_of
from penstock.mailing import copying, drafting, duration, mailings, step
from penstock.mailing.actor import Actor
from penstock.mailing.drafting import DraftError, Fault
from penstock.mailing.facts import Gathered, gather
from penstock.mailing.plan import Kind
from penstock.mailing.step import LONGEST_CHAIN, Condition
from penstock.platform.database import sql


@dataclass(frozen=True)
class Step:
    """One step of a chain as it stands. `delay` is in seconds; None while it has no plan with one."""

    id: int
    name: str
    channel: str
    state: str
    came_from: str | None
    reason: dict[str, Any] | None
    version: int
    position: int
    audience: dict[str, Any]
    plan: dict[str, Any] | None
    started_at: datetime | None
    finished_at: datetime | None
    has_statistics: bool
    recipients: int
    accepted: int

    @property
    def follows(self) -> int | None:
        """The mailing whose recipients it goes to; None for the first step."""
        return step.earlier(self.audience)

    @property
    def condition(self) -> Condition | None:
        """Which of them; None for the first step."""
        return None if self.follows is None else step.condition(self.audience)

    @property
    def delay(self) -> int | None:
        """Seconds after the earlier step reached somebody."""
        given = (self.plan or {}).get("delay")
        try:
            return None if given is None else duration.seconds(given)
        except ValueError:
            return None  # a draft may say anything; it is refused when it is submitted


@dataclass(frozen=True)
class New:
    """A step to be added. `message` is a stored one, by whose channel it goes; `narrowing` is an audience rule for some alone.

    follows: an earlier step of the chain; None: the last one. transport: None: that of the latest step of this channel, of a chain
    that has none the account's only one.
    """

    name: str
    message: int
    delay: int = 0
    condition: Condition = Condition.ALL
    follows: int | None = None
    narrowing: Mapping[str, Any] | None = None
    transport: int | None = None
    options: Mapping[str, Any] | None = None


def steps(conn: psycopg.Connection[Any], account: int, mailing: int) -> list[Step]:
    """Return the chain that a mailing of the account belongs to, in order; nothing where it belongs to none."""
    with conn.cursor(row_factory=class_row(Step)) as cursor:
        given = {"account": account, "mailing": mailing}
        return cursor.execute(sql("penstock.mailing", "steps_of"), given).fetchall()


def add(conn: psycopg.Connection[Any], account: int, mailing: int, new: New, actor: Actor) -> int:
    """Make a draft that is the last step of the chain of `mailing`, which begins one where it has none; return its number.

    Raises DraftError, and LookupError where the account has no such mailing.
    """
    with conn.transaction():
        there = _chained(conn, account, mailing)
        follows = next((each for each in there if each.id == new.follows), there[-1])
        rule = {**(new.narrowing or {}), "step": follows.id, "condition": new.condition.value}
        channel = channel_of(conn, new.message) or follows.channel
        _check(conn, account, new, rule, there, channel)
        transport = new.transport or _transport(conn, account, channel, [follows, *reversed(there)])
        made = mailings.create(
            conn, account, name=new.name.strip(), message=new.message, audience=rule, transport=transport,
            options=dict(new.options or {}), plan={"kind": Kind.AFTER.value, "delay": new.delay}, actor=actor,
        )  # fmt: skip
        _place(conn, made, there[0].id, there[-1].position + 1)
    return made


def copy(conn: psycopg.Connection[Any], mailing: int, found: Gathered, actor: Actor) -> int:
    """Make a draft of each step of the chain of a mailing, following each other as those do; return the number of the first."""
    made: dict[int, int] = {}
    for each in steps(conn, found.account, mailing):
        there = gather(conn, each.id)
        assert there is not None
        rule = dict(each.audience)
        if each.follows in made:
            rule["step"] = made[each.follows]
        made[each.id] = copying.make(
            conn, there, actor, f"{each.name} (copy)", rule, copied_from=each.id, plan=each.plan if each.follows else None
        )  # fmt: skip
        _place(conn, made[each.id], next(iter(made.values())), each.position)
    return next(iter(made.values())) if made else copying.copy(conn, mailing, found, actor)


def _chained(conn: psycopg.Connection[Any], account: int, mailing: int) -> list[Step]:
    """The chain of a mailing, locked by the row of its first step; the mailing begins one where it has none."""
    row = conn.execute(
        "select coalesce(chain_id, id), coalesce(fixes_id, (audience ->> 'step')::integer) from mailing_mailing"
        " where id = %s and account_id = %s and deleted_at is null",
        (mailing, account),
    ).fetchone()
    if row is None:
        raise LookupError(f"There is no mailing {mailing}.")
    first, beside = row
    conn.execute("select from mailing_mailing where id = %s for update", (first,))
    if not (there := steps(conn, account, mailing)):
        if beside is not None:
            text = f"mailing {mailing} stands beside mailing {beside}; add the step to the chain of that one."
            raise DraftError([Fault("chain", text)])
        conn.execute("update mailing_mailing set chain_id = id, position = 1 where id = %s", (mailing,))
        there = steps(conn, account, mailing)
    return there


def _check(
    conn: psycopg.Connection[Any], account: int, new: New, rule: dict[str, Any], there: list[Step], channel: str
) -> None:  # fmt: skip
    faults = []
    if new.follows is not None and all(each.id != new.follows for each in there):
        faults.append(Fault("follows", f"mailing {new.follows} is no step of this chain."))
    if len(there) >= LONGEST_CHAIN:
        faults.append(Fault("chain", f"a chain has at most {LONGEST_CHAIN} steps."))
    if not 0 <= new.delay <= step.LONGEST_DELAY:
        faults.append(Fault("delay", f"is {new.delay} s; give 0 to {step.LONGEST_DELAY}."))
    if faults:
        raise DraftError(faults)
    drafting.check(
        conn, account, name=new.name, audience=rule, transport=new.transport, options=new.options, channel=channel
    )  # fmt: skip


def _transport(conn: psycopg.Connection[Any], account: int, channel: str, likely: list[Step]) -> int:
    """The transport of the first of the likely steps that go by this channel, else the account's only one. Raises DraftError."""
    like = next((each.id for each in likely if each.channel == channel), None)
    row = conn.execute("select transport_id from mailing_mailing where id = %s", (like,)).fetchone()
    return int(row[0]) if row is not None else drafting.only_transport(conn, account, channel)


def _place(conn: psycopg.Connection[Any], mailing: int, first: int, position: int) -> None:
    conn.execute(
        "update mailing_mailing set chain_id = %s, position = %s where id = %s", (first, position, mailing)
    )
