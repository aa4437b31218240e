"""The lifecycle of a mailing: one literal table. Pure.

Everything that says what may happen to a mailing is made from `TABLE`: the decision about a command, the list of allowed
actions, the refusals, the diagram in the docs, and the test that tries every command in every state by every role.
A guard enters the table together with the capability that brings its facts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from penstock.mailing import guards
from penstock.mailing.guards import Arguments, Facts, Guard, Refusal
from penstock.mailing.plan import Kind, PlanError
from penstock.mailing.states import State

DRAFT, IN_REVIEW, IN_MODERATION, REJECTED = State.DRAFT, State.IN_REVIEW, State.IN_MODERATION, State.REJECTED
PARKED, SCHEDULED, QUEUED, STARTING = State.PARKED, State.SCHEDULED, State.QUEUED, State.STARTING
SENDING, PAUSED, INTERRUPTED, FINISHING = State.SENDING, State.PAUSED, State.INTERRUPTED, State.FINISHING
CANCELLING, SENT, CANCELLED, EXPIRED = State.CANCELLING, State.SENT, State.CANCELLED, State.EXPIRED
ANY = tuple(State)

AUTHOR, APPROVER, OPERATOR, ADMINISTRATOR = "author", "approver", "operator", "administrator"
PLATFORM, SYSTEM = "platform", "system"
UNLOCKER = "unlocker"
"""What a token is that may unlock and do nothing else of an administrator's; no person has this role."""
ROLES = (AUTHOR, APPROVER, OPERATOR, ADMINISTRATOR, PLATFORM, UNLOCKER, SYSTEM)

WRITERS, APPROVERS, OPERATORS = (AUTHOR, ADMINISTRATOR), (APPROVER, ADMINISTRATOR), (OPERATOR, ADMINISTRATOR)

Target = State | Callable[[Facts, Arguments], State]


def _next(facts: Facts, approvals: int, validated: bool) -> State | None:
    """The next gate that is still shut; None when all are passed."""
    if approvals < facts.policy.approvals_required:
        return IN_REVIEW
    if facts.policy.moderation == "manual" and not validated:
        return IN_MODERATION
    return None


def after_submit(facts: Facts, arguments: Arguments) -> State:
    """To the first gate that is shut: approved is only what a step kept when its chain was broken, if it is the same still."""
    return _next(facts, len(facts.approvers), facts.validated) or guards.new_plan_leads(facts, arguments)


def after_approval(facts: Facts, arguments: Arguments) -> State:
    """As it stands with the approval that is being given."""
    gate = _next(facts, len(facts.approvers) + 1, facts.validated)
    return gate or guards.kept_plan_leads(facts, arguments)


def after_validation(facts: Facts, arguments: Arguments) -> State:
    """As it stands with the validation that is being given."""
    return _next(facts, len(facts.approvers), True) or guards.kept_plan_leads(facts, arguments)


def send_rest(facts: Facts, arguments: Arguments) -> State:
    """To the gates if it never passed them, else where the plan leads."""
    return _next(facts, len(facts.approvers), facts.validated) or guards.new_plan_leads(facts, arguments)


def held_or_expired(facts: Facts, arguments: Arguments) -> State:
    """Where a mailing goes whose launch time passes at a gate."""
    return EXPIRED if facts.policy.late_gate == "expire" else facts.state


def stays(facts: Facts, arguments: Arguments) -> State:
    """Where it is."""
    return facts.state


def where_it_was(facts: Facts, arguments: Arguments) -> State:
    """The state that a paused or interrupted mailing came from, as far as that is free.

    To its new time, if it is given one; into the sequence, if another one of it is handing off; on to sending, if
    somebody waits to be handed off.
    """
    if arguments.get("at") is not None:
        return guards.new_plan_leads(facts, arguments)
    came_from = facts.came_from or SENDING
    if came_from is FINISHING and facts.unbegun + facts.due_returned:
        came_from = SENDING
    if came_from in (STARTING, SENDING) and is_sequential(facts) and facts.sequence_busy:
        return QUEUED
    return came_from


def after_catching_up(facts: Facts, arguments: Arguments) -> State:
    """On to sending, where recipients were added to a mailing that had only those to be tried again."""
    return SENDING if facts.unbegun + facts.due_returned else facts.state


def is_sequential(facts: Facts) -> bool:
    """Whether it goes out as one of the sequence."""
    return bool(facts.plan and facts.plan.get("kind") == Kind.SEQUENCE)


