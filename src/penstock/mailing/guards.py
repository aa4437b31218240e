"""Guards: what must hold before a command may change a mailing. Pure: facts in, a refusal or None out.

All guards of a command are asked, so that a refusal names everything that is wrong at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from penstock.account.policy import Policy
from penstock.mailing import plan as plans
from penstock.mailing.plan import Kind, Plan, PlanError
from penstock.mailing.states import GATES, State


@dataclass(frozen=True)
class Facts:
    """What guards and targets may know of one mailing; gathered by `mailing.facts` inside the transaction."""

    state: State
    came_from: State | None = None
    reason_code: str | None = None
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)  # the database's clock
    policy: Policy = field(default_factory=Policy)
    zone: str = "UTC"  # the account's
    # gates
    digest: str | None = None  # of what was submitted; None while it is a draft
    authors: tuple[str, ...] = ()  # who wrote or submitted this revision
    approvers: tuple[str, ...] = ()  # who approved exactly this digest, each once
    validated: bool = False  # the platform let exactly this digest pass
    ever_approved: bool = False
    missing: tuple[str, ...] = ()  # parts of the mailing that do not exist (yet)
    blockers: tuple[str, ...] = ()  # why its content cannot be sent
    # plan
    plan: Mapping[str, Any] | None = None
    due_at: datetime | None = None
    ends_at: datetime | None = None
    undo_until: datetime | None = None
    started: bool = False  # it went out, or began to
    # the sequence of the account
    sequence_busy: bool = False  # another sequential mailing of the account is handing off
    is_head: bool = False  # nobody waits before this one
    queue_length: int = 0
    queue_version: int = 0
    # the ledger
    frozen: bool = False
    recipients: int = 0  # the audience, skipped ones included; 0 before it is frozen
    sendable: int = 0  # the audience without those skipped when frozen
    count: int | None = None  # to be typed for confirmation, where the account asks for that
    approved_size: int | None = None  # how many would have got it when it was submitted; None: not counted
    unbegun: int = 0  # not yet claimed, never handed off, in open packages
    retrying: int = 0  # not yet claimed, in open retry packages
    begun_left: int = 0  # of those two: in packages that have begun, and returned ones
    unbegun_packages: int = 0  # open packages that nothing was ever claimed from
    in_flight: int = 0  # claimed and not recorded
    due_returned: int = 0  # given back, not yet packed again
    due_deferred: int = 0  # waiting for their time
    in_doubt: int = 0
    ended: int = 0  # recorded as cancelled or expired
    expired: int = 0  # of those: expired
    switches: tuple[str, ...] = ()  # kill switches that concern it, each in words


@dataclass(frozen=True)
class Refusal:
    """One reason why a command cannot be carried out now, and what to do about it."""

    code: str
    text: str


Arguments = Mapping[str, Any]
Guard = Callable[[Facts, Arguments], Refusal | None]


def _said(arguments: Arguments, name: str) -> str:
    return str(arguments.get(name) or "").strip()


# -- writing and gates -------------------------------------------------------------------------------------


def complete(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A mailing is submitted whole: message, audience and transport exist."""
    if facts.missing:
        return Refusal(
            "incomplete",
            f"The mailing has no {', no '.join(facts.missing)}. Complete it, then submit it again.",
        )
    return None


