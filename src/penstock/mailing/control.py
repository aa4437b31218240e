"""The only place that changes the state of a mailing.

One transaction: take the gate, lock the row, gather the facts, let the lifecycle decide, update where the state is as expected,
carry out the effects, write the journal, notify. Then, for what stops senders, wait a moment until each says what it has on the wire.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.mailing import gate, journal, lifecycle
from penstock.mailing.facts import Gathered, gather
from penstock.mailing.guards import Refusal
from penstock.mailing.states import ENDS, State
from penstock.mailing.stopping import Stopping

CHANNEL = "penstock"
"""Senders listen here; the payload is the mailing that changed, its state and its version: "7 paused 12"."""


@dataclass(frozen=True)
class Actor:
    """Who gives a command, with which roles, through which door (cli, api, web, system)."""

    name: str
    roles: frozenset[str]
    door: str


SYSTEM = Actor("Penstock", frozenset({lifecycle.SYSTEM}), "system")
EVERY_ROLE = frozenset({lifecycle.AUTHOR, lifecycle.APPROVER, lifecycle.OPERATOR, lifecycle.ADMINISTRATOR})


@dataclass(frozen=True)
class Answer:
    """What a command did. `leaving`: messages on the wire whose answer is not known yet, exact unless `silent` names senders."""

    mailing: int
    state: State
    version: int
    leaving: int = 0
    silent: list[str] = field(default_factory=list)


class NotFound(Exception):
    """There is no such mailing."""


class Refused(Exception):
    """The command may not be carried out; nothing was changed. Says every reason, and what is allowed instead."""

    def __init__(self, command: str, state: State, refusal: lifecycle.Refused) -> None:
        self.command, self.state = command, state
        self.code, self.reasons, self.allowed = refusal.code, list(refusal.reasons), list(refusal.allowed)
        super().__init__(" ".join(reason.text for reason in refusal.reasons))


def command(
    conn: psycopg.Connection[Any], mailing: int, name: str, actor: Actor, *,
    reason: str | None = None, code: str | None = None, expected_version: int | None = None, **arguments: Any,
) -> Answer:  # fmt: skip
    """Give a command to a mailing.

    `conn` is in autocommit mode. `reason` goes to the journal and is shown; `code` is the machine's word for it (interruptions).
    Raises NotFound or Refused; then nothing was changed.
    """
    given = {**arguments, "reason": reason, "code": code, "actor": actor.name}
    with Stopping(conn, mailing) as stopping:
        with gate.shut(conn, mailing):
            conn.execute("select from mailing_mailing where id = %s for update", (mailing,))
            found = gather(conn, mailing)
            if found is None:
                raise NotFound(f"There is no mailing {mailing}.")
            decision = _decide(name, found, actor, given, expected_version)
            _move(conn, mailing, found, decision, given, actor)
            if "stop_senders" in decision.row.effects:
                stopping.expect(found.version + 1)
        leaving, silent = stopping.wait()
    return Answer(mailing, decision.target, found.version + 1, leaving, silent)


def attempt(conn: psycopg.Connection[Any], mailing: int, name: str) -> bool:
    """Give an event of the system; False when it does not apply (any more)."""
    try:
        command(conn, mailing, name, SYSTEM)
    except Refused:
        return False
    return True


def _decide(
    name: str, found: Gathered, actor: Actor, given: dict[str, Any], expected_version: int | None
) -> lifecycle.Decision:
    decision = lifecycle.decide(name, found.facts, actor.roles, given)
    refused = decision if isinstance(decision, lifecycle.Refused) else None
    if expected_version not in (None, found.version):  # said first: it may be why the rest is wrong
        text = f"The mailing has changed: it is at version {found.version}, not {expected_version}. Look at it again."
        allowed = lifecycle.allowed_actions(found.facts.state, actor.roles)
        reasons = (Refusal("version_changed", text), *(refused.reasons if refused else ()))
        refused = lifecycle.Refused("version_changed", reasons, allowed)
    if refused:
        raise Refused(name, found.facts.state, refused)
    assert isinstance(decision, lifecycle.Decision)
    return decision


def _move(
    conn: psycopg.Connection[Any], mailing: int, found: Gathered, decision: lifecycle.Decision,
    given: dict[str, Any], actor: Actor,
) -> None:  # fmt: skip
    source, target, effects = found.facts.state, decision.target, decision.row.effects
    changes: dict[str, Any] = {
        "state": target.value,
        "version": found.version + 1,
        "reason": _reason(given, actor),
    }
    if "remember_state" in effects:
        changes["came_from"] = source.value
    if source in (State.PAUSED, State.INTERRUPTED):
        changes["came_from"] = None
    if "keep_plan" in effects:
        changes["plan"] = Jsonb(given["plan"])
    stamps = {"note_submitted": "submitted_at", "note_approved": "approved_at"}
    for stamp in [column for effect, column in stamps.items() if effect in effects]:
        changes[stamp] = datetime.now(UTC)
    if target is State.STARTING and source is not State.PAUSED:
        changes["started_at"] = datetime.now(UTC)
    if target in ENDS:
        changes["finished_at"] = datetime.now(UTC)
    assignments = ", ".join(f"{column} = %({column})s" for column in changes)
    updated = conn.execute(
        f"update mailing_mailing set {assignments} where id = %(id)s and state = %(expected)s",
        {**changes, "id": mailing, "expected": source.value},
    )
    if updated.rowcount != 1:  # the row is locked, so only a defect leads here; nothing may go on
        raise RuntimeError(f"mailing {mailing} was not in the state {source.value}")
    if "close_packages" in effects:
        conn.execute("select delivery_close(%s, 'cancelled')", (mailing,))
    journal.append(
        conn, account=found.account, mailing=mailing, actor=actor.name, door=actor.door, command=decision.row.command,
        from_state=source.value, to_state=target.value, reason=given["reason"],
        data={"revision": found.revision, **({"code": given["code"]} if given["code"] else {})},
    )  # fmt: skip
    conn.execute("select pg_notify(%s, %s)", (CHANNEL, f"{mailing} {target.value} {found.version + 1}"))


def _reason(given: dict[str, Any], actor: Actor) -> Jsonb | None:
    if not given["reason"]:
        return None
    return Jsonb({
        "code": given["code"] or "operator", "text": given["reason"],
        "who": actor.name, "since": datetime.now(UTC).isoformat(),
    })  # fmt: skip
