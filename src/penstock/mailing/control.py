"""The only place that changes the state of a mailing.

One transaction: take the gate, lock the row, gather the facts, let the lifecycle decide, carry out the effects, update where the
state is as expected, write the journal, notify. Then, for what stops senders, wait a moment until each says what it has on the wire.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.mailing import along, foreseeing, gate, journal, lifecycle, queue, repetition
from penstock.mailing.actor import EVERY_ROLE, SYSTEM, Actor
from penstock.mailing.effects import Change, Objection, carry_out
from penstock.mailing.facts import Gathered, gather, with_people
from penstock.mailing.guards import Refusal
from penstock.mailing.guards.gates import NO_CAMPAIGN
from penstock.mailing.guards.known import HELD_BY_SWITCH
from penstock.mailing.states import State
from penstock.mailing.stopping import Stopping

__all__ = [
    "EVERY_ROLE",
    "SYSTEM",
    "Actor",
    "Answer",
    "NotFound",
    "Refused",
    "Request",
    "attempt",
    "command",
    "possible",
]

CHANNEL = "penstock"
"""Senders and pages listen here; the payload is the mailing that changed, its state and its version: "7 paused 12".

A fourth word, `finish`, tells senders that packages which have begun are to be finished all the same.
"""


@dataclass(frozen=True)
class Answer:
    """What a command did. `leaving`: messages on the wire whose answer is not known yet, exact unless `silent` names senders;
    where packages that have begun are finished, the recipients of those without an outcome in the ledger.

    `made`: the mailing that was made (copy, fix_rest). `repeated`: this is the first answer to the same request once more.
    `dry`: nothing was done; `state` is where the command would lead.
    """

    mailing: int
    state: State
    version: int
    leaving: int = 0
    silent: list[str] = field(default_factory=list)
    made: int | None = None
    warnings: list[str] = field(default_factory=list)
    repeated: bool = False
    dry: bool = False


@dataclass(frozen=True)
class Request:
    """A request that may come again: its idempotency key, and a fingerprint of what it asks for."""

    key: str
    fingerprint: str


class NotFound(Exception):
    """There is no such mailing, or it is not this account's."""


class Refused(Exception):
    """The command may not be carried out; nothing was changed. Says every reason, and what is allowed instead."""

    def __init__(self, command: str, state: State, refusal: lifecycle.Refused) -> None:
        self.command, self.state = command, state
        self.code, self.reasons, self.allowed = refusal.code, list(refusal.reasons), list(refusal.allowed)
        super().__init__(" ".join(reason.text for reason in refusal.reasons))


def command(
    conn: psycopg.Connection[Any], mailing: int, name: str, actor: Actor, *,
    reason: str | None = None, code: str | None = None, expected_version: int | None = None,
    dry_run: bool = False, request: Request | None = None, blockers: tuple[str, ...] = (), **arguments: Any,
) -> Answer:  # fmt: skip
    """Give a command to a mailing.

    `conn` is in autocommit mode. `reason` goes to the journal and is shown; `code` is the machine's word for it (interruptions).
    `blockers` are what is wrong with the mailing's content, found by the caller (content.checking). A `request` that was
    answered before is answered again. Raises NotFound, Refused or repetition.KeyReused; then nothing was changed.
    """
    given = {
        **arguments,
        "reason": _storable(reason),
        "code": code,
        "actor": actor.name,
        "identity": actor.who,
    }
    _check_reach(conn, mailing, actor)
    change: Change | None = None
    with Stopping(conn, mailing) as stopping:
        with gate.shut(conn, mailing):
            along.shut(conn, mailing, name)
            account = _lock(conn, mailing, name)
            if request and (
                before := repetition.recall(conn, account, actor.who, request.key, request.fingerprint)
            ):
                return _again(before)
            found = with_people(conn, mailing, _gather(conn, mailing, blockers, name), given)
            decision = _decide(name, found, actor, given, expected_version)
            answer = _foreseen(mailing, found, decision, given)
            if dry_run:
                return answer
            change = Change(conn, mailing, found, decision, given, actor)
            _carry_out(change)
            with conn.pipeline():  # what waits for no answer is sent together
                _move(change)
                if "stop_senders" in decision.row.effects and change.finishing is None:
                    stopping.expect(answer.version + 1)
            along.bring(change, command, Refused)
            answer = _with(
                answer, dry=False, version=answer.version + 1, made=change.made, leaving=change.finishing or 0
            )
            _remember(conn, found, actor, request, answer)
        leaving, silent = stopping.wait()
    if leaving or silent:  # nobody was waited for where packages are finished
        answer = _with(answer, leaving=leaving, silent=silent)
        _remember(conn, change.found, actor, request, answer)
    return answer


