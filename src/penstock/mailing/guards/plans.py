"""Guards of plans: when a mailing goes, where its plan leads, its place in the sequence. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from penstock.mailing import batches
from penstock.mailing import plan as plans
from penstock.mailing.guards.known import Arguments, Facts, Refusal
from penstock.mailing.plan import Kind, Plan, PlanError
from penstock.mailing.states import State

OF_PLAN = {
    Kind.NOW: State.STARTING, Kind.AT: State.SCHEDULED, Kind.AFTER: State.SCHEDULED, Kind.SEQUENCE: State.QUEUED, Kind.LATER: State.PARKED
}  # fmt: skip
"""target(plan): where a mailing stands once every gate is passed."""


def plan_of(facts: Facts, arguments: Arguments) -> Plan:
    """Return the plan that a command brings, else the one the mailing has, as of now. Raises PlanError.

    A command brings `plan` whole, or `at` (with `zone` and `fold`), which keeps the end date and how it is spread over time, or
    `ends_at` alone.
    """
    given, at, zone = arguments.get("plan"), arguments.get("at"), arguments.get("zone")
    ends_at = arguments.get("ends_at")
    if at is not None:
        brought = {name: arguments[name] for name in ("at", "zone", "fold") if arguments.get(name)}
        given = {
            "kind": Kind.AT.value,
            **_end_kept(facts, zone),
            **_pace_kept(facts, arguments),
            **brought,
            "at": at,
        }
    elif given is None:
        given = facts.plan and {**facts.plan, **_pace_kept(facts, arguments)}
    if ends_at is not None and isinstance(given, Mapping):
        given = {
            **given,
            "ends_at": ends_at if at is not None or not zone else _absolute(ends_at, zone, arguments),
        }
    return plans.read(given, zone=facts.zone, now=facts.now, past_start=facts.policy.past_start)


def _end_kept(facts: Facts, zone: Any) -> dict[str, Any]:
    """The end date that the mailing has, to be written beside a start in `zone`."""
    if facts.ends_at is None or not facts.plan:
        return {}
    same = (zone or facts.zone) == (facts.plan.get("zone") or facts.zone)
    return {"ends_at": facts.plan["ends_at"] if same else facts.ends_at.isoformat()}


def _pace_kept(facts: Facts, arguments: Arguments) -> dict[str, Any]:
    """The batches and the local time that are given, else those that the mailing has; `local` false ends it."""
    kept = {
        name: value for name, value in (facts.plan or {}).items() if name in ("batches", "interval", "local")
    }
    given = {
        name: arguments[name] for name in ("batches", "interval", "local") if arguments.get(name) is not None
    }
    return kept | given


def _absolute(wall: Any, zone: Any, arguments: Arguments) -> str:
    return plans.instant(wall, zone, arguments.get("fold")).isoformat()


def new_end(facts: Facts, arguments: Arguments) -> tuple[dict[str, Any], datetime]:
    """Return the plan of a mailing that may have started, with the end date given: as document, and the instant.

    Raises PlanError when the end date is not to come.
    """
    before = dict(facts.plan or {"kind": Kind.NOW.value})
    zone = arguments.get("zone") or before.get("zone") or facts.zone
    ends_at = plans.instant(arguments["ends_at"], zone, arguments.get("fold"))
    if ends_at <= max(facts.now, facts.due_at or facts.now):
        raise PlanError(
            "end_before_start", f"The end date {arguments['ends_at']} ({zone}) is past, or before its start."
        )
    return {**before, "ends_at": ends_at.isoformat()}, ends_at


def new_plan_leads(facts: Facts, arguments: Arguments) -> State:
    """Where the plan leads that a command brings, or that is read anew. Raises PlanError."""
    return OF_PLAN[plan_of(facts, arguments).kind]


def kept_plan_leads(facts: Facts, arguments: Arguments) -> State:
    """Where the plan leads that passed the gates; a launch time that has passed means now."""
    if facts.due_at and facts.due_at <= facts.now:
        return State.STARTING
    return OF_PLAN[Kind((facts.plan or {"kind": Kind.LATER})["kind"])]


def plan_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The plan can be carried out: its time exists, once, and is to come; its batches are not too many; a step of a chain goes after another mailing."""
    try:
        plan = plan_of(facts, arguments)
    except PlanError as error:
        return Refusal(error.code, error.text)
    kind, size = plan.kind, (plan.document.get("batches") or {}).get("size")
    if size and facts.people and (words := batches.too_many(facts.people, size)):
        return Refusal("too_many_batches", words)
    if facts.follows is None and kind is Kind.AFTER:
        return Refusal(
            "not_a_step", "It follows no other mailing: add it as a step of a chain, or give another plan."
        )
    if facts.follows is not None and kind not in (Kind.AFTER, Kind.LATER):
        return Refusal(
            "is_a_step",
            f'It goes out after mailing {facts.follows}: its plan is {{"kind": "after", "delay": "2d"}}, or later.',
        )
    return None


