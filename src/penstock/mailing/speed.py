"""How fast a mailing may go: an option of its own, which is changed while it runs, without a restart and without a new approval (B8).

It is no part of what is approved (content, audience, sender and channel). Senders hear of a change at once and take it up with the
messages that have not begun.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.account import access
from penstock.account.pace import FASTEST, shortest
from penstock.mailing import control, journal
from penstock.mailing.actor import Actor
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State

MOST_CONNECTIONS = 10_000
ENDED = frozenset({State.SENT, State.CANCELLED, State.EXPIRED})
SCOPES = ("mailings:operate", "mailings:write")


class SpeedError(ValueError):
    """A speed that cannot be; says what to give instead."""


@dataclass(frozen=True)
class Speed:
    """What a mailing may at most: messages a second, and connections over all senders; None: no limit of its own."""

    rate: float | None
    connections: int | None


def of(mailing: Mailing) -> Speed:
    """Return how fast it may go."""
    return Speed(mailing.options.get("rate"), mailing.options.get("connections"))


def put(
    conn: psycopg.Connection[Any], account: int, mailing: int, actor: Actor, *, rate: float | None, connections: int | None
) -> Speed | None:  # fmt: skip
    """Have a mailing of the account go no faster than this from now on; None when there is no such mailing.

    rate: messages a second. Idempotent; a change is journalled. The version stays: nothing that a command decides about has changed.
    Raises SpeedError, access.Forbidden: who writes it may until it is approved, afterwards who operates it.
    """
    _check(rate, connections)
    with conn.transaction():
        row = conn.execute(
            "select state, options from mailing_mailing where id = %s and account_id = %s and deleted_at is null for update",
            (mailing, account),
        ).fetchone()
        if row is None:
            return None
        state, options = State(row[0]), dict(row[1])
        _require(actor, state)
        before = Speed(options.get("rate"), options.get("connections"))
        after = Speed(rate, connections)
        if before != after:
            _store(conn, mailing, options, after)
            journal.append(
                conn, account=account, mailing=mailing, actor=actor.name, door=actor.door, command="rate",
                from_state=state.value, to_state=state.value, data={"before": _told(before), "after": _told(after)},
            )  # fmt: skip
    return after


def words(speed: Speed) -> str:
    """Say it: "50/s, 4 connections", or "as fast as it goes"."""
    told = [str(shortest(speed.rate))] if speed.rate else []
    if speed.connections:
        told.append(f"{speed.connections} connections" if speed.connections > 1 else "1 connection")
    return ", ".join(told) or "as fast as it goes"


def _store(conn: psycopg.Connection[Any], mailing: int, options: dict[str, Any], speed: Speed) -> None:
    told = {
        name: value
        for name, value in (("rate", speed.rate), ("connections", speed.connections))
        if value is not None
    }
    kept = {name: value for name, value in options.items() if name not in ("rate", "connections")}
    conn.execute("update mailing_mailing set options = %s where id = %s", (Jsonb(kept | told), mailing))
    conn.execute(
        "select pg_notify(%s, id || ' ' || state || ' ' || version) from mailing_mailing where id = %s",
        (control.CHANNEL, mailing),
    )


def _require(actor: Actor, state: State) -> None:
    if state in ENDED:
        raise SpeedError(f"The mailing is {state.value}: nothing of it goes out any more.")
    if state is State.DRAFT and access.allows(actor, "mailings:write"):
        return
    access.require(actor, "mailings:operate")


def _check(rate: float | None, connections: int | None) -> None:
    if rate is not None and not 0 < rate <= FASTEST:
        raise SpeedError(
            f"A rate is more than 0 and at most {FASTEST:,.0f} messages a second, or none; to stop the mailing, pause it."
        )
    if connections is not None and not 1 <= connections <= MOST_CONNECTIONS:
        raise SpeedError(
            f"A limit of connections is from 1 to {MOST_CONNECTIONS:,}, or none; to stop the mailing, pause it."
        )


def _told(speed: Speed) -> dict[str, Any]:
    return {"rate": speed.rate, "connections": speed.connections}
