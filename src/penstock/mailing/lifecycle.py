"""The lifecycle of a mailing: one literal table. Pure.

Everything that says what may happen to a mailing is made from `TABLE`: the decision about a command, the list of allowed
actions, the refusals, the diagram in the docs, and the test that tries every command in every state by every role.
A guard enters the table together with the capability that brings its facts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from penstock.mailing import guards
from penstock.mailing.guards import Arguments, Facts, Guard, Refusal
from penstock.mailing.states import State

DRAFT, IN_REVIEW, STARTING, SENDING = State.DRAFT, State.IN_REVIEW, State.STARTING, State.SENDING
PAUSED, INTERRUPTED, FINISHING, CANCELLING = (
    State.PAUSED,
    State.INTERRUPTED,
    State.FINISHING,
    State.CANCELLING,
)
SENT, CANCELLED = State.SENT, State.CANCELLED

AUTHOR, APPROVER, OPERATOR, ADMINISTRATOR, SYSTEM = (
    "author",
    "approver",
    "operator",
    "administrator",
    "system",
)
ROLES = (AUTHOR, APPROVER, OPERATOR, ADMINISTRATOR, SYSTEM)

Target = State | Callable[[Facts], State]


def after_gates(facts: Facts) -> State:
    """Where a submitted mailing goes: to the next gate that is still shut, else it starts."""
    return IN_REVIEW if len(facts.approvers) < facts.approvals_required else STARTING


def after_approval(facts: Facts) -> State:
    """As `after_gates`, counting the approval that is being given."""
    return IN_REVIEW if len(facts.approvers) + 1 < facts.approvals_required else STARTING


def where_it_was(facts: Facts) -> State:
    """The state that a paused or interrupted mailing came from; on to sending when somebody waits to be handed off."""
    came_from = facts.came_from or SENDING
    if came_from is FINISHING and facts.unbegun + facts.due_returned:
        return SENDING
    return came_from


def after_cancel(facts: Facts) -> State:
    """Cancelled at once, unless something is on the wire."""
    return CANCELLING if facts.in_flight else CANCELLED


@dataclass(frozen=True)
class Row:
    """One line of the table: who may bring a mailing from which states where, under which guards, with which effects."""

    command: str
    sources: frozenset[State]
    target: Target
    targets: frozenset[State]  # all that `target` may answer
    roles: frozenset[str]
    guards: tuple[Guard, ...] = ()
    effects: tuple[str, ...] = ()  # carried out by `control`, in the same transaction

    @property
    def is_event(self) -> bool:
        """True for what only the system does."""
        return self.roles == frozenset({SYSTEM})


def _row(command: str, sources: tuple[State, ...], target: Target, roles: tuple[str, ...], *,
         to: tuple[State, ...] = (), check: tuple[Guard, ...] = (), effects: tuple[str, ...] = ()) -> Row:  # fmt: skip
    targets = frozenset(to) if to else frozenset({target} if isinstance(target, State) else ())
    return Row(command, frozenset(sources), target, targets, frozenset(roles), check, effects)


# fmt: off
TABLE: tuple[Row, ...] = (
    _row("submit",     (DRAFT,), after_gates, (AUTHOR, ADMINISTRATOR),
         to=(IN_REVIEW, STARTING), check=(guards.complete, guards.plan_known), effects=("keep_plan", "note_submitted")),
    _row("approve",    (IN_REVIEW,), after_approval, (APPROVER, ADMINISTRATOR),
         to=(IN_REVIEW, STARTING), check=(guards.not_approved_by_same,), effects=("note_approved",)),
    _row("pause",      (STARTING, SENDING, FINISHING), PAUSED, (OPERATOR, ADMINISTRATOR),
         effects=("remember_state", "stop_senders")),
    _row("resume",     (PAUSED, INTERRUPTED), where_it_was, (OPERATOR, ADMINISTRATOR),
         to=(STARTING, SENDING, FINISHING), check=(guards.acknowledged,), effects=("forget_state",)),
    _row("cancel",     (IN_REVIEW, STARTING, SENDING, PAUSED, INTERRUPTED, FINISHING), after_cancel, (OPERATOR, ADMINISTRATOR),
         to=(CANCELLING, CANCELLED), check=(guards.reason_given,), effects=("forget_state", "close_packages", "stop_senders")),
    # events: what the system itself notices
    _row("prepared",   (STARTING,), SENDING, (SYSTEM,), check=(guards.audience_not_empty,)),
    _row("handed_off", (SENDING,), FINISHING, (SYSTEM,), check=(guards.all_handed_off,)),
    _row("settled",    (FINISHING,), SENT, (SYSTEM,), check=(guards.all_settled,)),
    _row("drained",    (CANCELLING,), CANCELLED, (SYSTEM,), check=(guards.nothing_in_flight,), effects=("close_packages",)),
    _row("interrupt",  (STARTING, SENDING, FINISHING), INTERRUPTED, (SYSTEM,),
         check=(guards.reason_given,), effects=("remember_state", "stop_senders")),
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
        return Refused(*_refusal_by_state(command, facts), allowed_actions(facts.state, roles))
    reasons = [refusal for guard in row.guards if (refusal := guard(facts, arguments))]
    if not roles & row.roles:
        needed = " or ".join(sorted(row.roles))
        reasons.insert(
            0,
            Refusal(
                "forbidden",
                f"{command} is for the role {needed}; you have {', '.join(sorted(roles)) or 'none'}.",
            ),
        )
    if reasons:
        return Refused(reasons[0].code, tuple(reasons), allowed_actions(facts.state, roles))
    target = row.target if isinstance(row.target, State) else row.target(facts)
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
