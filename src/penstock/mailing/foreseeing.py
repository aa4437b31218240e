"""What follows from a command, before it is carried out: its warnings, and how many messages would still leave. Pure."""

from collections.abc import Mapping
from typing import Any

from penstock.mailing import guards, lifecycle
from penstock.mailing.guards import Facts
from penstock.mailing.guards.credit import runs_short
from penstock.mailing.lifecycle import Decision
from penstock.mailing.plan import Kind
from penstock.mailing.states import State


def warnings(facts: Facts, decision: Decision, given: Mapping[str, Any]) -> list[str]:
    """Return what whoever gives the command should know; it does not keep them from it."""
    told = [
        *_of_sequence(facts, decision, given),
        *_of_credits(facts, decision, given),
        *of_checks(facts, decision.row.command),
    ]
    if decision.row.command == "submit" and decision.target is State.STARTING and facts.analysis != "done":
        told.append("It starts before its analysis is over: nobody has to approve it.")
    return [*told, *_of_chain(facts, decision)]


def _of_chain(facts: Facts, decision: Decision) -> list[str]:
    """What becomes of the later steps of its chain."""
    if "break_chain" in decision.row.effects and (waiting := facts.later_waiting):
        steps = (
            "1 later step of its chain becomes a draft"
            if waiting == 1
            else f"{waiting} later steps of its chain become drafts"
        )
        return [f"{steps}; the approval is kept while nothing is edited."]
    if (
        decision.row.command in ("resume", "send_rest")
        and facts.state in (State.INTERRUPTED, State.CANCELLED)
        and facts.later_drafts
    ):
        drafts = facts.later_drafts
        steps = (
            "1 later step of its chain is a draft"
            if drafts == 1
            else f"{drafts} later steps of its chain are drafts"
        )
        return [f"{steps}: submit what is to go out after it."]
    return []


def of_checks(facts: Facts, command: str) -> list[str]:
    """Return what was not done before it is submitted, or not finished before it is approved."""
    told = []
    if command == "submit" and not facts.tested:
        told.append(guards.untested(facts))
    if command == "submit" and facts.same_campaign:
        others = ", ".join(map(str, facts.same_campaign))
        told.append(
            f"Web analytics cannot tell it from mailing {others}: the source, medium and campaign of its links are the same."
            " Set another utm_campaign, unless they are to be counted as one."
        )
    exempt = facts.channel != "email" or facts.transport_local or facts.domain == "verified"
    if command == "submit" and not exempt:
        told.append(f"{facts.sender_domain} is not verified as a sending domain of this account.")
    if command == "approve" and facts.analysis not in (None, "done"):
        told.append("It is approved without its analysis.")
    return told


def _of_sequence(facts: Facts, decision: Decision, given: Mapping[str, Any]) -> list[str]:
    if not _joins_sequence(facts, decision, given) or not (facts.queue_length or facts.sequence_busy):
        return []
    number = facts.queue_length
    waiting = (
        f"{number} other mailing{'' if number == 1 else 's'} of the sequence wait{'s' if number == 1 else ''}"
    )
    return [f"{waiting}, and {'one' if facts.sequence_busy else 'none'} is being sent."]


def _of_credits(facts: Facts, decision: Decision, given: Mapping[str, Any]) -> list[str]:
    """Credits that will be too few when it starts; one that starts at once with too few is refused instead."""
    planned = {"keep_plan", "plan_sequence", "note_approval", "note_validation"} & set(decision.row.effects)
    if facts.credits is None or not planned or decision.target in (State.DRAFT, State.PARKED):
        return []
    start = guards.plan_of(facts, given).due_at if "keep_plan" in decision.row.effects else facts.due_at
    told = runs_short(facts.credits, start, now=decision.target is State.STARTING)
    return [told] if told else []


def _joins_sequence(facts: Facts, decision: Decision, given: Mapping[str, Any]) -> bool:
    effects = decision.row.effects
    if "keep_plan" in effects:
        return guards.plan_of(facts, given).kind is Kind.SEQUENCE
    return "plan_sequence" in effects


def leaving(facts: Facts, decision: Decision, given: Mapping[str, Any]) -> int:
    """Return how many messages would still leave: those on the wire, and those of packages that would be finished."""
    if "stop_senders" not in decision.row.effects:
        return 0
    if decision.row.command == "pause":
        finished = facts.policy.package_interruptible == "off"
    else:
        finished = "close_packages" in decision.row.effects and lifecycle.delivers_prepared(facts, given)
    return facts.in_flight + (facts.begun_left if finished else 0)
