"""What a command does beside changing the state, by the names that stand in the lifecycle's table. In `control`'s transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.mailing import chain, copying, crediting, guards, lifecycle, queue, saved
from penstock.mailing.actor import Actor
from penstock.mailing.digest import of_submitted, segments_of
from penstock.mailing.facts import Gathered
from penstock.mailing.plan import Kind
from penstock.mailing.states import ENDS, State
from penstock.platform.database import sql


@dataclass
class Change:
    """A command that is being carried out. Effects fill `columns` (of the mailing) and `data` (of the journal)."""

    conn: psycopg.Connection[Any]
    mailing: int
    found: Gathered
    decision: lifecycle.Decision
    given: dict[str, Any]
    actor: Actor
    columns: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    made: int | None = None  # the number of a mailing that was made
    finishing: int | None = None  # packages that have begun are finished: so many recipients still go out

    @property
    def source(self) -> State:
        return self.found.facts.state

    @property
    def target(self) -> State:
        return self.decision.target


class Objection(Exception):
    """What only carrying it out can show: the command is refused, and everything is as it was."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.refusal = guards.Refusal(code, text)


def carry_out(change: Change) -> None:
    """Run every effect of the command's row, then what follows from the states alone."""
    for name in change.decision.row.effects:
        EFFECTS[name](change)
    _follow(change)
    if refusal := crediting.follow(change):
        raise Objection(refusal.code, refusal.text)


def _follow(change: Change) -> None:
    """What every way into or out of a state does, whichever command leads there."""
    columns, facts, now = change.columns, change.found.facts, change.found.facts.now
    source, target = change.source, change.target
    if source in (State.PAUSED, State.INTERRUPTED) and target is not source:
        columns["came_from"] = None
    if target is State.STARTING and source is not State.STARTING:
        columns.setdefault("started_at", change.found.row.get("started_at") or now)
        if source not in (State.PAUSED, State.INTERRUPTED):
            seconds = _undo_seconds(change)
            columns["undo_until"] = now + timedelta(seconds=seconds) if seconds and not facts.frozen else None
    if target in ENDS and source is not target:
        columns |= {"finished_at": now, "stopped_at": None}
    elif source in ENDS and target not in ENDS:
        columns["finished_at"] = None
    if facts.archived and target is not source:
        columns["archived_at"] = None  # back among what happens
    if target is State.CANCELLED and facts.policy.after_cancel == "delete" and source is not target:
        columns["deleted_at"] = now
    if target is State.QUEUED and source is not State.QUEUED:
        again = source in (State.PAUSED, State.INTERRUPTED)
        queue.append(change.conn, change.found.account, change.mailing, first=again)
    keeps_place = target is State.PAUSED and source is State.QUEUED
    if target is not State.QUEUED and not keeps_place and State.QUEUED in (source, facts.came_from):
        queue.remove(change.conn, change.found.account, change.mailing)


def _undo_seconds(change: Change) -> int:
    chosen = change.found.facts.policy.undo_seconds
    if change.actor.door == "system":
        return 0  # its time came: there was time enough to take it back
    return int(chosen if chosen is not None else 10 if change.actor.door == "web" else 0)


def _change(change: Change) -> None:
    changes = change.given.get("changes") or {}
    _check_owned(change, changes)
    change.columns |= {name: Jsonb(v) if isinstance(v, dict) else v for name, v in changes.items()}
    if "message_id" in changes:
        saved.save(
            change.conn, change.mailing, changes["message_id"], change.found.revision, change.actor.who,
            typing=bool(change.given.get("typing")),
        )  # fmt: skip
    change.data["changed"] = sorted(changes)
    _note_author(change)


def _check_owned(change: Change, changes: dict[str, Any]) -> None:
    """Nothing of another account ever stands in a mailing."""
    for column, table in (("message_id", "content_message"), ("transport_id", "account_transport")):
        if (
            column in changes
            and not change.conn.execute(
                f"select 1 from {table} where id = %s and account_id = %s",
                (changes[column], change.found.account),
            ).fetchone()
        ):
            raise Objection("change_invalid", f"There is no {column.removesuffix('_id')} {changes[column]}.")


