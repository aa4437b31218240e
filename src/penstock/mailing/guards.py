"""Guards: what must hold before a command may change a mailing. Pure: facts in, a refusal or None out.

All guards of a command are asked, so that a refusal names everything that is wrong at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from penstock.mailing.states import State


@dataclass(frozen=True)
class Facts:
    """What guards and targets may know of one mailing; gathered by `mailing.facts` inside the transaction."""

    state: State
    came_from: State | None = None
    reason_code: str | None = None
    recipients: int = 0  # the audience, skipped ones included; 0 before it is frozen
    sendable: int = 0  # the audience without those skipped when frozen
    unbegun: int = 0  # not yet claimed, never handed off, in packages
    retrying: int = 0  # not yet claimed, in retry packages
    in_flight: int = 0  # claimed and not recorded
    due_returned: int = 0  # given back, not yet packed again
    due_deferred: int = 0  # waiting for their time
    approvers: tuple[str, ...] = ()  # who approved this revision, each once
    approvals_required: int = 1
    missing: tuple[str, ...] = ()  # parts of the mailing that do not exist (yet)


@dataclass(frozen=True)
class Refusal:
    """One reason why a command cannot be carried out now, and what to do about it."""

    code: str
    text: str


Arguments = Mapping[str, Any]
Guard = Callable[[Facts, Arguments], Refusal | None]


def complete(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A mailing is submitted whole: message, audience and transport exist."""
    if facts.missing:
        return Refusal(
            "incomplete",
            f"The mailing has no {', no '.join(facts.missing)}. Complete it, then submit it again.",
        )
    return None


def plan_known(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The plan is one of those that this version carries out."""
    plan = arguments.get("plan")
    if not isinstance(plan, Mapping) or plan.get("kind") != "now":
        return Refusal("unknown_plan", f'The plan {plan!r} is not known. Give {{"kind": "now"}}.')
    return None


def reason_given(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A command that ends something, or goes on after a fault, says why."""
    if not str(arguments.get("reason") or "").strip():
        return Refusal("reason_required", "Say why: give a reason.")
    return None


def acknowledged(facts: Facts, arguments: Arguments) -> Refusal | None:
    """After an interruption somebody has looked: a note goes to the journal."""
    if facts.state is State.INTERRUPTED and not str(arguments.get("reason") or "").strip():
        return Refusal(
            "note_required",
            f"The mailing was interrupted ({facts.reason_code}). Mend the cause, then resume with a note that says what was done.",
        )
    return None


def not_approved_by_same(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Each approval is another person's."""
    actor = arguments.get("actor")
    if actor in facts.approvers:
        return Refusal(
            "approved_already",
            f"{actor} has approved this mailing already; {facts.approvals_required} different people have to.",
        )
    return None


def audience_not_empty(facts: Facts, arguments: Arguments) -> Refusal | None:
    """There is somebody to send to."""
    if facts.sendable == 0:
        return Refusal(
            "empty_audience",
            "Nobody is left to send to: the audience is empty, or everybody in it is skipped.",
        )
    return None


def all_handed_off(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Everybody has been tried once."""
    left = facts.unbegun + facts.due_returned
    if left:
        return Refusal("not_handed_off", f"{left} recipients have not been handed off yet.")
    return None


def all_settled(facts: Facts, arguments: Arguments) -> Refusal | None:
    """No further attempt will follow for anybody."""
    left = facts.unbegun + facts.due_returned + facts.retrying + facts.due_deferred + facts.in_flight
    if left:
        return Refusal("not_settled", f"{left} recipients are not settled yet.")
    return None


def nothing_in_flight(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Every message that was on the wire has its answer."""
    if facts.in_flight:
        return Refusal("in_flight", f"{facts.in_flight} messages are still leaving.")
    return None
