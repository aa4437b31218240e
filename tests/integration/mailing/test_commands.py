"""What commands do beside changing the state: gates, corrections, the sequence, warnings, what is shown and who may reach it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.mailing import control, journal, mailings, queue
from penstock.mailing.actor import Actor
from penstock.mailing.control import Answer, NotFound, Refused, command
from penstock.mailing.lifecycle import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR, PLATFORM
from penstock.mailing.mailings import Mailing
from tests.integration.delivery.stage import ANNA, add_contacts, draft, launch, policy, reason, state
from tests.property.delivery.simulated import enlist

Conn = psycopg.Connection[Any]
BEA = Actor("Bea's token", frozenset({APPROVER}), "api", account=1, identity="bea@example.org")
BEA_IN_THE_BROWSER = Actor("Bea", frozenset({APPROVER, AUTHOR}), "web", account=1, identity="bea@example.org")
CARL = Actor("carl", frozenset({AUTHOR, APPROVER}), "api", account=1)
STAFF = Actor("sven", frozenset({PLATFORM}), "cli")


@pytest.fixture
def mailing(conn: Conn) -> int:
    return draft(conn, add_contacts(conn, "all", 3))


def found(conn: Conn, mailing: int) -> Mailing:
    row = mailings.find(conn, 1, mailing)
    assert row
    return row


def submit(conn: Conn, mailing: int, actor: Actor = ANNA, **plan: Any) -> Answer:
    return command(conn, mailing, "submit", actor, plan=plan or {"kind": "now"}, confirm=True)


def refusal(conn: Conn, mailing: int, name: str, actor: Actor = ANNA, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        command(conn, mailing, name, actor, **given)
    return refused.value.code


def being_sent(conn: Conn, mailing: int, *, size: int, claimed: int) -> None:
    """As if a sender had claimed the first of one package."""
    conn.execute(
        "insert into delivery_package (mailing, no, kind, state, sender, release_at, size, first_seq, cursor, begun_at)"
        " values (%s, 1, 'plain', 'active', %s, now(), %s, 1, %s, now())", (mailing, enlist(conn), size, claimed)
    )  # fmt: skip
    conn.execute("update mailing_mailing set state = 'sending', frozen_at = now() where id = %s", (mailing,))


# -- gates -----------------------------------------------------------------------------------------------


def test_an_approver_counts_once_through_whatever_door(conn: Conn, mailing: int) -> None:
    policy(conn, approvals_required=2)
    submit(conn, mailing)
    command(conn, mailing, "approve", BEA, without_analysis=True)
    assert refusal(conn, mailing, "approve", BEA_IN_THE_BROWSER, without_analysis=True) == "approved_already"
    assert "approve" not in control.possible(conn, mailing, BEA_IN_THE_BROWSER)
    assert command(conn, mailing, "approve", CARL, without_analysis=True).state == "starting"


def test_four_eyes_see_whoever_wrote_it_also_in_an_earlier_revision_or_the_original(
    conn: Conn, mailing: int
) -> None:
    policy(conn, four_eyes="on")
    command(conn, mailing, "edit", CARL, changes={"name": "Better news"})
    submit(conn, mailing)
    assert refusal(conn, mailing, "approve", CARL, without_analysis=True) == "four_eyes"
    command(conn, mailing, "reject", BEA, reason="a typing error")
    command(conn, mailing, "revise", ANNA)
    submit(conn, mailing)
    assert refusal(conn, mailing, "approve", CARL, without_analysis=True) == "four_eyes", (
        "most of it is still what he wrote"
    )
    copied = command(conn, mailing, "copy", ANNA).made
    assert copied
    submit(conn, copied)
    assert refusal(conn, copied, "approve", CARL, without_analysis=True) == "four_eyes"
    assert command(conn, mailing, "approve", BEA, without_analysis=True).state == "starting"


@pytest.mark.behaviour("B5")
def test_an_approval_is_of_what_was_seen_and_void_when_that_changes(conn: Conn, mailing: int) -> None:
    policy(conn, approvals_required=2)
    submit(conn, mailing)
    seen = found(conn, mailing).digest
    assert refusal(conn, mailing, "approve", BEA, digest="0" * 64, without_analysis=True) == "digest_changed"
    command(conn, mailing, "approve", BEA, digest=seen, without_analysis=True)
    command(conn, mailing, "withdraw", ANNA)
    command(conn, mailing, "edit", ANNA, changes={"audience": {"list": add_contacts(conn, "other", 2)}})
    submit(conn, mailing)
    assert found(conn, mailing).digest != seen
    assert command(conn, mailing, "approve", CARL, without_analysis=True).state == "in_review", (
        "Bea's approval was of something else"
    )
    assert command(conn, mailing, "approve", BEA, without_analysis=True).state == "starting"
    told = [
        (e["data"]["reviewed"], e["data"]["digest"] == seen)
        for e in journal.entries(conn, mailing)
        if e["command"] == "approve"
    ]
    assert told == [(True, True), (False, False), (False, False)]


def test_the_same_content_has_the_same_digest_and_the_plan_is_no_part_of_it(conn: Conn, mailing: int) -> None:
    submit(conn, mailing)
    before = found(conn, mailing).digest
    command(conn, mailing, "withdraw", ANNA)
    submit(conn, mailing, kind="later")
    assert found(conn, mailing).digest == before
    command(conn, mailing, "edit_plan", BEA, plan={"kind": "sequence"}, confirm=True)
    assert found(conn, mailing).digest == before


def test_what_the_platform_refuses_names_its_ground(conn: Conn, mailing: int) -> None:
    policy(conn, moderation="manual", approvals_required=0)
    assert submit(conn, mailing).state == "in_moderation"
    assert refusal(conn, mailing, "validate", ANNA) == "forbidden"
    command(conn, mailing, "reject", STAFF, reason="spam", ground="conduct")
    assert journal.entries(conn, mailing)[-1]["data"]["ground"] == "conduct"
    command(conn, mailing, "revise", ANNA)
    assert found(conn, mailing).revision == 2
    submit(conn, mailing)
    assert command(conn, mailing, "validate", STAFF).state == "starting"


def test_nothing_of_another_account_gets_into_a_mailing(conn: Conn, mailing: int) -> None:
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'Other', 'UTC', '{}', now())"
    )
    theirs = draft(conn, add_contacts(conn, "theirs", 1), via="smtp://127.0.0.1:9")
    row = conn.execute(
        "select message_id, transport_id from mailing_mailing where id = %s", (theirs,)
    ).fetchone()
    assert row
    conn.execute("update content_message set account_id = 2 where id = %s", (row[0],))
    conn.execute("update account_transport set account_id = 2 where id = %s", (row[1],))
    assert refusal(conn, mailing, "edit", changes={"message_id": row[0]}) == "change_invalid"
    assert refusal(conn, mailing, "edit", changes={"transport_id": row[1]}) == "change_invalid"
    assert found(conn, mailing).version == 1


def test_another_accounts_mailing_is_not_there(conn: Conn, database: str, mailing: int) -> None:
    launch(conn, mailing)
    stranger = Actor("eve", frozenset({ADMINISTRATOR}), "api", account=2)
    with psycopg.connect(
        database
    ) as claiming:  # a stranger does not so much as wait for the gate, nor end who holds it
        claiming.execute("select pg_advisory_xact_lock_shared(7001, %s)", (mailing,))
        for name in ("pause", "launch", "copy"):
            with pytest.raises(NotFound):
                command(conn, mailing, name, stranger)
        with pytest.raises(NotFound):
            control.possible(conn, mailing, stranger)
        assert claiming.execute("select 1").fetchone() == (1,)
    assert found(conn, mailing).version == 3


# -- what is shown ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("B10")
def test_the_reason_stays_while_the_state_does(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    command(conn, mailing, "pause", ANNA)
    why = reason(conn, mailing)
    assert why
    assert (why["text"], why["who"]) == ("Paused by anna.", "anna")
    assert datetime.fromisoformat(why["since"]) <= datetime.now(UTC)
    command(conn, mailing, "copy", ANNA, reason="for later")
    assert reason(conn, mailing) == why
    command(conn, mailing, "resume", ANNA)
    assert reason(conn, mailing) is None


def test_a_cancellation_says_why_also_when_it_is_complete(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    being_sent(conn, mailing, size=3, claimed=1)
    assert command(conn, mailing, "cancel", ANNA, reason="wrong list").state == "cancelling"
    conn.execute("update delivery_package set accepted = 1")
    assert control.attempt(conn, mailing, "drained")
    why = reason(conn, mailing)
    assert why
    assert (state(conn, mailing), why["text"], why["who"]) == ("cancelled", "wrong list", "anna")


@pytest.mark.behaviour("S1.15")
def test_a_launch_time_that_passes_at_the_gate_holds_it_until_it_has_a_new_one(
    conn: Conn, mailing: int
) -> None:
    submit(conn, mailing, kind="at", at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert not control.attempt(conn, mailing, "late")
    conn.execute("update mailing_mailing set due_at = now() - interval '1 second'")
    assert control.attempt(conn, mailing, "late")
    assert not control.attempt(conn, mailing, "late"), "said once"
    why = reason(conn, mailing)
    assert why
    assert (state(conn, mailing), why["code"]) == ("in_review", "held:late_gate")
    assert refusal(conn, mailing, "approve", BEA, without_analysis=True) == "late_gate"
    assert "approve" not in control.possible(conn, mailing, BEA)
    command(conn, mailing, "edit_plan", BEA, at=(datetime.now(UTC) + timedelta(hours=2)).isoformat())
    assert reason(conn, mailing) is None
    assert command(conn, mailing, "approve", BEA, without_analysis=True).state == "scheduled"


def test_an_end_that_the_clock_brings_says_so(conn: Conn, mailing: int) -> None:
    policy(conn, late_gate="expire")
    submit(conn, mailing)
    conn.execute("update mailing_mailing set due_at = now()")
    assert control.attempt(conn, mailing, "late")
    assert (reason(conn, mailing) or {})["code"] == "late_gate"
    other = launch(conn, draft(conn, add_contacts(conn, "more", 1)))
    command(conn, other, "pause", ANNA)
    conn.execute("update mailing_mailing set ends_at = now() where id = %s", (other,))
    assert control.attempt(conn, other, "end_date")
    assert (state(conn, other), (reason(conn, other) or {})["code"]) == ("expired", "end_date")


def test_a_reason_that_the_database_cannot_keep_is_kept_as_far_as_it_can(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    command(conn, mailing, "cancel", ANNA, reason="zero\0 and half \ud83d")
    assert (reason(conn, mailing) or {})["text"] == "zero and half ?"
    assert journal.verify(conn) == []


# -- dry runs and warnings -------------------------------------------------------------------------------


@pytest.mark.behaviour("B15")
def test_a_dry_run_says_what_would_happen_and_does_nothing(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    before, entries = found(conn, mailing), journal.entries(conn, mailing)
    dry = command(conn, mailing, "cancel", ANNA, reason="no", dry_run=True)
    assert (dry.dry, dry.state, dry.version) == (True, "cancelled", before.version)
    assert refusal(conn, mailing, "cancel", dry_run=True) == "reason_required"
    assert refusal(conn, mailing, "pause", dry_run=True, expected_version=1) == "version_changed"
    assert (found(conn, mailing), journal.entries(conn, mailing)) == (before, entries)


def test_a_dry_run_counts_what_would_still_leave(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    being_sent(conn, mailing, size=9, claimed=4)
    conn.execute("update delivery_package set accepted = 1")
    for name, given, leaving in (
        ("pause", {}, 3), ("cancel", {"reason": "no"}, 3), ("cancel", {"reason": "no", "prepared": "deliver"}, 8), ("copy", {}, 0),
    ):  # fmt: skip
        assert command(conn, mailing, name, ANNA, dry_run=True, **given).leaving == leaving
    policy(conn, package_interruptible="off")
    assert command(conn, mailing, "pause", ANNA, dry_run=True).leaving == 8


@pytest.mark.behaviour("S2.17")
def test_whoever_plans_a_sequential_mailing_hears_of_the_others(conn: Conn, mailing: int) -> None:
    untested = "No test of this message was sent."
    assert submit(conn, mailing, kind="sequence").warnings == [untested]
    command(conn, mailing, "approve", BEA, without_analysis=True)
    second = draft(conn, add_contacts(conn, "second", 1))
    one = ["1 other mailing of the sequence waits, and none is being sent."]
    assert command(
        conn, second, "submit", ANNA, plan={"kind": "sequence"}, confirm=True, dry_run=True
    ).warnings == [*one, untested]
    assert submit(conn, second, kind="sequence").warnings == [*one, untested], (
        "when it is planned, not when it is approved"
    )
    assert command(conn, second, "approve", BEA, without_analysis=True).warnings == [
        "It is approved without its analysis."
    ]
    third = draft(conn, add_contacts(conn, "third", 1))
    submit(conn, third, kind="later")
    command(conn, third, "approve", BEA, without_analysis=True)
    control.command(conn, mailing, "promote", control.SYSTEM)
    assert command(conn, third, "enqueue", ANNA, confirm=True).warnings == [
        "1 other mailing of the sequence waits, and one is being sent."
    ]


# -- the sequence ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("S2.16", "S2.27")
def test_the_sequence_is_moved_by_position_and_version(conn: Conn) -> None:
    policy(conn, approvals_required=0)
    order = [draft(conn, add_contacts(conn, f"list {n}", 1)) for n in range(4)]
    for each in order:
        submit(conn, each, kind="sequence")
    version, listed = queue.listed(conn, 1)
    assert listed == order
    command(conn, order[3], "move", ANNA, position=1, queue_version=version)
    assert queue.listed(conn, 1) == (version + 1, [order[3], *order[:3]])
    assert refusal(conn, order[1], "move", position=1, queue_version=version) == "queue_changed"
    assert refusal(conn, order[1], "move", position=5) == "position_invalid"
    command(conn, order[0], "pause", ANNA)
    assert queue.listed(conn, 1)[1] == [order[3], *order[:3]], "a paused one keeps its place"
    assert refusal(conn, order[0], "move", position=1) == "wrong_state"
    command(conn, order[0], "cancel", ANNA, reason="no")
    command(conn, order[2], "send_now", ANNA, confirm=True)
    assert queue.listed(conn, 1)[1] == [order[3], order[1]]
    assert not control.attempt(conn, order[1], "promote")
    assert control.attempt(conn, order[3], "promote")
    assert not control.attempt(conn, order[1], "promote"), "one at a time"
    command(conn, order[3], "pause", ANNA)
    assert control.attempt(conn, order[1], "promote"), "a paused head yields"
    assert command(conn, order[3], "resume", ANNA).state == "queued"
    assert queue.listed(conn, 1)[1] == [order[3]]


# -- corrections -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("B3")
def test_a_correction_excludes_all_that_went_before_it(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    command(conn, mailing, "pause", ANNA)
    fixed = command(conn, mailing, "fix_rest", ANNA)
    assert (fixed.state, state(conn, mailing)) == ("cancelled", "cancelled")
    first = fixed.made
    assert first
    why = reason(conn, mailing)
    assert why
    assert f"mailing {first}" in why["text"]
    listed = found(conn, mailing).audience["list"]
    assert found(conn, first).audience == {"list": listed, "not_reached_by": [mailing]}
    assert (found(conn, first).fixes, found(conn, mailing).corrections) == (mailing, [first])
    for name, given in (("fix_rest", {}), ("send_rest", {"plan": {"kind": "now"}, "confirm": True})):
        assert refusal(conn, mailing, name, **given) == "corrected"
    submit(conn, first)
    assert refusal(conn, first, "fix_rest") == "wrong_state", "it goes through the gates again"
    command(conn, first, "approve", BEA, without_analysis=True)
    command(conn, first, "cancel", ANNA, reason="another error")
    second = command(conn, first, "fix_rest", ANNA).made
    assert second
    assert found(conn, second).audience == {"list": listed, "not_reached_by": [mailing, first]}
    command(conn, second, "delete", ANNA)
    assert found(conn, first).corrections == []
    assert command(conn, first, "fix_rest", ANNA).made


def test_a_correction_may_choose_what_becomes_of_prepared_ones(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    conn.execute(
        "insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, cursor, begun_at, accepted)"
        " values (%s, 1, 'plain', 'waiting', now(), 9, 1, 4, now(), 4)", (mailing,)
    )  # fmt: skip
    conn.execute("update mailing_mailing set state = 'sending', frozen_at = now()")
    command(conn, mailing, "pause", ANNA)
    assert command(conn, mailing, "fix_rest", ANNA, prepared="deliver", dry_run=True).state == "cancelling"
    assert command(conn, mailing, "fix_rest", ANNA).state == "cancelled"


def test_released_doubt_has_to_be_in_doubt(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    conn.execute(
        "insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, cursor, begun_at, in_doubt)"
        " values (%s, 1, 'plain', 'done', now(), 1, 1, 1, now(), 1)", (mailing,)
    )  # fmt: skip
    conn.execute("update mailing_mailing set state = 'sent', frozen_at = now()")
    assert refusal(conn, mailing, "release_doubt", reason="asked", which=[7]) == "not_in_doubt"
    assert state(conn, mailing) == "sent"


def test_who_was_archived_comes_back_with_its_rest(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    command(conn, mailing, "cancel", ANNA, reason="no")
    command(conn, mailing, "archive", ANNA)
    assert refusal(conn, mailing, "archive") == "archived_already"
    assert command(conn, mailing, "send_rest", ANNA, plan={"kind": "later"}).state == "parked"
    assert found(conn, mailing).archived_at is None


@pytest.mark.behaviour("B13")
def test_an_undo_window_is_the_doors_and_closes_with_the_freeze(conn: Conn, mailing: int) -> None:
    olga = Actor("olga", frozenset({OPERATOR}), "web", account=1)
    submit(conn, mailing, kind="later")
    command(conn, mailing, "approve", BEA, without_analysis=True)
    assert command(conn, mailing, "send_now", ANNA, confirm=True).state == "starting"
    assert "undo" not in control.possible(conn, mailing, ANNA), "none at the command line"
    command(conn, mailing, "pause", ANNA)
    command(conn, mailing, "cancel", ANNA, reason="no")
    command(conn, mailing, "send_rest", ANNA, plan={"kind": "later"})
    command(conn, mailing, "send_now", olga, confirm=True)
    assert "undo" in control.possible(conn, mailing, olga)
    assert not control.attempt(conn, mailing, "prepared"), "it waits for the window"
    assert command(conn, mailing, "undo", olga).state == "parked"
    assert (found(conn, mailing).started_at, found(conn, mailing).approved_at is not None) == (None, True)