def _note_author(change: Change) -> None:
    authors = [*change.found.facts.authors]
    if change.actor.who not in authors:
        change.columns["authors"] = Jsonb([*authors, change.actor.who])


def _keep_plan(change: Change) -> None:
    plan = guards.plan_of(change.found.facts, change.given)
    change.columns |= {"plan": Jsonb(plan.document), "due_at": plan.due_at, "ends_at": plan.ends_at}
    change.columns |= {"first_at": None, "located_at": None}
    change.data["plan"] = plan.document


def _plan(kind: Kind) -> Callable[[Change], None]:
    """Return the effect that keeps the plan's end date and batches and changes how it starts."""

    def keep(change: Change) -> None:
        before = change.found.facts.plan or {}
        document = {
            "kind": kind.value,
            **{k: before[k] for k in ("ends_at", "zone", "fold") if "ends_at" in before and k in before},
            **{k: before[k] for k in ("batches", "interval", "zone") if "batches" in before and k in before},
        }
        change.columns |= {"plan": Jsonb(document), "due_at": None, "first_at": None, "located_at": None}
        change.data["plan"] = document

    return keep


def _note_submission(change: Change) -> None:
    row = change.found.row
    segments = segments_of(change.conn, row)
    digest = of_submitted(change.conn, row)
    now = change.found.facts.now
    kept = Jsonb(segments) if segments else None
    change.columns["segments"] = kept
    change.columns |= {"digest": digest, "submitted_at": now, "approved_size": None}
    change.data["digest"] = digest
    _note_author(change)
    change.conn.execute(
        "insert into mailing_submission"
        " (account_id, mailing_id, revision, digest, message_id, transport_id, audience, segments, plan, identity, at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (change.found.account, change.mailing, change.found.revision, digest, row["message_id"], row["transport_id"],
         Jsonb(row["audience"]), kept, change.columns["plan"], change.actor.who, now),
    )  # fmt: skip
    if not change.found.facts.frozen:
        if change.found.facts.follows is None:  # whom a step goes to shows when the earlier one was sent
            _have_counted(change, digest)
        _have_analysed(change)


def _have_analysed(change: Change) -> None:
    """In the background, for every recipient; nothing to do where exactly this was analysed before."""
    from penstock.platform import jobs

    asked = change.conn.execute(
        "select preflight_ask(%s, %s, false)", (change.mailing, change.actor.name)
    ).fetchone()
    if asked and asked[0] is not None:
        jobs.defer(change.conn, "analyse", queue=jobs.LONG, analysis=asked[0])


def _have_counted(change: Change, digest: str) -> None:
    """In the background: counting a large audience takes longer than a command may."""
    from penstock.platform import (
        jobs,
    )  # only here: senders import this module, and have no use for its libraries

    jobs.defer(change.conn, "estimate", mailing=change.mailing, digest=digest)


def _note_gate(kind: str) -> Callable[[Change], None]:
    def note(change: Change) -> None:
        reviewed = change.given.get("digest") is not None
        analysed = change.found.facts.analysis in (None, "done")
        # One that was submitted before there were digests has none yet.
        digest = change.found.facts.digest or of_submitted(change.conn, change.found.row)
        change.conn.execute(
            "insert into mailing_approval (account_id, mailing_id, revision, kind, digest, identity, reviewed, analysed, at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (mailing_id, digest, kind, identity) where voided_at is null do nothing",
            (change.found.account, change.mailing, change.found.revision, kind, digest, change.actor.who, reviewed,
             analysed, change.found.facts.now),
        )  # fmt: skip
        change.columns |= {"approved_at": change.found.facts.now, "digest": digest}
        change.data |= {"digest": digest, "reviewed": reviewed, "analysed": analysed}

    return note


