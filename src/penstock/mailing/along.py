"""What a command does to the later steps of a chain, in its transaction: to drafts, on again, or deleted with it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import psycopg

from penstock.mailing import gate, lifecycle
from penstock.mailing.actor import SYSTEM, Actor
from penstock.mailing.effects import Change
from penstock.mailing.states import State
from penstock.platform.database import sql

EVENTS: Final = {"break_chain": "chain_break", "reopen_steps": "reopen", "delete_later": "delete_along"}
"""What is given to each later step, by the effect in the lifecycle's table that says so."""

BROKEN: Final = {
    State.INTERRUPTED: "was interrupted",
    State.CANCELLED: "was cancelled",
    State.CANCELLING: "is being cancelled",
}

_GOING: Final = (State.STARTING, State.SENDING)
"""Steps in these states are let alone, and so are their gates: senders pass them."""

Give = Callable[..., Any]


def shut(conn: psycopg.Connection[Any], mailing: int, name: str) -> None:
    """Take the gates of the later steps that the command `name` may change, in their order: before any row is locked, as always."""
    rows = [row for row in lifecycle.TABLE if row.command == name]
    if any(EVENTS.keys() & set(row.effects) for row in rows):
        conn.execute(
            "select pg_advisory_xact_lock(%(gate)s, later.id) from ("
            f"{sql('penstock.mailing', 'later_steps')}) as later where later.state <> all(%(going)s)",
            {"gate": gate.GATE, "mailing": mailing, "going": [each.value for each in _GOING]},
        )


def bring(change: Change, give: Give, refused: type[Exception]) -> None:
    """Give each later step what the effects of this change say; a step that it does not concern is left as it is.

    give: control.command; refused: what it raises where a step's state does not let it.
    """
    events = [EVENTS[name] for name in change.decision.row.effects if name in EVENTS]
    if not events or (events == ["delete_along"] and not change.found.facts.later_steps):
        return
    (event,) = events
    system = Actor(change.actor.name, frozenset({lifecycle.SYSTEM}), change.actor.door)
    later = change.conn.execute(
        sql("penstock.mailing", "later_steps"), {"mailing": change.mailing}
    ).fetchall()
    for number, state, *_ in later:
        if event == "delete_along":
            give(change.conn, number, event, system)  # all of them, or none
        elif (
            State(state) not in _GOING
        ):  # their gates are not ours, and now we may hold the balance of the credits
            with suppress(refused):
                give(change.conn, number, event, SYSTEM, **_why(event, change))


def _why(event: str, change: Change) -> dict[str, Any]:
    if event != "chain_break":
        return {}
    text = f"Mailing {change.mailing} of its chain {BROKEN.get(change.target, 'was stopped')}. Submit it again when that goes on."
    return {"reason": text, "code": "chain_break"}