def delivers_prepared(facts: Facts, arguments: Arguments) -> bool:
    """Whether a cancellation lets packages that have begun go out."""
    if facts.state is CANCELLING:
        return False  # cancelled once more: to drop them after all
    fixed = facts.policy.prepared_on_cancel
    wanted = arguments.get("prepared") or ("drop" if fixed == "ask" else fixed)
    return wanted == "deliver" or facts.policy.package_interruptible == "off"


def after_cancel(facts: Facts, arguments: Arguments) -> State:
    """Cancelled at once, unless something is on the wire, or may still go."""
    left = facts.in_flight + (facts.begun_left if delivers_prepared(facts, arguments) else 0)
    return CANCELLING if left else CANCELLED


def sent_or_expired(facts: Facts, arguments: Arguments) -> State:
    """The end of a mailing whose retries are over."""
    return EXPIRED if facts.expired else SENT


AT_LAUNCH = "If it starts at once: "
"""How the words of a guard begin that asks only then."""


def _if_it_starts(target: Callable[[Facts, Arguments], State], *asked: Guard) -> tuple[Guard, ...]:
    """The guards of a launch (or those `asked`), for a command that may launch at once or plan for later."""
    return tuple(_asked_at_launch(target, guard) for guard in asked or guards.OF_LAUNCH)


def _asked_at_launch(target: Callable[[Facts, Arguments], State], guard: Guard) -> Guard:
    def at_launch(facts: Facts, arguments: Arguments) -> Refusal | None:
        try:
            starts = target(facts, arguments) is STARTING
        except PlanError:
            return None  # said by the guard of the plan
        return guard(facts, arguments) if starts else None

    at_launch.__doc__ = f"{AT_LAUNCH}{guard.__doc__}"
    at_launch.__name__ = f"at_launch_{guard.__name__}"
    return at_launch


ON_GOING_ON = "If it goes on at once: "
"""How the words of a guard of a resumption begin that does not ask where it leads to a time, or into the sequence."""


def _if_it_goes_on(guard: Guard) -> Guard:
    """A guard of a launch for a resumption: not asked where the mailing waits for its time or its turn as before."""

    def on_going_on(facts: Facts, arguments: Arguments) -> Refusal | None:
        return guard(facts, arguments) if _goes_on(facts, arguments) else None

    on_going_on.__doc__ = f"{ON_GOING_ON}{guard.__doc__}"
    on_going_on.__name__ = f"on_going_on_{guard.__name__}"
    return on_going_on


def _goes_on(facts: Facts, arguments: Arguments) -> bool:
    try:
        target = where_it_was(facts, arguments)
    except PlanError:
        return False  # said by the guard of the plan
    if target is SCHEDULED:  # its time passed while it stood still: it starts with the next tick
        return arguments.get("at") is None and facts.due_at is not None and facts.due_at <= facts.now
    return target is not PARKED and (target is not QUEUED or facts.reason_code == "credits")


@dataclass(frozen=True)
class Row:
    """One line of the table: who may bring a mailing from which states where, under which guards, with which effects."""

    command: str
    sources: frozenset[State]
    target: Target
    targets: frozenset[State]  # all that `target` may answer
    roles: frozenset[str]
    guards: tuple[Guard, ...] = ()
    effects: tuple[str, ...] = ()  # carried out by `control`, in the same transaction (mailing.effects)

    @property
    def is_event(self) -> bool:
        """True for what only the system does."""
        return self.roles == frozenset({SYSTEM})


def _row(command: str, sources: tuple[State, ...], target: Target, roles: tuple[str, ...], *,
         to: tuple[State, ...] = (), check: tuple[Guard, ...] = (), effects: tuple[str, ...] = ()) -> Row:  # fmt: skip
    targets = frozenset(to) if to else frozenset({target} if isinstance(target, State) else sources)
    return Row(command, frozenset(sources), target, targets, frozenset(roles), check, effects)


_PLANNED = (STARTING, SCHEDULED, QUEUED, PARKED)
_BEFORE = (PARKED, SCHEDULED, QUEUED)
_g = guards