def _void_approvals(change: Change) -> None:
    change.conn.execute(
        "update mailing_approval set voided_at = %s where mailing_id = %s and voided_at is null",
        (change.found.facts.now, change.mailing),
    )
    change.columns |= {"approved_at": None}
    if change.given.get("ground"):
        change.data["ground"] = change.given["ground"]
    if change.target is State.DRAFT:
        change.columns |= {"digest": None, "submitted_at": None, "due_at": None, "ends_at": None}


def _keep_approval(change: Change) -> None:
    """A draft again, with its digest: submitted as it was, what approved it still counts."""
    change.columns |= {"submitted_at": None, "due_at": None, "ends_at": None}


def _next_revision(change: Change) -> None:
    change.columns |= {
        "revision": change.found.revision + 1, "digest": None, "submitted_at": None, "due_at": None, "ends_at": None,
    }  # fmt: skip
    _note_author(change)  # beside who wrote it before: four eyes


def _place(change: Change) -> None:
    queue.place(change.conn, change.found.account, change.mailing, change.given["position"])
    change.data["position"] = change.given["position"]


def _not_started(change: Change) -> None:
    change.columns |= {"started_at": None, "undo_until": None}


def _remember_state(change: Change) -> None:
    change.columns["came_from"] = change.source.value
    change.columns["stopped_at"] = change.found.row["stopped_at"] or change.found.facts.now
    if change.found.facts.policy.package_interruptible == "off" and change.decision.row.command == "pause":
        _finish_begun(change, "delivery_bind")


def _finish_begun(change: Change, counted_by: str) -> None:
    """Packages that have begun are finished: note it, and how many recipients that is."""
    row = change.conn.execute(f"select {counted_by}(%s)", (change.mailing,)).fetchone()
    change.finishing = int(row[0]) if row else 0
    change.data["finish_begun"] = True


def _let_go_of_the_past(change: Change) -> None:
    """Who goes on with it lets those go, too, whom a kill switch held back that has expired (delivery_switches)."""
    past = change.conn.execute(
        sql("penstock.mailing", "expired_switches"), {"mailing": change.mailing}
    ).fetchall()
    if past:
        change.columns["let_go"] = change.data["let_go"] = [number for (number,) in past]


def _resume(change: Change) -> None:
    if change.source is State.INTERRUPTED:
        size = change.found.facts.policy.canary_size
        change.conn.execute("select delivery_arm(%s, %s)", (change.mailing, size))
    _let_go_of_the_past(change)
    change.conn.execute("select delivery_unbind(%s)", (change.mailing,))
    if not change.found.facts.frozen or (change.target is State.STARTING and change.given.get("at") is None):
        change.columns["stopped_at"] = None  # its times are reckoned from its start, when that comes
    if change.given.get("at") is not None:
        _keep_plan(change)
    elif change.given.get("ends_at") is not None:
        plan, ends_at = guards.new_end(change.found.facts, change.given)
        change.columns |= {"plan": Jsonb(plan), "ends_at": ends_at}
        change.data["plan"] = plan
    if change.found.facts.reason_code == "audience_drift":
        change.data["drift_accepted"] = True
        facts = change.found.facts
        change.columns["approved_size"] = facts.sendable + facts.capped


def _caught_up(change: Change) -> None:
    change.columns["stopped_at"] = None
    change.data |= change.given.get("found") or {}


def _close_packages(change: Change) -> None:
    keep = change.target is State.CANCELLING and lifecycle.delivers_prepared(change.found.facts, change.given)
    change.conn.execute("select delivery_close(%s, 'cancelled', %s)", (change.mailing, keep))
    if keep:
        _finish_begun(change, "delivery_bound")
    if change.decision.row.command == "cancel":
        change.data["prepared"] = "deliver" if keep else "drop"


def _expire_packages(change: Change) -> None:
    change.conn.execute(
        "select delivery_close(%s, 'expired', %s)", (change.mailing, change.target is not State.EXPIRED)
    )
    if change.target is State.EXPIRED:
        change.given |= {"code": "end_date", "reason": "Its end date passed."}