def no_blockers(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Its content can be sent."""
    if facts.blockers:
        return Refusal("blocked", "The message cannot be sent as it is: " + "; ".join(facts.blockers))
    return None


def plan_of(facts: Facts, arguments: Arguments) -> Plan:
    """Return the plan that a command brings, else the one the mailing has. Raises PlanError.

    A command brings `plan`, or `at` (and `zone`, `fold`), or `ends_at` alone.
    """
    given = arguments.get("plan")
    if arguments.get("at") is not None:
        given = {
            "kind": "at", **{name: arguments[name] for name in ("at", "zone", "fold") if arguments.get(name)}
        }  # fmt: skip
    if given is None:
        given = facts.plan
    if arguments.get("ends_at") is not None and isinstance(given, Mapping):
        given = {**given, "ends_at": arguments["ends_at"]}
    return plans.read(given, zone=facts.zone, now=facts.now, past_start=facts.policy.past_start)


def plan_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The plan can be carried out: its time exists, once, and is to come."""
    try:
        plan_of(facts, arguments)
    except PlanError as error:
        return Refusal(error.code, error.text)
    return None


def time_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """As `plan_possible`, where a time has to be given."""
    if arguments.get("at") is None and not isinstance(arguments.get("plan"), Mapping):
        return Refusal("time_required", "Say when: give at, a time like 2026-12-01T09:00, and its zone.")
    return plan_possible(facts, arguments)


def new_time_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """As `plan_possible`, where a time may be given."""
    if arguments.get("at") is None:
        return None
    return plan_possible(facts, arguments)


def confirmed(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Sending is confirmed as the account asks for it: by a yes, or by the number of recipients."""
    given, wanted = arguments.get("confirm"), facts.policy.confirm_send
    if wanted == "off" or _is_later(facts, arguments):
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


def _is_later(facts: Facts, arguments: Arguments) -> bool:
    given = arguments.get("plan") or facts.plan
    return arguments.get("at") is None and isinstance(given, Mapping) and given.get("kind") == Kind.LATER


def notice_confirmed(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Whoever takes a plan back knows that the approval goes with it."""
    if arguments.get("confirm") is True:
        return None
    return Refusal(
        "confirmation_required",
        'The mailing becomes a draft again and its approval is void: give "confirm": true to go on.',
    )


def not_approved_by_same(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Each approval is another person's."""
    identity = arguments.get("identity")
    if identity in facts.approvers:
        return Refusal(
            "approved_already",
            f"{identity} has approved this mailing already; {facts.policy.approvals_required} different people have to.",
        )
    return None


def four_eyes(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Where four eyes are asked for, nobody approves what they wrote or submitted."""
    if facts.policy.four_eyes == "on" and arguments.get("identity") in facts.authors:
        return Refusal(
            "four_eyes", "You wrote or submitted this mailing: somebody else has to approve it (four_eyes)."
        )
    return None


def digest_seen(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What is approved is what was seen."""
    if (seen := arguments.get("digest")) is not None and seen != facts.digest:
        return Refusal(
            "digest_changed", "The mailing is not the one that you looked at any more. Look at it again."
        )
    return None


def not_late(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The launch time has not passed while the gate was shut, unless the account sends on approval then."""
    if facts.due_at and facts.due_at <= facts.now and facts.policy.late_gate != "send_on_approval":
        return Refusal(
            "late_gate",
            f"Its launch time, {facts.due_at:%Y-%m-%d %H:%M} UTC, passed while it waited. Change the plan first (edit_plan).",
        )
    return None


def is_late(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The launch time has passed at a gate, and that is news."""
    if facts.due_at is None or facts.due_at > facts.now or facts.policy.late_gate == "send_on_approval":
        return Refusal("not_late", "Its launch time has not passed.")
    if facts.policy.late_gate == "hold" and facts.reason_code == "held:late_gate":
        return Refusal("already_held", "It is held already.")
    return None


def reason_given(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A command that ends something, or goes on after a fault, says why."""
    if not _said(arguments, "reason"):
        return Refusal("reason_required", "Say why: give a reason.")
    return None


GROUNDS = ("technical", "conduct")


def ground_given(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A refusal by the platform names its ground."""
    if arguments.get("ground") not in GROUNDS:
        return Refusal("ground_required", "Name the ground: technical, or conduct (the code of conduct).")
    return None


def never_started(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Nobody can have got it."""
    if facts.started:
        return Refusal(
            "started", "It has started before, so it cannot be edited. Use fix_rest: a corrected copy for those not reached."
        )  # fmt: skip
    return None


# -- plans -------------------------------------------------------------------------------------------------


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
    """Its time has come."""
    if facts.due_at is None or facts.due_at > facts.now:
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


# -- going on and ending -----------------------------------------------------------------------------------


def acknowledged(facts: Facts, arguments: Arguments) -> Refusal | None:
    """After an interruption somebody has looked: a note goes to the journal."""
    if facts.state is State.INTERRUPTED and not _said(arguments, "reason"):
        return Refusal(
            "note_required",
            f"The mailing was interrupted ({facts.reason_code}). Mend the cause, then resume with a note that says what was done.",
        )
    return None


def end_not_past(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Its end date is to come, or something has begun that may be completed."""
    try:
        ends_at = plan_of(facts, arguments).ends_at if arguments.get("ends_at") else facts.ends_at
    except PlanError:
        return None  # said by the guard of the plan
    if ends_at and ends_at <= facts.now and not _begun(facts):
        return Refusal("end_date_past", "Its end date has passed. Give a later one (ends_at).")
    return None


def _begun(facts: Facts) -> bool:
    return facts.frozen and facts.begun_left + facts.in_flight + facts.due_deferred + facts.retrying > 0


def end_date_past(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Its end date has passed, and something is left that does not go any more."""
    if facts.ends_at is None or facts.ends_at > facts.now:
        return Refusal("end_date_to_come", "Its end date has not passed.")
    if facts.state is State.SENDING and not facts.unbegun_packages:
        return Refusal("nothing_to_expire", "Every package has begun.")
    if facts.state in (State.PAUSED, State.INTERRUPTED) and _begun(facts):
        return Refusal("begun", "What has begun is completed when it is resumed.")
    return None


def prepared_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What happens to prepared messages is something the account leaves to choose."""
    wanted, fixed = arguments.get("prepared"), facts.policy.prepared_on_cancel
    if wanted not in (None, "drop", "deliver"):
        return Refusal("prepared_unknown", f"prepared is {wanted!r}; it may be drop or deliver.")
    if fixed != "ask" and wanted not in (None, fixed):
        return Refusal("prepared_fixed", f"This account always chooses {fixed} for prepared messages.")
    if (
        wanted == "drop"
        and facts.policy.package_interruptible == "off"
        and facts.state is not State.CANCELLING
    ):
        return Refusal(
            "prepared_fixed", "This account finishes packages that have begun (package_interruptible is off)."
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


def audience_as_approved(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The audience has not drifted from the submitted size beyond the bound; resuming accepts the new size."""
    before, bound = facts.approved_size, facts.policy.drift_bound
    if not before:
        return None
    drift = abs(facts.sendable - before) / before * 100
    if drift > bound:
        return Refusal(
            "audience_drift",
            f"The audience was {before:,} when it was submitted and is {facts.sendable:,} now: {drift:.1f} %, more than {bound} %.",
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


def nothing_leaving(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Every message that was on the wire has its answer, and nothing is left that may still go."""
    if left := facts.in_flight + facts.unbegun + facts.retrying + facts.due_returned:
        return Refusal("in_flight", f"{left} messages are still leaving.")
    return None


def something_ended(facts: Facts, arguments: Arguments) -> Refusal | None:
    """There are recipients that were not reached because the mailing ended, or it never began."""
    if facts.frozen and not facts.ended:
        return Refusal("nothing_left", "Everybody was reached or is settled: nothing is left to send.")
    return None


def something_in_doubt(facts: Facts, arguments: Arguments) -> Refusal | None:
    """There are messages in doubt, and what is to be released is named."""
    if not facts.in_doubt:
        return Refusal("nothing_in_doubt", "No message of this mailing is in doubt.")
    which = arguments.get("which")
    if which != "all" and not (
        isinstance(which, list)
        and which
        and all(isinstance(n, int) and not isinstance(n, bool) for n in which)
    ):
        return Refusal("which_required", 'Say which: "all", or a list of ledger numbers (seq).')
    return None


def no_statistics(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A mailing that somebody may have got is never deleted."""
    if facts.started or facts.frozen:
        return Refusal("has_statistics", "It has statistics, so it cannot be deleted. Archive it.")
    return None


def at_a_gate(facts: Facts) -> bool:
    """Whether somebody has to let it pass."""
    return facts.state in GATES