# fmt: off
TABLE: tuple[Row, ...] = (
    _row("edit",       (DRAFT,), DRAFT, WRITERS, check=(_g.changes_possible,), effects=("change",)),
    _row("submit",     (DRAFT,), after_submit, WRITERS, to=(IN_REVIEW, IN_MODERATION, *_PLANNED),
         check=(_g.complete, _g.no_blockers, _g.plan_possible, _g.confirmed_unless_later, _g.domain_verified, _g.tracking_answers,
                _g.analysis_clear, _g.tested, *_if_it_starts(after_submit, _g.not_switched_off, _g.credits_enough)),
         effects=("keep_plan", "note_submission")),
    _row("approve",    (IN_REVIEW,), after_approval, APPROVERS, to=(IN_REVIEW, IN_MODERATION, *_PLANNED),
         check=(_g.not_approved_by_same, _g.four_eyes, _g.digest_seen, _g.no_blockers, _g.analysis_clear, _g.analysis_over, _g.not_late,
                _g.end_to_come, *_if_it_starts(after_approval, _g.not_switched_off, _g.domain_verified, _g.tracking_answers, _g.credits_enough)),
         effects=("note_approval",)),
    _row("validate",   (IN_MODERATION,), after_validation, (PLATFORM,), to=(IN_REVIEW, *_PLANNED),
         check=(_g.digest_seen, _g.not_late, _g.end_to_come, *_if_it_starts(after_validation)),
         effects=("note_validation",)),
    _row("edit_plan",  (IN_REVIEW, IN_MODERATION), stays, APPROVERS, check=(_g.plan_possible, _g.first_plan_confirmed),
         effects=("keep_plan",)),
    _row("reject",     (IN_REVIEW,), REJECTED, APPROVERS, check=(_g.reason_given,), effects=("void_approvals",)),
    _row("reject",     (IN_MODERATION,), REJECTED, (PLATFORM,), check=(_g.reason_given, _g.ground_given),
         effects=("void_approvals",)),
    _row("withdraw",   (IN_REVIEW, IN_MODERATION), DRAFT, WRITERS, check=(_g.never_started,), effects=("void_approvals",)),
    _row("revise",     (REJECTED,), DRAFT, WRITERS, check=(_g.never_started,), effects=("next_revision",)),
    _row("send_now",   _BEFORE, STARTING, OPERATORS, check=(_g.not_a_step, _g.confirmed, _g.end_to_come, *_g.OF_LAUNCH),
         effects=("plan_now",)),
    _row("schedule",   _BEFORE, _g.new_plan_leads, OPERATORS, to=(SCHEDULED, STARTING),
         check=(_g.not_locked, _g.time_possible, _g.confirmed, *_if_it_starts(_g.new_plan_leads)), effects=("keep_plan",)),
    _row("enqueue",    (PARKED, SCHEDULED), QUEUED, OPERATORS, check=(_g.not_a_step, _g.not_locked, _g.confirmed, _g.end_to_come),
         effects=("plan_sequence",)),
    _row("move",       (QUEUED,), QUEUED, OPERATORS, check=(_g.position_possible, _g.queue_unchanged), effects=("place",)),
    _row("park",       (SCHEDULED, QUEUED), PARKED, OPERATORS, check=(_g.not_locked,), effects=("plan_later",)),
    _row("undo",       (STARTING,), PARKED, OPERATORS, check=(_g.undo_open,), effects=("plan_later", "not_started")),
    _row("unschedule", _BEFORE, DRAFT, OPERATORS, check=(_g.never_started, _g.not_locked, _g.notice_confirmed),
         effects=("void_approvals",)),
    _row("pause",      (*_BEFORE, STARTING, SENDING, FINISHING), PAUSED, OPERATORS, effects=("remember_state", "stop_senders")),
    _row("resume",     (PAUSED, INTERRUPTED), where_it_was, OPERATORS, to=(*_PLANNED, SENDING, FINISHING),
         check=(_g.unlocked, _g.acknowledged, _g.new_time_possible, _g.first_plan_confirmed, _g.end_not_past, _g.not_switched_off, _g.domain_verified, _g.tracking_answers,
                *_if_it_starts(where_it_was, _g.analysis_clear), _if_it_goes_on(_g.credits_enough)),
         effects=("resume",)),
    _row("unlock",     (INTERRUPTED,), INTERRUPTED, (ADMINISTRATOR, PLATFORM, UNLOCKER), check=(_g.locked, _g.reason_given),
         effects=("unlock",)),
    _row("cancel",     (IN_REVIEW, IN_MODERATION), CANCELLED, (APPROVER, *OPERATORS), check=(_g.reason_given,),
         effects=("close_packages", "break_chain")),
    _row("cancel",     (*_BEFORE, STARTING, SENDING, PAUSED, INTERRUPTED, FINISHING, CANCELLING), after_cancel, OPERATORS,
         to=(CANCELLING, CANCELLED), check=(_g.reason_given, _g.prepared_possible), effects=("close_packages", "break_chain", "stop_senders")),
    _row("send_rest",  (CANCELLED, EXPIRED), send_rest, OPERATORS, to=(IN_REVIEW, IN_MODERATION, *_PLANNED),
         check=(_g.something_ended, _g.not_corrected, _g.no_blockers, _g.plan_possible, _g.confirmed_unless_later,
                *_if_it_starts(send_rest)),
         effects=("keep_plan", "reopen_packages", "reopen_steps")),
    _row("release_doubt", (PAUSED, INTERRUPTED, CANCELLED, EXPIRED), stays, OPERATORS,
         check=(_g.something_in_doubt, _g.which_named, _g.reason_given), effects=("release_doubt",)),
    _row("release_doubt", (SENT,), FINISHING, OPERATORS, check=(_g.something_in_doubt, _g.which_named, _g.reason_given),
         effects=("release_doubt", "reopen_steps")),
    _row("copy",       ANY, stays, (*WRITERS, OPERATOR), effects=("copy",)),
    _row("fix_rest",   (CANCELLED, EXPIRED), stays, (*WRITERS, OPERATOR), check=(_g.not_corrected,), effects=("fix_rest",)),
    _row("fix_rest",   (PAUSED, INTERRUPTED), after_cancel, (*WRITERS, OPERATOR), to=(CANCELLING, CANCELLED),
         check=(_g.not_corrected, _g.prepared_possible), effects=("close_packages", "break_chain", "stop_senders", "fix_rest")),
    _row("delete",     (DRAFT,), DRAFT, WRITERS, check=(_g.no_statistics, _g.no_later_statistics, _g.steps_confirmed),
         effects=("delete", "delete_later")),
    _row("archive",    (SENT, CANCELLED, EXPIRED, REJECTED), stays, (*WRITERS, OPERATOR), check=(_g.not_archived,),
         effects=("archive",)),
    # events: what the system itself notices
    _row("late",       (IN_REVIEW,), held_or_expired, (SYSTEM,), to=(IN_REVIEW, EXPIRED), check=(_g.is_late,), effects=("hold",)),
    _row("late",       (IN_MODERATION,), held_or_expired, (SYSTEM,), to=(IN_MODERATION, EXPIRED), check=(_g.is_late,),
         effects=("hold",)),
    _row("due",        (SCHEDULED,), STARTING, (SYSTEM,), check=(_g.is_due, *_g.OF_LAUNCH)),
    _row("promote",    (QUEUED,), STARTING, (SYSTEM,), check=(_g.is_its_turn, *_g.OF_LAUNCH)),
    _row("prepared",   (STARTING,), SENDING, (SYSTEM,), check=(_g.undo_over, _g.audience_not_empty, _g.audience_as_approved, *_g.OF_LAUNCH)),
    _row("handed_off", (SENDING,), FINISHING, (SYSTEM,), check=(_g.all_handed_off, _g.nobody_to_come)),
    _row("settled",    (FINISHING,), sent_or_expired, (SYSTEM,), to=(SENT, EXPIRED), check=(_g.all_settled,)),
    _row("drained",    (CANCELLING,), CANCELLED, (SYSTEM,), check=(_g.nothing_leaving,), effects=("close_packages",)),
    _row("end_date",   (IN_REVIEW, IN_MODERATION, *_BEFORE, PAUSED, INTERRUPTED), EXPIRED, (SYSTEM,), check=(_g.end_date_past,),
         effects=("expire_packages",)),
    _row("end_date",   (SENDING,), stays, (SYSTEM,), check=(_g.end_date_past,), effects=("expire_packages",)),
    _row("catch_up",   (SENDING, FINISHING), after_catching_up, (SYSTEM,), to=(SENDING, FINISHING), check=(_g.behind,),
         effects=("caught_up",)),
    _row("hold_back",  (SENDING, FINISHING), stays, (SYSTEM,), check=(_g.reason_given, _g.not_held_back_yet), effects=("hold_back",)),
    _row("let_go",     (SENDING, FINISHING), stays, (SYSTEM,), check=(_g.held_back,), effects=("let_go",)),
    _row("await_canary", (SENDING,), stays, (SYSTEM,), check=(_g.reason_given, _g.not_said_yet), effects=("await_canary",)),
    _row("next_canary", (SENDING,), stays, (SYSTEM,), check=(_g.reason_given,), effects=("next_canary",)),
    _row("pass_canary", (SENDING,), stays, (SYSTEM,), check=(_g.reason_given,), effects=("pass_canary",)),
    _row("interrupt",  (SCHEDULED, QUEUED, STARTING, SENDING, FINISHING), INTERRUPTED, (SYSTEM,),
         check=(_g.reason_given, _g.at_its_time), effects=("remember_state", "note_canary", "break_chain", "stop_senders")),
    _row("chain_break", (IN_REVIEW, IN_MODERATION, *_BEFORE, PAUSED, INTERRUPTED), DRAFT, (SYSTEM,),
         check=(_g.is_later_step, _g.never_started), effects=("keep_approval",)),
    _row("reopen",     (FINISHING, SENT), SENDING, (SYSTEM,), check=(_g.more_comes,), effects=("reopen_steps",)),
    _row("delete_along", (DRAFT, IN_REVIEW, IN_MODERATION, REJECTED, *_BEFORE, PAUSED, INTERRUPTED, CANCELLED, EXPIRED), DRAFT, (SYSTEM,),
         check=(_g.no_statistics,), effects=("void_approvals", "delete")),
)
# fmt: on