def _reopen_packages(change: Change) -> None:
    _let_go_of_the_past(change)
    change.conn.execute("select delivery_reopen(%s)", (change.mailing,))
    size = change.found.facts.policy.canary_size
    change.conn.execute("select delivery_canary_again(%s, %s)", (change.mailing, size))


def _release_doubt(change: Change) -> None:
    which = change.given["which"]
    row = change.conn.execute(
        "select delivery_release_doubt(%s, %s)", (change.mailing, None if which == "all" else which)
    ).fetchone()
    change.data["released"] = row[0] if row else 0
    if not change.data["released"]:
        raise Objection(
            "not_in_doubt", "None of these messages is in doubt: the ledger, state in_doubt, says which are."
        )


def _copy(change: Change) -> None:
    copy = chain.copy if change.given.get("chain") is True else copying.copy
    change.made = copy(change.conn, change.mailing, change.found, change.actor)
    change.data["made"] = change.made


def _fix_rest(change: Change) -> None:
    change.made = copying.fix_rest(change.conn, change.mailing, change.found, change.actor)
    change.data["made"] = change.made
    if change.target is not change.source and not change.given["reason"]:
        change.given["reason"] = f"Those not reached get its correction, mailing {change.made}."


def _delete(change: Change) -> None:
    change.columns["deleted_at"] = change.found.facts.now


def _archive(change: Change) -> None:
    change.columns["archived_at"] = change.found.facts.now


def _hold(change: Change) -> None:
    if change.target is change.source:
        text = "Its launch time passed while it waited at the gate: give it a new one (edit_plan)."
        change.given |= {"code": "held:late_gate", "reason": text}
    else:
        change.given |= {"code": "late_gate", "reason": "Its launch time passed while it waited at the gate."}


def _pass_canary(change: Change) -> None:
    """Those who were held back go as they are planned. The rest of the figures that were judged is in the reason."""
    row = change.conn.execute("select delivery_canary_passed(%s)", (change.mailing,)).fetchone()
    change.data["released"] = int(row[0]) if row else 0


def _next_canary(change: Change) -> None:
    """The next recipients go ahead, for nobody of those who did was tried."""
    size = change.found.facts.policy.canary_size
    change.conn.execute("select delivery_canary(%s, %s)", (change.mailing, size))


def _note_canary(change: Change) -> None:
    """A canary that was judged bad is not judged again: a resume sends another one ahead."""
    if change.given.get("canary_failed"):
        change.conn.execute("select delivery_canary_failed(%s)", (change.mailing,))


def _nothing(change: Change) -> None:
    """Carried out by `control` itself: `stop_senders` around the transaction, what concerns later steps behind it (mailing.along), what
    only the reason tells where that is written."""


EFFECTS: dict[str, Callable[[Change], None]] = {
    "change": _change, "keep_plan": _keep_plan, "plan_now": _plan(Kind.NOW), "plan_sequence": _plan(Kind.SEQUENCE),
    "plan_later": _plan(Kind.LATER), "note_submission": _note_submission, "note_approval": _note_gate("approval"),
    "note_validation": _note_gate("validation"), "void_approvals": _void_approvals, "next_revision": _next_revision,
    "place": _place, "not_started": _not_started, "remember_state": _remember_state, "resume": _resume, "caught_up": _caught_up,
    "close_packages": _close_packages, "expire_packages": _expire_packages, "reopen_packages": _reopen_packages,
    "keep_approval": _keep_approval, "break_chain": _nothing, "reopen_steps": _nothing, "delete_later": _nothing,
    "release_doubt": _release_doubt, "copy": _copy, "fix_rest": _fix_rest, "delete": _delete, "archive": _archive,
    "unlock": _nothing, "await_canary": _nothing, "next_canary": _next_canary, "pass_canary": _pass_canary, "note_canary": _note_canary, "hold": _hold, "hold_back": _nothing, "let_go": _nothing, "stop_senders": _nothing,
}  # fmt: skip
"""Each effect of the table by its name; a test holds the two against each other."""