def possible(
    conn: psycopg.Connection[Any], mailing: int, actor: Actor, blockers: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the commands that `actor` may give to the mailing as it is now. Raises NotFound."""
    found = gather(conn, mailing, blockers)
    if found is None or actor.account not in (None, found.account):
        raise _not_found(mailing)
    return lifecycle.possible(found.facts, actor.roles, actor.who)


def untagged(conn: psycopg.Connection[Any], mailing: int) -> tuple[str, ...]:
    """Return in words that links are to carry a campaign and there is none, as a submission is refused for; nothing else."""
    found = gather(conn, mailing)
    return (NO_CAMPAIGN,) if found is not None and found.facts.campaign == "" else ()


def attempt(conn: psycopg.Connection[Any], mailing: int, name: str) -> bool:
    """Give an event of the system; False when it does not apply (any more)."""
    try:
        command(conn, mailing, name, SYSTEM)
    except (Refused, NotFound):
        return False
    return True


def _check_reach(conn: psycopg.Connection[Any], mailing: int, actor: Actor) -> None:
    """Nobody so much as takes the gate of another account's mailing: that would hold up its senders."""
    if actor.account is not None:
        row = conn.execute("select account_id from mailing_mailing where id = %s", (mailing,)).fetchone()
        if row is None or row[0] != actor.account:
            raise _not_found(mailing)


def _not_found(mailing: int) -> NotFound:
    return NotFound(f"There is no mailing {mailing}.")


def _lock(conn: psycopg.Connection[Any], mailing: int, name: str) -> int:
    """Lock what the command may change; return the account. Lock order: gate, mailing, sequence."""
    row = conn.execute(
        "select account_id, state from mailing_mailing where id = %s for update", (mailing,)
    ).fetchone()
    if row is None:
        raise _not_found(mailing)
    if _may_touch_queue(name, State(row[1])):
        queue.lock(conn, mailing)
    return int(row[0])


def _gather(conn: psycopg.Connection[Any], mailing: int, blockers: tuple[str, ...], name: str) -> Gathered:
    if (found := gather(conn, mailing, blockers, submitting=name == "submit")) is None:
        raise _not_found(mailing)
    return found


def _may_touch_queue(name: str, state: State) -> bool:
    rows = [row for row in lifecycle.TABLE if row.command == name and state in row.sources]
    return state in (State.QUEUED, State.PAUSED) or any(State.QUEUED in row.targets for row in rows)


def _decide(
    name: str, found: Gathered, actor: Actor, given: dict[str, Any], expected_version: int | None
) -> lifecycle.Decision:
    decision = lifecycle.decide(name, found.facts, actor.roles, given)
    refused = decision if isinstance(decision, lifecycle.Refused) else None
    if expected_version not in (None, found.version):  # said first: it may be why the rest is wrong
        text = f"The mailing has changed: it is at version {found.version}, not {expected_version}. Look at it again."
        allowed = lifecycle.possible(found.facts, actor.roles, actor.who)
        reasons = (Refusal("version_changed", text), *(refused.reasons if refused else ()))
        refused = lifecycle.Refused("version_changed", reasons, allowed)
    if refused:
        raise Refused(name, found.facts.state, refused)
    assert isinstance(decision, lifecycle.Decision)
    return decision


def _foreseen(mailing: int, found: Gathered, decision: lifecycle.Decision, given: dict[str, Any]) -> Answer:
    """The answer to a dry run: nothing has been done, so the version is the one that there is."""
    return Answer(
        mailing, decision.target, found.version, dry=True, leaving=foreseeing.leaving(found.facts, decision, given),
        warnings=foreseeing.warnings(found.facts, decision, given),
    )  # fmt: skip


def _carry_out(change: Change) -> None:
    try:
        carry_out(change)
    except Objection as objection:
        facts, actor = change.found.facts, change.actor
        allowed = lifecycle.possible(facts, actor.roles, actor.who)
        refused = lifecycle.Refused(objection.refusal.code, (objection.refusal,), allowed)
        raise Refused(change.decision.row.command, facts.state, refused) from None


def _storable(reason: str | None) -> str | None:
    """Return the reason without what the database cannot keep: zero bytes, and halves of surrogate pairs."""
    return reason and reason.replace("\0", "").encode("utf-8", "replace").decode()


def _move(change: Change) -> None:
    found, source, target = change.found, change.source, change.target
    columns = {
        **change.columns,
        "state": target.value,
        "version": found.version + 1,
        "reason": _reason(change),
    }
    assignments = ", ".join(f"{column} = %({column})s" for column in columns)
    updated = change.conn.execute(
        f"update mailing_mailing set {assignments} where id = %(id)s and state = %(expected)s",
        {**columns, "id": change.mailing, "expected": source.value},
    )
    data = {"revision": found.revision, **change.data}
    if change.given["code"]:
        data["code"] = change.given["code"]
    journal.append(
        change.conn, account=found.account, mailing=change.mailing, actor=change.actor.name, door=change.actor.door,
        command=change.decision.row.command, from_state=source.value, to_state=target.value,
        reason=change.given["reason"], data=data,
    )  # fmt: skip
    if updated.rowcount != 1:  # the row is locked, so only a defect leads here; nothing may go on
        raise RuntimeError(f"mailing {change.mailing} was not in the state {source.value}")
    news = f"{change.mailing} {target.value} {found.version + 1}" + (
        " finish" if data.get("finish_begun") else ""
    )
    change.conn.execute("select pg_notify(%s, %s)", (CHANNEL, news))


def _reason(change: Change) -> Jsonb | None:
    """What is shown beside the state: why it is the one it is. The journal has the reasons of all commands."""
    given, row, before = change.given, change.decision.row, change.found.row["reason"]
    if {"let_go", "pass_canary"} & set(row.effects):
        return None
    if "unlock" in row.effects:  # why it was stopped is still why; a resumption looks for this mark
        return Jsonb({**before, "unlocked": {"text": given["reason"], **_signed(change)}})
    if change.target is change.source and not {"hold", "hold_back", "await_canary", "next_canary"} & set(
        row.effects
    ):
        held = before is not None and str(before.get("code", "")).startswith("held:")
        return Jsonb(before) if before is not None and not (held and "keep_plan" in row.effects) else None
    if change.source is State.CANCELLING and not given["reason"]:
        return Jsonb(before) if before else None  # the cancellation is completed: its reason is still why
    if row.command == "handed_off" and before and before.get("code") == HELD_BY_SWITCH:
        return Jsonb(before)  # those who are tried again are held back as well
    text = given["reason"]
    if change.target is State.PAUSED:
        text = (
            text or f"Paused by {change.actor.name}."
        )  # nobody is asked why, but who and since when is shown
    if not text:
        return None
    lacked = {"needed": needed} if (needed := given.get("credits_needed")) else {}
    return Jsonb({"code": given["code"] or "operator", "text": text, **lacked, **_signed(change)})


def _signed(change: Change) -> dict[str, str]:
    return {"who": change.actor.name, "since": datetime.now(UTC).isoformat()}


def _with(answer: Answer, **changed: Any) -> Answer:
    return Answer(**{**answer.__dict__, **changed})


def _remember(
    conn: psycopg.Connection[Any], found: Gathered, actor: Actor, request: Request | None, answer: Answer
) -> None:
    if request:
        repetition.remember(
            conn,
            found.account,
            actor.who,
            request.key,
            request.fingerprint,
            {**answer.__dict__, "state": answer.state.value},
        )


def _again(before: dict[str, Any]) -> Answer:
    return Answer(**{**before, "state": State(before["state"]), "repeated": True})