COMMANDS = tuple(dict.fromkeys(row.command for row in TABLE))

ALREADY = {("pause", PAUSED): "already_paused"}
"""Commands that find their work done, with the code that says so; a face treats it as success."""


@dataclass(frozen=True)
class Decision:
    """A command that may be carried out: its row, and the state it leads to."""

    row: Row
    target: State


@dataclass(frozen=True)
class Refused:
    """A command that may not be carried out: every reason, and what is allowed instead."""

    code: str
    reasons: tuple[Refusal, ...]
    allowed: tuple[str, ...]


def decide(command: str, facts: Facts, roles: frozenset[str], arguments: Arguments) -> Decision | Refused:
    """Say what `command` does to a mailing with these facts, asked by somebody with these roles."""
    row = next((r for r in TABLE if r.command == command and facts.state in r.sources), None)
    if row is None:
        return Refused(*_refusal_by_state(command, facts), possible(facts, roles, arguments.get("identity")))
    reasons = [refusal for guard in row.guards if (refusal := guard(facts, arguments))]
    if not roles & row.roles:
        needed = " or ".join(sorted(row.roles - {UNLOCKER}))
        reasons.insert(
            0,
            Refusal(
                "forbidden",
                f"{command} is for the role {needed}; you have {', '.join(sorted(roles)) or 'none'}.",
            ),
        )
    if reasons:
        return Refused(reasons[0].code, tuple(reasons), possible(facts, roles, arguments.get("identity")))
    target = row.target if isinstance(row.target, State) else row.target(facts, arguments)
    return Decision(row, target)


