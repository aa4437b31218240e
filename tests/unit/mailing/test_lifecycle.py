"""The lifecycle: every command in every state by every role, against what the specification says, written out here once more."""

from itertools import product

import pytest

from penstock.mailing import guards, lifecycle
from penstock.mailing.guards import Facts
from penstock.mailing.lifecycle import ROLES, TABLE, Decision, Refused, allowed_actions, decide
from penstock.mailing.states import ENDS, MEANING, State

# command → states it may be given in, roles that may give it, states it may lead to.
EXPECTED = {
    "submit": ("draft", "author administrator", "in_review starting"),
    "approve": ("in_review", "approver administrator", "in_review starting"),
    "pause": ("starting sending finishing", "operator administrator", "paused"),
    "resume": ("paused interrupted", "operator administrator", "starting sending finishing"),
    "cancel": (
        "in_review starting sending paused interrupted finishing",
        "operator administrator",
        "cancelling cancelled",
    ),
    "prepared": ("starting", "system", "sending"),
    "handed_off": ("sending", "system", "finishing"),
    "settled": ("finishing", "system", "sent"),
    "drained": ("cancelling", "system", "cancelled"),
    "interrupt": ("starting sending finishing", "system", "interrupted"),
}
# What is offered to somebody with every human role, state by state, in the table's order.
OFFERED = {
    "draft": "submit",
    "in_review": "approve cancel",
    "starting": "pause cancel",
    "sending": "pause cancel",
    "paused": "resume cancel",
    "interrupted": "resume cancel",
    "finishing": "pause cancel",
    "cancelling": "",
    "sent": "",
    "cancelled": "",
}
HUMAN = frozenset(ROLES) - {lifecycle.SYSTEM}
GIVEN = {"reason": "because", "plan": {"kind": "now"}, "actor": "anna", "code": None}


