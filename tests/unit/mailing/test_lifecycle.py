"""The lifecycle: every command in every state by every role, against what the specification says, written out here once more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from penstock.account.policy import Policy
from penstock.mailing import guards, lifecycle
from penstock.mailing.guards import Facts
from penstock.mailing.lifecycle import ROLES, TABLE, Decision, Refused, allowed_actions, decide, possible
from penstock.mailing.states import ENDS, MEANING, State

WRITERS, APPROVERS, OPERATORS = "author administrator", "approver administrator", "operator administrator"
COPIERS = "author administrator operator"
PLANNED = "starting scheduled queued parked"
EVERYWHERE = " ".join(State)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

# command → by where it may be given: roles that may, states it may lead to ("=": it stays where it is).
EXPECTED: dict[str, dict[str, tuple[str, str]]] = {
    "edit": {"draft": (WRITERS, "draft")},
    "submit": {"draft": (WRITERS, f"in_review in_moderation {PLANNED}")},
    "approve": {"in_review": (APPROVERS, f"in_review in_moderation {PLANNED}")},
    "validate": {"in_moderation": ("platform", f"in_review {PLANNED}")},
    "edit_plan": {"in_review in_moderation": (APPROVERS, "=")},
    "reject": {"in_review": (APPROVERS, "rejected"), "in_moderation": ("platform", "rejected")},
    "withdraw": {"in_review in_moderation": (WRITERS, "draft")},
    "revise": {"rejected": (WRITERS, "draft")},
    "send_now": {"parked scheduled queued": (OPERATORS, "starting")},
    "schedule": {"parked scheduled queued": (OPERATORS, "scheduled starting")},
    "enqueue": {"parked scheduled": (OPERATORS, "queued")},
    "move": {"queued": (OPERATORS, "=")},
    "park": {"scheduled queued": (OPERATORS, "parked")},
    "undo": {"starting": (OPERATORS, "parked")},
    "unschedule": {"parked scheduled queued": (OPERATORS, "draft")},
    "pause": {"parked scheduled queued starting sending finishing": (OPERATORS, "paused")},
    "resume": {"paused interrupted": (OPERATORS, f"{PLANNED} sending finishing")},
    "unlock": {"interrupted": ("administrator platform unlocker", "=")},
    "cancel": {
        "in_review in_moderation": (f"approver {OPERATORS}", "cancelled"),
        "parked scheduled queued starting sending paused interrupted finishing cancelling": (OPERATORS, "cancelling cancelled"),
    },
    "send_rest": {"cancelled expired": (OPERATORS, f"in_review in_moderation {PLANNED}")},
    "release_doubt": {"paused interrupted cancelled expired": (OPERATORS, "="), "sent": (OPERATORS, "finishing")},
    "copy": {EVERYWHERE: (COPIERS, "=")},
    "fix_rest": {"cancelled expired": (COPIERS, "="), "paused interrupted": (COPIERS, "cancelling cancelled")},
    "delete": {"draft": (WRITERS, "draft")},
    "archive": {"sent cancelled expired rejected": (COPIERS, "=")},
    "late": {"in_review": ("system", "in_review expired"), "in_moderation": ("system", "in_moderation expired")},
    "due": {"scheduled": ("system", "starting")},
    "promote": {"queued": ("system", "starting")},
    "prepared": {"starting": ("system", "sending")},
    "handed_off": {"sending": ("system", "finishing")},
    "settled": {"finishing": ("system", "sent expired")},
    "drained": {"cancelling": ("system", "cancelled")},
    "end_date": {
        "in_review in_moderation parked scheduled queued paused interrupted": ("system", "expired"), "sending": ("system", "=")
    },
    "catch_up": {"sending finishing": ("system", "=")},
    "hold_back": {"sending finishing": ("system", "=")},
    "let_go": {"sending finishing": ("system", "=")},
    "await_canary": {"sending": ("system", "=")},
    "next_canary": {"sending": ("system", "=")},
    "pass_canary": {"sending": ("system", "=")},
    "interrupt": {"scheduled queued starting sending finishing": ("system", "interrupted")},
    "chain_break": {"in_review in_moderation parked scheduled queued paused interrupted": ("system", "draft")},
    "reopen": {"finishing sent": ("system", "sending")},
    "delete_along": {
        "draft in_review in_moderation rejected parked scheduled queued paused interrupted cancelled expired": ("system", "draft")
    },
}  # fmt: skip
# What is offered to somebody with every human role, state by state, in the table's order.
OFFERED = {
    "draft": "edit submit copy delete",
    "in_review": "approve edit_plan reject withdraw cancel copy",
    "in_moderation": "validate edit_plan reject withdraw cancel copy",
    "rejected": "revise copy archive",
    "parked": "send_now schedule enqueue unschedule pause cancel copy",
    "scheduled": "send_now schedule enqueue park unschedule pause cancel copy",
    "queued": "send_now schedule move park unschedule pause cancel copy",
    "starting": "undo pause cancel copy",
    "sending": "pause cancel copy",
    "paused": "resume cancel release_doubt copy fix_rest",
    "interrupted": "resume unlock cancel release_doubt copy fix_rest",
    "finishing": "pause cancel copy",
    "cancelling": "cancel copy",
    "sent": "release_doubt copy archive",
    "cancelled": "send_rest release_doubt copy fix_rest archive",
    "expired": "send_rest release_doubt copy fix_rest archive",
}
HUMAN = frozenset(ROLES) - {lifecycle.SYSTEM}
GIVEN = {
    "reason": "because", "plan": {"kind": "at", "at": "2026-03-02T09:00"}, "identity": "anna", "code": None, "confirm": True,
    "position": 1, "which": "all", "ground": "technical", "changes": {"name": "News"},
}  # fmt: skip
# Guards of events ask for what contradicts each other: that a time has come, or has not.
OF_EVENTS: dict[str, dict[str, Any]] = {
    "late": {"due_at": NOW - HOUR},
    "due": {"due_at": NOW},
    "interrupt": {"due_at": NOW},
    "end_date": {"ends_at": NOW, "unbegun_packages": 1},
    "let_go": {"reason_code": "held:kill_switch"},
    "catch_up": {"catching_up": True},
    "unlock": {"reason_code": "bounces"},
    "chain_break": {"follows": 1},
    "reopen": {"follows": 1, "more_to_come": True},
    "undo": {"undo_until": NOW + HOUR, "frozen": False},
}


def facts(state: State, **more: Any) -> Facts:
    """Facts under which no guard objects, of any command but those of OF_EVENTS."""
    known: dict[str, Any] = {
        "came_from": State.SENDING if state in (State.PAUSED, State.INTERRUPTED) else None,
        "now": NOW, "sendable": 3, "recipients": 3, "frozen": True, "ended": 1, "in_doubt": 1, "is_head": True, "queue_length": 1,
        "plan": {"kind": "later"}, "sender_domain": "example.org", "domain": "verified",
    }  # fmt: skip
    return Facts(state=state, **{**known, **more})


def unfrozen(command: str) -> dict[str, Any]:
    return {"frozen": False} if command in ("delete", "delete_along") else {}


def cell(command: str, state: State) -> tuple[list[str], list[str]] | None:
    """Roles and targets, when the command may be given in that state."""
    for sources, (roles, targets) in EXPECTED[command].items():
        if state in sources.split():
            return roles.split(), [state.value] if targets == "=" else targets.split()
    return None


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", EXPECTED)
def test_every_command_in_every_state_by_every_role(command: str, state: State) -> None:
    known = facts(state, **OF_EVENTS.get(command, {}), **unfrozen(command))
    possible_here = cell(command, state)
    for role in ROLES:
        decision = decide(command, known, frozenset({role}), GIVEN)
        if possible_here and role in possible_here[0]:
            assert isinstance(decision, Decision), decision
            assert decision.target in possible_here[1]
            continue
        assert isinstance(decision, Refused)
        assert decision.allowed == possible(known, frozenset({role}), "anna")
        assert command not in decision.allowed
        (reason,) = decision.reasons
        if possible_here:
            assert reason.code == "forbidden"
            assert all(needed in reason.text for needed in possible_here[0] if needed != lifecycle.UNLOCKER)
        elif (command, state) == ("pause", State.PAUSED):
            assert reason.code == decision.code == "already_paused"
        else:
            assert reason.code == "wrong_state"
            assert state.value in reason.text
            assert all(source in reason.text for sources in EXPECTED[command] for source in sources.split())


def test_the_table_has_these_commands_and_no_other() -> None:
    assert list(lifecycle.COMMANDS) == list(EXPECTED)
    rows: dict[str, dict[str, tuple[set[str], set[str]]]] = {command: {} for command in EXPECTED}
    for row in TABLE:
        sources = " ".join(sorted(row.sources))
        targets = {"="} if row.targets == row.sources else set(row.targets)
        rows[row.command][sources] = (set(row.roles), targets)
    for command, expected in EXPECTED.items():
        written = {
            " ".join(sorted(sources.split())): (
                set(roles.split()), {"="} if set(targets.split()) == set(sources.split()) else set(targets.split())
            )
            for sources, (roles, targets) in expected.items()
        }  # fmt: skip
        assert rows[command] == written, command


def test_a_command_has_one_row_in_each_state() -> None:
    pairs = [(row.command, state) for row in TABLE for state in row.sources]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("state", State)
def test_what_is_offered(state: State) -> None:
    assert list(allowed_actions(state, HUMAN)) == OFFERED[state].split()
    for role in ROLES:
        assert list(allowed_actions(state, frozenset({role}))) == [
            command
            for command in OFFERED[state].split()
            if (here := cell(command, state)) and role in here[0] and role != "system"
        ]


def test_the_system_is_offered_no_buttons() -> None:
    assert {state: allowed_actions(state, frozenset({lifecycle.SYSTEM})) for state in State} == dict.fromkeys(
        State, ()
    )


def test_nothing_but_people_brings_a_mailing_back_from_its_end() -> None:
    leaving = {
        row.command
        for row in TABLE
        if row.sources & ENDS and row.targets - ENDS and row.targets != row.sources
    }
    along = {
        "reopen",
        "delete_along",
    }  # of a later step, in the transaction of what a person did to an earlier one
    assert leaving == {"send_rest", "release_doubt"} | along
    assert not [
        row.command for row in TABLE if row.is_event and row.sources & ENDS and row.command not in along
    ]


def test_nothing_leads_to_sending_but_through_the_gates() -> None:
    """Without approve, validate and submit no draft ever comes to starting (S1.1)."""
    gates = {"approve", "validate", "submit"}
    reached = {State.DRAFT}
    rows = [row for row in TABLE if row.command not in gates and row.target is not lifecycle.stays]
    while more := {t for row in rows if row.sources & reached for t in row.targets} - reached:
        reached |= more
    assert not reached & {State.STARTING, State.SENDING, State.SCHEDULED, State.QUEUED, State.PARKED}


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
    assert refused.allowed == ("pause", "cancel", "copy")


def test_a_refusal_names_everything_that_is_wrong() -> None:
    empty = Facts(
        state=State.DRAFT,
        missing=("message", "audience"),
        blockers=("no subject",),
        sender_domain="example.org",
    )
    refused = decide("submit", empty, frozenset({"operator"}), {"plan": {"kind": "tomorrow"}})
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == [
        "forbidden", "incomplete", "blocked", "unknown_plan", "confirmation_required", "sender_domain",
    ]  # fmt: skip
    assert "no message, no audience" in refused.reasons[1].text
    assert "no subject" in refused.reasons[2].text
    assert "tomorrow" in refused.reasons[3].text
    assert "example.org" in refused.reasons[5].text
    assert refused.code == "forbidden"


def test_somebody_without_a_role_is_told_so() -> None:
    refused = decide("pause", facts(State.SENDING), frozenset(), GIVEN)
    assert isinstance(refused, Refused)
    assert "you have none" in refused.reasons[0].text
    assert refused.allowed == ()


# -- what is possible for one mailing --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "more", "gone"),
    [
        (State.DRAFT, {"frozen": False}, ""),
        (State.DRAFT, {"frozen": True}, "delete"),
        (State.DRAFT, {"frozen": False, "domain": "missing"}, "submit"),
        (State.DRAFT, {"frozen": False, "domain": "unverified", "policy": Policy(sender_domain="warn")}, ""),
        (State.DRAFT, {"frozen": False, "domain": "missing", "transport_local": True}, ""),
        (State.DRAFT, {"frozen": False, "analysis_blockers": ("html: broken",)}, "submit"),
        (State.DRAFT, {"frozen": False, "policy": Policy(require_test="on")}, "submit"),
        (State.DRAFT, {"frozen": False, "policy": Policy(require_test="on"), "tested": True}, ""),
        (State.IN_REVIEW, {"analysis_blockers": ("html: broken",)}, "approve"),
        (State.IN_REVIEW, {"analysis": "running"}, ""),  # it can be approved without
        (State.QUEUED, {"domain": "unverified"}, "send_now"),
        (State.QUEUED, {"analysis_blockers": ("html: broken",)}, "send_now"),
        (State.INTERRUPTED, {"domain": "unverified"}, "resume unlock"),
        (State.INTERRUPTED, {"reason_code": "technical"}, "unlock"),
        (State.INTERRUPTED, {"reason_code": "bounces"}, "resume"),
        (State.INTERRUPTED, {"reason_code": "complaints"}, "resume"),
        (State.INTERRUPTED, {"reason_code": "bounces", "unlocked": True}, "unlock"),
        (State.STARTING, {"frozen": False, "undo_until": NOW + HOUR}, ""),
        (State.STARTING, {"frozen": False, "undo_until": NOW}, "undo"),
        (State.STARTING, {"frozen": True, "undo_until": NOW + HOUR}, "undo"),
        (State.SCHEDULED, {"due_at": NOW + timedelta(minutes=5)}, ""),
        (State.SCHEDULED, {"due_at": NOW + timedelta(minutes=4, seconds=59)}, "schedule enqueue park unschedule"),
        (State.SCHEDULED, {"due_at": NOW + HOUR, "started": True}, "unschedule"),
        (State.QUEUED, {"switches": ("everything",)}, "send_now"),
        (State.PARKED, {"ends_at": NOW}, "send_now enqueue"),
        (State.IN_REVIEW, {"due_at": NOW}, "approve"),
        (State.IN_REVIEW, {"due_at": NOW, "policy": Policy(late_gate="send_on_approval")}, ""),
        (State.IN_REVIEW, {"ends_at": NOW}, "approve"),
        (State.IN_REVIEW, {"started": True}, "withdraw"),
        (State.IN_REVIEW, {"approvers": ("anna",), "policy": Policy(approvals_required=2)}, "approve"),
        (State.IN_REVIEW, {"approvers": ("bea",)}, ""),
        (State.IN_REVIEW, {"authors": ("anna",)}, ""),
        (State.IN_REVIEW, {"authors": ("anna",), "policy": Policy(four_eyes="on")}, "approve"),
        (State.PAUSED, {"in_doubt": 0}, "release_doubt"),
        (State.INTERRUPTED, {"switches": ("channel email",)}, "resume unlock"),
        (State.SENT, {"in_doubt": 0, "archived": True}, "release_doubt archive"),
        (State.CANCELLED, {"ended": 0}, "send_rest"),
        (State.CANCELLED, {"corrected_by": (6,)}, "send_rest fix_rest"),
        (State.CANCELLED, {"ended": 0, "frozen": False}, ""),
        (State.REJECTED, {"started": True}, "revise"),
    ],
)  # fmt: skip
def test_what_no_argument_makes_possible_is_not_offered(
    state: State, more: dict[str, Any], gone: str
) -> None:
    assert list(possible(facts(state, **more), HUMAN, "anna")) == [
        command for command in OFFERED[state].split() if command not in gone.split()
    ]


def test_without_a_person_nothing_is_judged_by_person() -> None:
    known = facts(State.IN_REVIEW, approvers=("anna",), policy=Policy(approvals_required=2))
    assert "approve" in possible(known, HUMAN)
    assert "approve" not in possible(known, HUMAN, "anna")


# -- targets ---------------------------------------------------------------------------------------------


def target(command: str, state: State, given: dict[str, Any] | None = None, **more: Any) -> State:
    decision = decide(command, facts(state, **more), frozenset(ROLES), GIVEN if given is None else given)
    assert isinstance(decision, Decision), decision
    assert decision.target in decision.row.targets
    return decision.target


@pytest.mark.parametrize(
    ("plan", "leads"),
    [
        ({"kind": "now"}, "starting"), ({"kind": "at", "at": "2026-03-01T12:01"}, "scheduled"), ({"kind": "sequence"}, "queued"),
        ({"kind": "later"}, "parked"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("required", "moderation", "gate"),
    [
        (0, "automatic", None),
        (1, "automatic", "in_review"),
        (0, "manual", "in_moderation"),
        (2, "manual", "in_review"),
    ],
)
def test_a_submitted_mailing_goes_to_the_next_gate_or_where_its_plan_leads(
    plan: dict[str, Any], leads: str, required: int, moderation: str, gate: str | None
) -> None:
    policy = Policy(approvals_required=required, moderation=moderation)
    assert target("submit", State.DRAFT, {"plan": plan, "confirm": True}, policy=policy) == (gate or leads)


@pytest.mark.parametrize(
    ("approvers", "required", "moderation", "validated", "expected"),
    [
        ((), 1, "automatic", False, "starting"), ((), 2, "automatic", False, "in_review"),
        (("bea",), 2, "automatic", False, "starting"), (("bea",), 3, "automatic", False, "in_review"),
        ((), 1, "manual", False, "in_moderation"), ((), 1, "manual", True, "starting"), ((), 2, "manual", True, "in_review"),
    ],
)  # fmt: skip
def test_the_last_approval_lets_it_pass(
    approvers: tuple[str, ...], required: int, moderation: str, validated: bool, expected: str
) -> None:
    policy = Policy(approvals_required=required, moderation=moderation)
    known = {"approvers": approvers, "validated": validated, "policy": policy, "plan": {"kind": "now"}}
    assert target("approve", State.IN_REVIEW, **known) == expected


def test_a_validation_leads_back_when_an_approval_is_wanting() -> None:
    policy = Policy(approvals_required=1, moderation="manual")
    assert target("validate", State.IN_MODERATION, policy=policy) is State.IN_REVIEW
    assert target("validate", State.IN_MODERATION, policy=policy, approvers=("bea",)) is State.PARKED


def test_a_plan_whose_time_passed_at_the_gate_means_now_where_the_account_says_so() -> None:
    known: dict[str, Any] = {"plan": {"kind": "at", "at": "2026-03-01T11:00"}, "due_at": NOW - HOUR}
    assert (
        target("approve", State.IN_REVIEW, policy=Policy(late_gate="send_on_approval"), **known)
        is State.STARTING
    )
    refused = decide("approve", facts(State.IN_REVIEW, **known), HUMAN, GIVEN)
    assert isinstance(refused, Refused)
    assert refused.code == "late_gate"


def test_a_new_time_counts_and_not_the_one_that_passed() -> None:
    """Sent on at a later time, a mailing whose own time passed long ago does not start at once."""
    known: dict[str, Any] = {"plan": {"kind": "at", "at": "2026-02-01T11:00"}, "due_at": NOW - 28 * 24 * HOUR}
    given = {"at": "2026-03-05T08:00", "confirm": True}
    assert target("send_rest", State.CANCELLED, given, approvers=("bea",), **known) is State.SCHEDULED
    policy = Policy(edit_lock_minutes=0)
    known["due_at"] = NOW
    assert target("schedule", State.SCHEDULED, given, policy=policy, **known) is State.SCHEDULED


def test_a_start_that_is_past_means_now_where_the_account_says_so() -> None:
    given = {"plan": {"kind": "at", "at": "2026-03-01T11:00"}, "confirm": True}
    policy = Policy(past_start="send_now", approvals_required=0)
    assert target("submit", State.DRAFT, given, policy=policy) is State.STARTING
    refused = decide("submit", facts(State.DRAFT), HUMAN, given)
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["past_start"]


@pytest.mark.parametrize("state", [State.PAUSED, State.INTERRUPTED])
@pytest.mark.parametrize(
    ("came_from", "more", "expected"),
    [
        (State.PARKED, {}, State.PARKED),
        (State.SCHEDULED, {"due_at": NOW - HOUR}, State.SCHEDULED),
        (State.QUEUED, {"plan": {"kind": "sequence"}, "sequence_busy": True}, State.QUEUED),
        (State.STARTING, {}, State.STARTING),
        (State.SENDING, {}, State.SENDING),
        (State.SENDING, {"unbegun": 5}, State.SENDING),
        (State.FINISHING, {}, State.FINISHING),
        (State.FINISHING, {"retrying": 2, "due_deferred": 1}, State.FINISHING),
        (State.FINISHING, {"unbegun": 1}, State.SENDING),
        (State.FINISHING, {"due_returned": 1}, State.SENDING),
        (State.STARTING, {"plan": {"kind": "sequence"}, "sequence_busy": True}, State.QUEUED),
        (State.SENDING, {"plan": {"kind": "sequence"}, "sequence_busy": True}, State.QUEUED),
        (State.SENDING, {"plan": {"kind": "sequence"}, "sequence_busy": False}, State.SENDING),
        (State.FINISHING, {"plan": {"kind": "sequence"}, "sequence_busy": True}, State.FINISHING),
        (State.SENDING, {"plan": {"kind": "now"}, "sequence_busy": True}, State.SENDING),
    ],
)  # fmt: skip
def test_resume_goes_back_where_it_was(
    state: State, came_from: State, more: dict[str, Any], expected: State
) -> None:
    assert target("resume", state, {"reason": "mended"}, came_from=came_from, **more) is expected


def test_resume_carries_a_new_time() -> None:
    given = {"at": "2026-03-02T09:00", "zone": "Europe/Paris"}
    for came_from, kind in ((State.QUEUED, "sequence"), (State.SENDING, "now"), (State.FINISHING, "at")):
        assert (
            target("resume", State.PAUSED, given, came_from=came_from, plan={"kind": kind}) is State.SCHEDULED
        )
    parked = {"came_from": State.PARKED, "plan": {"kind": "later"}}
    assert target("resume", State.PAUSED, {**given, "confirm": True}, **parked) is State.SCHEDULED


@pytest.mark.parametrize(
    ("prepared", "more", "expected"),
    [
        (None, {}, "cancelled"), (None, {"in_flight": 1}, "cancelling"), (None, {"begun_left": 5}, "cancelled"),
        ("drop", {"begun_left": 5}, "cancelled"), ("deliver", {"begun_left": 5}, "cancelling"), ("deliver", {}, "cancelled"),
        (None, {"begun_left": 5, "policy": Policy(prepared_on_cancel="deliver")}, "cancelling"),
        (None, {"begun_left": 5, "policy": Policy(prepared_on_cancel="drop")}, "cancelled"),
        (None, {"begun_left": 5, "policy": Policy(package_interruptible="off")}, "cancelling"),
    ],
)  # fmt: skip
def test_cancel_waits_for_what_is_on_the_wire_or_may_still_go(
    prepared: str | None, more: dict[str, Any], expected: str
) -> None:
    for state in (State.SENDING, State.PAUSED, State.INTERRUPTED, State.FINISHING):
        assert target("cancel", state, {"reason": "enough", "prepared": prepared}, **more) == expected


def test_cancelling_once_more_drops_what_was_let_go() -> None:
    policy = Policy(package_interruptible="off")
    for given in ({"reason": "now"}, {"reason": "now", "prepared": "deliver"}):
        assert target("cancel", State.CANCELLING, given, begun_left=5, policy=policy) is State.CANCELLED
        assert (
            target("cancel", State.CANCELLING, given, begun_left=5, in_flight=1, policy=policy)
            is State.CANCELLING
        )


def test_the_rest_goes_to_the_gates_if_it_never_passed_them() -> None:
    given = {"plan": {"kind": "now"}, "confirm": True}
    assert target("send_rest", State.CANCELLED, given) is State.IN_REVIEW
    assert target("send_rest", State.EXPIRED, given, approvers=("bea",)) is State.STARTING
    moderated = Policy(moderation="manual")
    assert (
        target("send_rest", State.EXPIRED, given, approvers=("bea",), policy=moderated) is State.IN_MODERATION
    )


def test_the_end_of_a_mailing_says_whether_all_were_tried() -> None:
    assert target("settled", State.FINISHING) is State.SENT
    assert target("settled", State.FINISHING, expired=1) is State.EXPIRED
    for state, leads in (
        (State.SENDING, State.SENDING),
        (State.PAUSED, State.EXPIRED),
        (State.QUEUED, State.EXPIRED),
    ):
        assert target("end_date", state, ends_at=NOW, unbegun_packages=1) is leads
        assert target("end_date", state, ends_at=NOW, begun_left=2, due_returned=2, due_withheld=2) is leads


@pytest.mark.parametrize(("late_gate", "leads"), [("hold", "in_review"), ("expire", "expired")])
def test_a_launch_time_that_passes_at_a_gate(late_gate: str, leads: str) -> None:
    assert target("late", State.IN_REVIEW, due_at=NOW, policy=Policy(late_gate=late_gate)) == leads


def test_released_doubt_makes_a_sent_mailing_try_again_and_no_other() -> None:
    for state in (State.PAUSED, State.INTERRUPTED, State.CANCELLED, State.EXPIRED):
        assert target("release_doubt", state) is state
    assert target("release_doubt", State.SENT) is State.FINISHING


# -- guards ----------------------------------------------------------------------------------------------

AT = {"plan": {"kind": "at", "at": "2026-03-02T09:00"}}


NOW_PLAN: dict[str, Any] = {"plan": {"kind": "now"}}
WITHOUT: dict[str, Any] = {**GIVEN, "without_analysis": True}
LAUNCHES: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
    ("submit", "draft", {"policy": Policy(approvals_required=0)}, {**NOW_PLAN, "confirm": True}),
    ("submit", "draft", {}, {"plan": {"kind": "later"}}),
    ("approve", "in_review", NOW_PLAN, {}),
    ("validate", "in_moderation", {"approvers": ("bea",), **NOW_PLAN}, {}),
    ("send_now", "parked", {}, {"confirm": True}),
    ("resume", "paused", {}, {}),
    ("resume", "interrupted", {}, {"reason": "mended"}),
    ("send_rest", "cancelled", {"approvers": ("bea",)}, {**NOW_PLAN, "confirm": True}),
    ("due", "scheduled", {"due_at": NOW}, {}),
    ("promote", "queued", {}, {}),
)
"""Every way to the wire, and submitting, which begins it."""


@pytest.mark.parametrize(
    ("command", "state", "more", "given", "code"),
    [
        ("edit", "draft", {}, {}, "nothing_to_change"),
        ("edit", "draft", {}, {"changes": {"state": "sent"}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"name": " "}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"message_id": "7"}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"transport_id": True}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"audience": {"list": "all"}}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"audience": {"list": 1, "reached_by": 7}}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"audience": {"list": 1, "sector": 7}}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"audience": {"list": 1, "segment": "all"}}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"audience": {"not_segment": [7]}}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"options": {"rate_of_love": 7}}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"options": {"edit_lock_minutes": 0}}}, "change_invalid"),
        ("edit", "draft", {}, {"changes": {"plan": {"kind": "at", "at": "2026-02-30T09:00"}}}, "change_invalid"),
        ("submit", "draft", {"plan": None}, {"confirm": True}, "unknown_plan"),
        ("submit", "draft", {}, {"plan": "now", "confirm": True}, "unknown_plan"),
        ("submit", "draft", {"missing": ("message",)}, GIVEN, "incomplete"),
        ("submit", "draft", {"blockers": ("no subject",)}, GIVEN, "blocked"),
        ("submit", "draft", {}, AT, "confirmation_required"),
        ("submit", "draft", {"switches": ("all",), "policy": Policy(approvals_required=0)},
         {"plan": {"kind": "now"}, "confirm": True}, "kill_switch"),
        ("approve", "in_review", {"approvers": ("anna",), "policy": Policy(approvals_required=2)}, GIVEN, "approved_already"),
        *((command, state, {"domain": domain, **more}, given, "sender_domain") for domain in ("missing", "unverified")
          for command, state, more, given in LAUNCHES),
        *((command, state, {"analysis_blockers": ("html: broken",), **more}, given, "analysis_blocked")
          for command, state, more, given in LAUNCHES if command != "resume"),
        ("approve", "in_review", {"analysis_blockers": ("html: broken",)}, WITHOUT, "analysis_blocked"),
        ("approve", "in_review", {"analysis": "waiting"}, GIVEN, "analysis_running"),
        ("approve", "in_review", {"analysis": "running"}, GIVEN, "analysis_running"),
        ("approve", "in_review", {"analysis": "running"}, {**GIVEN, "without_analysis": "true"}, "analysis_running"),
        ("approve", "in_review", {"analysis": "cancelled"}, GIVEN, "analysis_missing"),
        ("approve", "in_review", {"analysis": "failed"}, GIVEN, "analysis_missing"),
        ("submit", "draft", {"policy": Policy(require_test="on")}, GIVEN, "test_required"),
        ("submit", "draft", {"policy": Policy(require_test="on"), "tested_before": True}, GIVEN, "test_required"),
        ("edit_plan", "in_review", {"plan": {"kind": "later"}}, {"plan": {"kind": "now"}}, "confirmation_required"),
        ("edit_plan", "in_moderation", {"plan": None}, AT, "confirmation_required"),
        ("resume", "paused", {"plan": {"kind": "later"}, "came_from": State.PARKED}, AT, "confirmation_required"),
        ("approve", "in_review", {"authors": ("anna",), "policy": Policy(four_eyes="on")}, GIVEN, "four_eyes"),
        ("approve", "in_review", {"digest": "ab"}, {**GIVEN, "digest": "cd"}, "digest_changed"),
        ("approve", "in_review", {"blockers": ("no subject",)}, GIVEN, "blocked"),
        ("approve", "in_review", {"ends_at": NOW, "plan": {"kind": "now", "ends_at": "2026-03-01T12:00"}}, GIVEN, "end_date_past"),
        ("approve", "in_review", {"switches": ("all",), "plan": {"kind": "now"}}, GIVEN, "kill_switch"),
        ("validate", "in_moderation", {"digest": "ab"}, {"digest": "cd"}, "digest_changed"),
        ("validate", "in_moderation", {"due_at": NOW}, GIVEN, "late_gate"),
        ("validate", "in_moderation", {"ends_at": NOW}, GIVEN, "end_date_past"),
        ("edit_plan", "in_review", {}, {"at": "2026-03-01T12:00"}, "past_start"),
        ("edit_plan", "in_review", {}, {"at": "2026-03-29T02:30", "zone": "Europe/Paris"}, "time_does_not_exist"),
        ("edit_plan", "in_review", {}, {"at": "2026-10-25T02:30", "zone": "Europe/Paris"}, "time_ambiguous"),
        ("reject", "in_review", {}, {"reason": " "}, "reason_required"),
        ("reject", "in_moderation", {}, {"reason": "no"}, "ground_required"),
        ("reject", "in_moderation", {}, {"reason": "no", "ground": "taste"}, "ground_required"),
        ("withdraw", "in_review", {"started": True}, {}, "started"),
        ("revise", "rejected", {"started": True}, {}, "started"),
        ("send_now", "parked", {}, {}, "confirmation_required"),
        ("send_now", "queued", {"switches": ("all",)}, GIVEN, "kill_switch"),
        ("send_now", "queued", {"ends_at": NOW}, GIVEN, "end_date_past"),
        ("schedule", "parked", {}, {"confirm": True}, "time_required"),
        ("schedule", "parked", {}, {"confirm": True, "plan": {"kind": "later"}}, "time_required"),
        ("schedule", "parked", {}, {"at": "2026-03-02T09:00"}, "confirmation_required"),
        ("schedule", "parked", {}, {"confirm": True, "at": "yesterday"}, "time_invalid"),
        ("schedule", "parked", {}, {"confirm": True, "at": "2026-03-02T09:00", "zone": "Mars/Olympus"}, "unknown_zone"),
        ("schedule", "scheduled", {"due_at": NOW + timedelta(minutes=4)}, GIVEN, "edit_locked"),
        ("enqueue", "scheduled", {"due_at": NOW + timedelta(minutes=4)}, GIVEN, "edit_locked"),
        ("enqueue", "parked", {}, {}, "confirmation_required"),
        ("park", "scheduled", {"due_at": NOW + timedelta(minutes=4)}, GIVEN, "edit_locked"),
        ("unschedule", "scheduled", {"due_at": NOW + timedelta(minutes=4)}, GIVEN, "edit_locked"),
        ("unschedule", "parked", {"started": True}, GIVEN, "started"),
        ("unschedule", "parked", {}, {}, "confirmation_required"),
        ("unschedule", "parked", {}, {"confirm": 3}, "confirmation_required"),
        ("move", "queued", {}, {"position": 0}, "position_invalid"),
        ("move", "queued", {}, {"position": 2}, "position_invalid"),
        ("move", "queued", {}, {"position": "1"}, "position_invalid"),
        ("move", "queued", {"queue_version": 8}, {"position": 1, "queue_version": 7}, "queue_changed"),
        ("undo", "starting", {"frozen": False}, {}, "undo_over"),
        ("resume", "paused", {"switches": ("all",)}, {}, "kill_switch"),
        ("resume", "paused", {}, {"at": "2026-03-01T11:59"}, "past_start"),
        ("resume", "paused", {"ends_at": NOW}, {}, "end_date_past"),
        ("resume", "paused", {}, {"ends_at": "2026-03-01T11:59"}, "end_before_start"),
        ("resume", "interrupted", {"reason_code": "technical"}, {"reason": None}, "note_required"),
        ("resume", "interrupted", {}, {"reason": " "}, "note_required"),
        ("cancel", "in_review", {}, {}, "reason_required"),
        ("cancel", "sending", {}, {"reason": None}, "reason_required"),
        ("cancel", "sending", {}, {"reason": "  "}, "reason_required"),
        ("cancel", "sending", {}, {"reason": "no", "prepared": "burn"}, "prepared_unknown"),
        ("cancel", "sending", {"policy": Policy(prepared_on_cancel="drop")}, {"reason": "no", "prepared": "deliver"}, "prepared_fixed"),
        ("cancel", "sending", {"policy": Policy(package_interruptible="off")}, {"reason": "no", "prepared": "drop"}, "prepared_fixed"),
        ("send_rest", "cancelled", {"ended": 0}, GIVEN, "nothing_left"),
        ("send_rest", "cancelled", {}, AT, "confirmation_required"),
        ("send_rest", "expired", {"plan": {"kind": "now", "ends_at": "2026-03-01T12:00"}}, {"confirm": True}, "end_before_start"),
        ("send_rest", "cancelled", {"corrected_by": (6,)}, GIVEN, "corrected"),
        ("fix_rest", "cancelled", {"corrected_by": (6,)}, GIVEN, "corrected"),
        ("fix_rest", "paused", {"corrected_by": (6,)}, GIVEN, "corrected"),
        ("release_doubt", "sent", {"in_doubt": 0}, GIVEN, "nothing_in_doubt"),
        ("release_doubt", "sent", {}, {"reason": "asked them"}, "which_required"),
        ("release_doubt", "sent", {}, {"reason": "asked them", "which": []}, "which_required"),
        ("release_doubt", "sent", {}, {"reason": "asked them", "which": [True]}, "which_required"),
        ("release_doubt", "sent", {}, {"reason": "asked them", "which": [2**31]}, "which_required"),
        ("release_doubt", "sent", {}, {"which": [1]}, "reason_required"),
        ("fix_rest", "paused", {}, {"prepared": "burn"}, "prepared_unknown"),
        ("delete", "draft", {}, {}, "has_statistics"),
        ("archive", "sent", {"archived": True}, {}, "archived_already"),
        ("late", "in_review", {}, {}, "not_late"),
        ("late", "in_review", {"due_at": NOW + HOUR}, {}, "not_late"),
        ("late", "in_review", {"due_at": NOW, "policy": Policy(late_gate="send_on_approval")}, {}, "not_late"),
        ("late", "in_review", {"due_at": NOW, "reason_code": "held:late_gate"}, {}, "already_held"),
        ("due", "scheduled", {"due_at": NOW + HOUR}, {}, "not_due"),
        ("due", "scheduled", {"due_at": NOW, "switches": ("all",)}, {}, "kill_switch"),
        ("promote", "queued", {"is_head": False}, {}, "not_its_turn"),
        ("promote", "queued", {"sequence_busy": True}, {}, "not_its_turn"),
        ("promote", "queued", {"switches": ("all",)}, {}, "kill_switch"),
        ("interrupt", "sending", {}, {}, "reason_required"),
        ("interrupt", "scheduled", {"due_at": NOW + HOUR}, GIVEN, "not_due"),
        ("interrupt", "queued", {"sequence_busy": True}, GIVEN, "not_its_turn"),
        ("prepared", "starting", {"sendable": 0}, {}, "empty_audience"),
        ("prepared", "starting", {"undo_until": NOW + HOUR}, {}, "undo_open"),
        ("prepared", "starting", {"approved_size": 100, "sendable": 111}, {}, "audience_drift"),
        ("prepared", "starting", {"approved_size": 100, "sendable": 89}, {}, "audience_drift"),
        ("prepared", "starting", {"approved_size": 0, "sendable": 1}, {}, "audience_drift"),
        ("handed_off", "sending", {"unbegun": 1}, {}, "not_handed_off"),
        ("handed_off", "sending", {"due_returned": 1}, {}, "not_handed_off"),
        ("settled", "finishing", {"unbegun": 1}, {}, "not_settled"),
        ("settled", "finishing", {"due_returned": 1}, {}, "not_settled"),
        ("settled", "finishing", {"retrying": 1}, {}, "not_settled"),
        ("settled", "finishing", {"due_deferred": 1}, {}, "not_settled"),
        ("settled", "finishing", {"in_flight": 1}, {}, "not_settled"),
        ("drained", "cancelling", {"in_flight": 1}, {}, "in_flight"),
        ("drained", "cancelling", {"unbegun": 1}, {}, "in_flight"),
        ("drained", "cancelling", {"retrying": 1}, {}, "in_flight"),
        ("end_date", "sending", {"unbegun_packages": 1}, {}, "end_date_to_come"),
        ("end_date", "sending", {"ends_at": NOW}, {}, "nothing_to_expire"),
        ("end_date", "paused", {"ends_at": NOW, "begun_left": 1}, {}, "begun"),
        ("handed_off", "sending", {"catching_up": True}, {}, "catching_up"),
        ("settled", "finishing", {"catching_up": True}, {}, "catching_up"),
        ("catch_up", "sending", {}, {}, "up_to_date"),
        ("hold_back", "sending", {}, {}, "reason_required"),
        ("hold_back", "sending", {"reason_code": "held:kill_switch"}, GIVEN, "already_held"),
        ("let_go", "finishing", {"reason_code": "operator"}, {}, "not_held"),
    ],
)  # fmt: skip
def test_a_guard_refuses(
    command: str, state: str, more: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    refused = decide(command, facts(State(state), **more), frozenset(ROLES), given)
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == [code]


@pytest.mark.parametrize(
    ("command", "state", "more", "given"),
    [
        ("submit", "draft", {}, {"plan": {"kind": "later"}}),  # confirmed when its time is decided
        ("submit", "draft", {"switches": ("all",)}, {"plan": {"kind": "now"}, "confirm": True}),  # the gate comes first
        ("submit", "draft", {"switches": ("all",), "policy": Policy(approvals_required=0)}, GIVEN),
        *((command, state, {"domain": "missing", "transport_local": True, **more}, given) for command, state, more, given in LAUNCHES),
        *((command, state, {"domain": "missing", **more, "policy": replace(more.get("policy", Policy()), sender_domain="warn")}, given)
          for command, state, more, given in LAUNCHES),
        *((command, state, {"domain": "missing", "channel": "sms", **more}, given) for command, state, more, given in LAUNCHES),
        ("approve", "in_review", {"domain": "missing", "plan": {"kind": "later"}}, GIVEN),  # it does not start yet
        ("schedule", "parked", {"domain": "missing"}, GIVEN),
        ("enqueue", "parked", {"domain": "missing"}, GIVEN),
        ("cancel", "sending", {"domain": "missing", "analysis_blockers": ("html: broken",)}, {"reason": "no"}),
        ("submit", "draft", {"policy": Policy(require_test="on"), "tested": True}, GIVEN),
        ("submit", "draft", {"analysis": "running"}, GIVEN),
        ("approve", "in_review", {"analysis": "done", "analysed": 100}, GIVEN),
        *(("approve", "in_review", {"analysis": analysis}, WITHOUT) for analysis in ("waiting", "running", "cancelled", "failed", None)),
        ("approve", "in_review", {"digest": "ab"}, {"digest": "ab"}),
        ("approve", "in_review", {"digest": "ab"}, {}),  # without review
        ("schedule", "scheduled", {"due_at": NOW + HOUR}, GIVEN),
        ("schedule", "parked", {}, {"at": "2026-10-25T02:30", "zone": "Europe/Paris", "fold": "second", "confirm": True}),
        ("send_now", "scheduled", {"due_at": NOW + timedelta(minutes=1)}, GIVEN),
        ("send_now", "parked", {"approved_size": 3}, {"confirm": 3}),
        ("send_now", "parked", {"count": 3, "policy": Policy(confirm_send="type_count")}, {"confirm": 3}),
        ("send_now", "parked", {"policy": Policy(confirm_send="off")}, {}),
        ("pause", "scheduled", {"due_at": NOW + timedelta(minutes=1)}, {}),
        ("cancel", "scheduled", {"due_at": NOW + timedelta(minutes=1)}, {"reason": "no"}),
        ("resume", "paused", {}, {}),
        ("resume", "paused", {"ends_at": NOW, "begun_left": 1}, {}),
        ("resume", "paused", {"ends_at": NOW}, {"ends_at": "2026-03-01T13:00"}),
        ("resume", "paused", {"ends_at": NOW, "plan": {"kind": "at", "at": "2026-02-01T08:00", "ends_at": "2026-03-01T12:00"},
                              "due_at": NOW - HOUR}, {"ends_at": "2026-03-01T13:00"}),
        ("prepared", "starting", {"approved_size": 100, "sendable": 110}, {}),
        ("prepared", "starting", {"approved_size": 100, "sendable": 90}, {}),
        ("prepared", "starting", {"approved_size": None}, {}),
        ("prepared", "starting", {"undo_until": NOW}, {}),
        ("handed_off", "sending", {"retrying": 3, "due_deferred": 5, "in_flight": 2}, {}),
        ("drained", "cancelling", {"due_deferred": 5}, {}),
    ],
)  # fmt: skip
def test_a_guard_lets_pass(command: str, state: str, more: dict[str, Any], given: dict[str, Any]) -> None:
    decision = decide(command, facts(State(state), **more), frozenset(ROLES), given)
    assert isinstance(decision, Decision), decision


@pytest.mark.parametrize("given", [{}, {"confirm": True}, {"confirm": 2}, {"confirm": "3"}])
def test_where_the_count_has_to_be_typed_nothing_else_will_do(given: dict[str, Any]) -> None:
    known = facts(State.PARKED, count=3, policy=Policy(confirm_send="type_count"))
    refused = decide("send_now", known, HUMAN, given)
    assert isinstance(refused, Refused)
    assert '"confirm": 3' in refused.reasons[0].text


ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**40,
    1.5,
    "",
    " ",
    "x",
    "\0",
    [],
    [[]],
    {},
    {"kind": []},
    {"kind": "at"},
    {"list": {}},
)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_arguments_are_refused_and_never_break(odd: Any) -> None:
    """Whatever a caller gives, the answer is a decision or a refusal with words."""
    names = ("plan", "at", "zone", "fold", "ends_at", "confirm", "digest", "reason", "ground", "position", "queue_version",
             "prepared", "which", "changes")  # fmt: skip
    for row, state in [(each, source) for each in TABLE for source in each.sources]:
        for name, frozen in product(names, (False, True)):
            known = facts(state, **{**OF_EVENTS.get(row.command, {}), "frozen": frozen})
            answer = decide(row.command, known, frozenset(ROLES), {**GIVEN, name: odd})
            if isinstance(answer, Refused):
                assert all(reason.code and reason.text.endswith(".") for reason in answer.reasons), answer


def test_a_guard_answers_none_or_a_refusal_with_words() -> None:
    every = {guard for row in TABLE for guard in row.guards}
    for guard, state in product(every, State):
        answer = guard(Facts(state), {})
        assert answer is None or (answer.code and answer.text.endswith("."))
        assert (guard.__doc__ or "").split("\n")[0].endswith("."), "the reference is made of it"
    assert every >= guards.OF_FACTS | guards.OF_PERSON


def test_every_state_has_its_meaning() -> None:
    assert set(MEANING) == set(State)
    assert all(text.endswith(".") for text in MEANING.values())
    assert len(set(MEANING.values())) == len(State)