def _refusal_by_state(command: str, facts: Facts) -> tuple[str, tuple[Refusal, ...]]:
    if command not in COMMANDS:
        return "unknown_command", (Refusal("unknown_command", f"There is no command {command!r}."),)
    if code := ALREADY.get((command, facts.state)):
        return code, (Refusal(code, f"The mailing is {facts.state.value} already."),)
    possible = sorted({state.value for row in TABLE if row.command == command for state in row.sources})
    text = f"{command} is not possible in the state {facts.state.value}; it is possible in {', '.join(possible)}."
    return "wrong_state", (Refusal("wrong_state", text),)


def allowed_actions(state: State, roles: frozenset[str]) -> tuple[str, ...]:
    """The commands that somebody with these roles may give to a mailing in this state, in the table's order."""
    return tuple(
        row.command for row in TABLE if state in row.sources and roles & row.roles and not row.is_event
    )


def possible(facts: Facts, roles: frozenset[str], identity: str | None = None) -> tuple[str, ...]:
    """As `allowed_actions`, without what no argument could make possible for the mailing as it is.

    An undo whose window is over, an approval by somebody who has approved already (`identity` says who asks), a change inside
    the edit lock: they are not offered.
    """
    asked = guards.OF_FACTS | (guards.OF_PERSON if identity else frozenset())
    return tuple(
        row.command
        for row in TABLE
        if facts.state in row.sources and roles & row.roles and not row.is_event
        and not any(guard(facts, {"identity": identity}) for guard in row.guards if guard in asked)
    )  # fmt: skip