def facts(state: State, **more: object) -> Facts:
    """Facts under which no guard of any command objects."""
    came_from = State.SENDING if state in (State.PAUSED, State.INTERRUPTED) else None
    return Facts(state=state, came_from=came_from, sendable=3, recipients=3, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", EXPECTED)
def test_every_command_in_every_state_by_every_role(command: str, state: State) -> None:
    sources, allowed_roles, targets = (words.split() for words in EXPECTED[command])
    for role in ROLES:
        decision = decide(command, facts(state), frozenset({role}), GIVEN)
        if state in sources and role in allowed_roles:
            assert isinstance(decision, Decision)
            assert decision.target in targets
            continue
        assert isinstance(decision, Refused)
        assert decision.allowed == allowed_actions(state, frozenset({role}))
        assert command not in decision.allowed
        (reason,) = decision.reasons
        if state in sources:
            assert reason.code == "forbidden"
            assert all(needed in reason.text for needed in allowed_roles)
        elif (command, state) == ("pause", State.PAUSED):
            assert reason.code == decision.code == "already_paused"
        else:
            assert reason.code == "wrong_state"
            assert state.value in reason.text
            assert all(source in reason.text for source in sources)


def test_the_table_has_these_commands_and_no_other() -> None:
    assert set(lifecycle.COMMANDS) == set(EXPECTED)
    for row in TABLE:
        sources, roles, targets = (set(words.split()) for words in EXPECTED[row.command])
        assert (set(row.sources), set(row.roles), set(row.targets)) == (sources, roles, targets)


def test_a_command_has_one_row_in_each_state() -> None:
    pairs = [(row.command, state) for row in TABLE for state in row.sources]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("state", State)
def test_what_is_offered(state: State) -> None:
    assert list(allowed_actions(state, HUMAN)) == OFFERED[state].split()
    for role in ROLES:
        offered = allowed_actions(state, frozenset({role}))
        assert list(offered) == [
            command
            for command in OFFERED[state].split()
            if role in EXPECTED[command][1].split() and role != "system"
        ]


def test_the_system_is_offered_no_buttons() -> None:
    assert {state: allowed_actions(state, frozenset({lifecycle.SYSTEM})) for state in State} == dict.fromkeys(
        State, ()
    )


def test_an_end_is_left_by_nothing() -> None:
    assert not [row.command for row in TABLE if row.sources & ENDS]


def test_every_state_can_be_reached_and_left_for_an_end() -> None:
    reached = {State.DRAFT}
    while more := {t for row in TABLE if row.sources & reached for t in row.targets} - reached:
        reached |= more
    assert reached == set(State)
    ending = set(ENDS)
    while more := {s for row in TABLE if row.targets & ending for s in row.sources} - ending:
        ending |= more
    assert ending == set(State)


def test_an_unknown_command_is_named() -> None:
    refused = decide("launch", facts(State.SENDING), HUMAN, GIVEN)
    assert isinstance(refused, Refused)
    assert refused.code == "unknown_command"
    assert "launch" in refused.reasons[0].text
    assert refused.allowed == ("pause", "cancel")


def test_a_refusal_names_everything_that_is_wrong() -> None:
    empty = Facts(state=State.DRAFT, missing=("message", "audience"))
    refused = decide("submit", empty, frozenset({"operator"}), {"plan": {"kind": "tomorrow"}})
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["forbidden", "incomplete", "unknown_plan"]
    assert "no message, no audience" in refused.reasons[1].text
    assert "tomorrow" in refused.reasons[2].text
    assert refused.code == "forbidden"


def test_somebody_without_a_role_is_told_so() -> None:
    refused = decide("pause", facts(State.SENDING), frozenset(), GIVEN)
    assert isinstance(refused, Refused)
    assert "you have none" in refused.reasons[0].text
    assert refused.allowed == ()


# -- targets -------------------------------------------------------------------


def target(command: str, state: State, **more: object) -> State:
    decision = decide(command, facts(state, **more), frozenset(ROLES), GIVEN)
    assert isinstance(decision, Decision)
    assert decision.target in decision.row.targets
    return decision.target


@pytest.mark.parametrize(
    ("required", "expected"), [(0, State.STARTING), (1, State.IN_REVIEW), (2, State.IN_REVIEW)]
)
def test_a_submitted_mailing_goes_to_the_next_gate(required: int, expected: State) -> None:
    assert target("submit", State.DRAFT, approvals_required=required) is expected


@pytest.mark.parametrize(
    ("approvers", "required", "expected"),
    [((), 1, "starting"), ((), 2, "in_review"), (("bea",), 2, "starting"), (("bea",), 3, "in_review")],
)
def test_the_last_approval_starts_it(approvers: tuple[str, ...], required: int, expected: str) -> None:
    assert target("approve", State.IN_REVIEW, approvers=approvers, approvals_required=required) == expected


def test_nobody_approves_twice() -> None:
    again = decide("approve", facts(State.IN_REVIEW, approvers=("anna",), approvals_required=2), HUMAN, GIVEN)
    assert isinstance(again, Refused)
    assert again.code == "approved_already"
    assert "anna" in again.reasons[0].text


@pytest.mark.parametrize("state", [State.PAUSED, State.INTERRUPTED])
@pytest.mark.parametrize(
    ("came_from", "waiting", "expected"),
    [
        (State.STARTING, {}, State.STARTING),
        (State.SENDING, {}, State.SENDING),
        (State.SENDING, {"unbegun": 5}, State.SENDING),
        (State.FINISHING, {}, State.FINISHING),
        (State.FINISHING, {"retrying": 2, "due_deferred": 1}, State.FINISHING),
        (State.FINISHING, {"unbegun": 1}, State.SENDING),
        (State.FINISHING, {"due_returned": 1}, State.SENDING),
    ],
)
def test_resume_goes_back_where_it_was(
    state: State, came_from: State, waiting: dict[str, int], expected: State
) -> None:
    decision = decide("resume", Facts(state, came_from, **waiting), HUMAN, GIVEN)  # type: ignore[arg-type]
    assert isinstance(decision, Decision)
    assert decision.target is expected


@pytest.mark.parametrize(("in_flight", "expected"), [(0, State.CANCELLED), (1, State.CANCELLING)])
def test_cancel_waits_for_what_is_on_the_wire(in_flight: int, expected: State) -> None:
    for state in (State.SENDING, State.PAUSED, State.INTERRUPTED, State.FINISHING):
        assert target("cancel", state, in_flight=in_flight) is expected


# -- guards --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "state", "more", "given", "code"),
    [
        ("cancel", State.SENDING, {}, {"reason": None}, "reason_required"),
        ("cancel", State.SENDING, {}, {"reason": "  "}, "reason_required"),
        ("interrupt", State.SENDING, {}, {}, "reason_required"),
        ("resume", State.INTERRUPTED, {"reason_code": "technical"}, {"reason": None}, "note_required"),
        ("resume", State.INTERRUPTED, {}, {"reason": " "}, "note_required"),
        ("prepared", State.STARTING, {"sendable": 0}, {}, "empty_audience"),
        ("handed_off", State.SENDING, {"unbegun": 1}, {}, "not_handed_off"),
        ("handed_off", State.SENDING, {"due_returned": 1}, {}, "not_handed_off"),
        ("settled", State.FINISHING, {"unbegun": 1}, {}, "not_settled"),
        ("settled", State.FINISHING, {"due_returned": 1}, {}, "not_settled"),
        ("settled", State.FINISHING, {"retrying": 1}, {}, "not_settled"),
        ("settled", State.FINISHING, {"due_deferred": 1}, {}, "not_settled"),
        ("settled", State.FINISHING, {"in_flight": 1}, {}, "not_settled"),
        ("drained", State.CANCELLING, {"in_flight": 1}, {}, "in_flight"),
        ("submit", State.DRAFT, {}, {}, "unknown_plan"),
        ("submit", State.DRAFT, {}, {"plan": "now"}, "unknown_plan"),
        ("submit", State.DRAFT, {"missing": ("message",)}, {"plan": {"kind": "now"}}, "incomplete"),
    ],
)
def test_a_guard_refuses(
    command: str, state: State, more: dict[str, object], given: dict[str, object], code: str
) -> None:
    known = {"sendable": 3, **more}
    refused = decide(command, Facts(state, **known), frozenset(ROLES), given)  # type: ignore[arg-type]
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == [code]


def test_what_was_paused_is_resumed_without_a_note() -> None:
    assert isinstance(decide("resume", facts(State.PAUSED), HUMAN, {}), Decision)


def test_deferred_ones_do_not_keep_a_mailing_from_finishing() -> None:
    assert target("handed_off", State.SENDING, retrying=3, due_deferred=5, in_flight=2) is State.FINISHING


def test_a_guard_answers_none_or_a_refusal_with_words() -> None:
    every = {guard for row in TABLE for guard in row.guards}
    for guard, state in product(every, State):
        answer = guard(Facts(state), {})
        assert answer is None or (answer.code and answer.text.endswith("."))
    named = {value for value in vars(guards).values() if callable(value) and value in every}
    assert named == every, "a guard of the table lives in mailing.guards"


def test_every_state_has_its_meaning() -> None:
    assert set(MEANING) == set(State)
    assert all(text.endswith(".") for text in MEANING.values())
    assert len(set(MEANING.values())) == len(State)