def time_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A time is given; it exists, once, and is to come."""
    given = arguments.get("plan")
    timed = isinstance(given, Mapping) and given.get("kind") in (Kind.AT, Kind.AFTER)
    if facts.follows is not None and not timed and arguments.get("at") is None:
        return Refusal(
            "time_required", 'Say when: give the delay, as "plan": {"kind": "after", "delay": "2d"}.'
        )
    if arguments.get("at") is None and not timed:
        return Refusal("time_required", "Say when: give at, a time like 2026-12-01T09:00, and its zone.")
    return plan_possible(facts, arguments)


def new_time_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A new time or end date, where one is given, exists, once, and is to come."""
    if arguments.get("at") is not None:
        return plan_possible(facts, arguments)
    try:
        if arguments.get("ends_at") is not None:
            new_end(facts, arguments)
    except PlanError as error:
        return Refusal(error.code, error.text)
    return None


def end_to_come(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The end date of its plan is to come."""
    if facts.ends_at and facts.ends_at <= facts.now:
        return Refusal(
            "end_date_past",
            f"Its end date, {facts.ends_at:%Y-%m-%d %H:%M} UTC, has passed. Give it a later one first"
            " (edit_plan at a gate, else schedule).",
        )
    return None


def confirmed(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Sending is confirmed as the account asks for it: by a yes, or by the number of recipients."""
    given, wanted = arguments.get("confirm"), facts.policy.confirm_send
    if wanted == "off":
        return None
    if wanted == "click":
        if given is True or (type(given) is int and given == facts.approved_size):
            return None
        return Refusal("confirmation_required", 'Sending has to be confirmed: give "confirm": true.')
    if type(given) is int and given == facts.count:
        return None
    return Refusal(
        "confirmation_required",
        f'Sending has to be confirmed with the number of recipients: give "confirm": {facts.count}.',
    )


def confirmed_unless_later(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Sending is confirmed as the account asks for it; where the time is decided later, then."""
    given = arguments.get("plan") or facts.plan
    later = arguments.get("at") is None and isinstance(given, Mapping) and given.get("kind") == Kind.LATER
    return None if later else confirmed(facts, arguments)


def first_plan_confirmed(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A plan that makes go out what was to be decided later is confirmed like any sending; another time for it is not."""
    had = (facts.plan or {}).get("kind", Kind.LATER)
    if had != Kind.LATER or (arguments.get("plan") is None and arguments.get("at") is None):
        return None
    try:
        gets = plan_of(facts, arguments).kind
    except PlanError:
        return None  # said by the guard of the plan
    return None if gets is Kind.LATER else confirmed(facts, arguments)


def not_locked(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Shortly before its time a scheduled mailing keeps its plan and content."""
    lock = timedelta(minutes=facts.policy.edit_lock_minutes)
    if facts.state is State.SCHEDULED and facts.due_at and facts.due_at - facts.now < lock:
        return Refusal(
            "edit_locked",
            f"It starts in less than {facts.policy.edit_lock_minutes} minutes: its plan and content are locked."
            " Pause it, send it now, or cancel it; a cancelled one is edited as a copy.",
        )
    return None


def undo_open(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The undo window is open and nothing has been claimed."""
    if facts.undo_until is None or facts.undo_until <= facts.now or facts.frozen:
        return Refusal("undo_over", "It is too late to take it back. Pause it, or cancel it.")
    return None


def undo_over(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Nobody can take it back any more."""
    if facts.undo_until is not None and facts.undo_until > facts.now:
        return Refusal("undo_open", "It can still be taken back.")
    return None


def position_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The position in the sequence exists."""
    position = arguments.get("position")
    if not isinstance(position, int) or isinstance(position, bool) or not 1 <= position <= facts.queue_length:
        return Refusal(
            "position_invalid",
            f"{position!r} is no position in the sequence: give 1 to {facts.queue_length}.",
        )
    return None


def queue_unchanged(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The sequence is the one that was looked at, if the command says which."""
    seen = arguments.get("queue_version")
    if seen is not None and seen != facts.queue_version:
        return Refusal(
            "queue_changed",
            f"The sequence has changed: it is at version {facts.queue_version}, not {seen}. Look at it again.",
        )
    return None


def is_due(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Its time has come, of one at local time that of the first zone; of a step: somebody's delay may be over, or its rest waits."""
    if facts.follows is not None:
        ready = facts.step_ready or facts.unbegun + facts.due_returned > 0
        return None if ready else Refusal("not_due", "Nobody's delay is over.")
    if facts.due_at is None or min(facts.due_at, facts.first_at or facts.due_at) > facts.now:
        return Refusal("not_due", "Its time has not come.")
    return None


def is_its_turn(facts: Facts, arguments: Arguments) -> Refusal | None:
    """It is at the head of the sequence, and no other one is handing off."""
    if not facts.is_head or facts.sequence_busy:
        return Refusal("not_its_turn", "Others of the sequence go before it.")
    return None


def at_its_time(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What waits is interrupted when it would start, not before."""
    if facts.state is State.SCHEDULED:
        return is_due(facts, arguments)
    if facts.state is State.QUEUED:
        return is_its_turn(facts, arguments)
    return None


def not_switched_off(facts: Facts, arguments: Arguments) -> Refusal | None:
    """No kill switch concerns it."""
    if facts.switches:
        return Refusal("kill_switch", f"Sending is switched off: {'; '.join(facts.switches)}.")
    return None
