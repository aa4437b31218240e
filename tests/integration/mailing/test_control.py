"""Control: one transaction for the state, the journal and the news; a refusal leaves nothing behind."""

from typing import Any

import psycopg
import pytest

from penstock.mailing import control, journal, lifecycle, mailings
from penstock.mailing.control import CHANNEL, SYSTEM, Actor, NotFound, Refused, command
from penstock.mailing.effects import EFFECTS
from penstock.mailing.states import State
from tests.integration.delivery.stage import ANNA, add_contacts, draft, launch, policy, state

BEA = Actor("bea", frozenset({"approver"}), "web")
Conn = psycopg.Connection[Any]


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A draft to three people."""
    return draft(conn, add_contacts(conn, "all", 3))


def row(conn: Conn, mailing: int) -> dict[str, Any]:
    found = mailings.find(conn, 1, mailing)
    assert found
    return vars(found)


def put(conn: Conn, mailing: int, into: str, **more: Any) -> None:
    """Put a mailing into a state as if it had come there."""
    came_from = more.pop("came_from", "sending" if into in ("paused", "interrupted") else None)
    conn.execute(
        "update mailing_mailing set state = %s, came_from = %s, frozen_at = now() where id = %s",
        (into, came_from, mailing),
    )


def test_a_mailings_way_is_in_the_journal(conn: Conn, mailing: int) -> None:
    command(conn, mailing, "submit", ANNA, plan={"kind": "now"}, confirm=True)
    command(conn, mailing, "approve", BEA, reason="read it", without_analysis=True)
    command(conn, mailing, "pause", ANNA)
    command(conn, mailing, "resume", ANNA)
    command(conn, mailing, "cancel", ANNA, reason="wrong list")
    entries = journal.entries(conn, mailing)[1:]
    assert [
        (e["actor"], e["door"], e["command"], e["from_state"], e["to_state"], e["reason"]) for e in entries
    ] == [
        ("anna", "cli", "submit", "draft", "in_review", None),
        ("bea", "web", "approve", "in_review", "starting", "read it"),
        ("anna", "cli", "pause", "starting", "paused", None),
        ("anna", "cli", "resume", "paused", "starting", None),
        ("anna", "cli", "cancel", "starting", "cancelled", "wrong list"),
    ]
    times = [e["at"] for e in entries]
    assert times == sorted(times)
    after = row(conn, mailing)
    assert after["version"] == 6
    assert after["plan"] == {"kind": "now"}
    assert after["submitted_at"] < after["approved_at"] <= after["started_at"] < after["finished_at"]
    assert {key: after["reason"][key] for key in ("code", "text", "who")} == {
        "code": "operator", "text": "wrong list", "who": "anna",
    }  # fmt: skip


def test_every_effect_of_the_table_has_what_carries_it_out() -> None:
    assert {effect for entry in lifecycle.TABLE for effect in entry.effects} == set(EFFECTS)
    for entry in lifecycle.TABLE:
        stops = entry.targets <= {State.PAUSED, State.INTERRUPTED}
        assert ("remember_state" in entry.effects) == (stops and not entry.sources <= entry.targets), (
            entry.command
        )


def test_what_was_begun_ends_with_the_mailing(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    conn.execute(
        "insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq)"
        " values (%s, 1, 'plain', 'waiting', now(), 3, 1)", (mailing,)
    )  # fmt: skip
    conn.execute(
        "insert into delivery_due (mailing, seq, due_at, since, attempt, package, why) values (%s, 9, now(), now(), 1, 1, 'deferred')",
        (mailing,),
    )
    command(conn, mailing, "cancel", ANNA, reason="enough")
    assert conn.execute("select state, closed_at is not null from delivery_package").fetchall() == [
        ("cancelled", True)
    ]
    assert conn.execute("select closed from delivery_due").fetchall() == [("cancelled",)]


@pytest.mark.parametrize("name", lifecycle.COMMANDS)
@pytest.mark.parametrize("into", State)
def test_the_state_moves_as_the_table_says_and_else_nothing_does(
    module_conn: Conn, module_mailing: int, name: str, into: State
) -> None:
    """Through the whole of control, for every pair: moved with an entry, or refused with nothing changed."""
    conn, mailing = module_conn, module_mailing
    put(conn, mailing, into)
    before, entries = row(conn, mailing), len(journal.entries(conn, mailing))
    made = conn.execute("select max(id) from mailing_mailing").fetchone()
    actor = Actor("all", frozenset(lifecycle.ROLES), "api")
    answer = given(conn, mailing, name, actor)
    if isinstance(answer, Refused):
        assert row(conn, mailing) == before
        assert len(journal.entries(conn, mailing)) == entries
        assert answer.state is into
        assert answer.allowed == list(control.possible(conn, mailing, actor))
        assert str(answer) == " ".join(reason.text for reason in answer.reasons)
        assert conn.execute("select max(id) from mailing_mailing").fetchone() == made
        guarded = any(e.command == name and into in e.sources and e.guards for e in lifecycle.TABLE)
        assert guarded or answer.code in ("wrong_state", "already_paused")
        return
    (entry,) = [entry for entry in lifecycle.TABLE if entry.command == name and into in entry.sources]
    after = row(conn, mailing) if name != "delete" else {**before, "version": answer.version}
    assert answer.state in entry.targets
    assert (
        (after["state"], after["version"])
        == (answer.state, answer.version)
        == (answer.state, before["version"] + 1)
    )
    assert len(journal.entries(conn, mailing)) == entries + 1
    assert (after["came_from"] is not None) == (after["state"] in ("paused", "interrupted"))


def given(conn: Conn, mailing: int, name: str, actor: Actor) -> control.Answer | Refused:
    try:
        return command(
            conn, mailing, name, actor, reason="because", plan={"kind": "now"}, confirm=True, ground="technical", which="all",
            position=1, changes={"name": "Other news"}, without_analysis=True,
        )  # fmt: skip
    except Refused as refused:
        return refused


@pytest.fixture(scope="module")
def module_conn(module_database: str) -> Any:
    with psycopg.connect(module_database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def module_mailing(module_conn: Conn) -> int:
    listed = module_conn.execute("select id from audience_list limit 1").fetchone()
    return draft(module_conn, listed[0] if listed else add_contacts(module_conn, "all", 3))


def test_an_unknown_mailing_is_not_found(conn: Conn) -> None:
    with pytest.raises(NotFound, match="no mailing 4711"):
        command(conn, 4711, "pause", ANNA)
    assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


@pytest.mark.behaviour("S1.30")
@pytest.mark.parametrize("end", ["sent", "cancelled"])
def test_what_is_completed_is_not_paused(conn: Conn, mailing: int, end: str) -> None:
    put(conn, mailing, end)
    with pytest.raises(Refused) as refused:
        command(conn, mailing, "pause", ANNA)
    assert refused.value.code == "wrong_state"
    assert str(refused.value) == (
        f"pause is not possible in the state {end}; it is possible in"
        " finishing, parked, queued, scheduled, sending, starting."
    )
    assert "pause" not in refused.value.allowed


def test_what_is_paused_already_is_said_so_and_not_journalled(conn: Conn, mailing: int) -> None:
    put(conn, mailing, "paused")
    with pytest.raises(Refused) as refused:
        command(conn, mailing, "pause", ANNA)
    assert refused.value.code == "already_paused"
    assert [entry["command"] for entry in journal.entries(conn, mailing)] == ["create"]
    assert row(conn, mailing)["version"] == 1


def test_a_version_that_holds_is_needed(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    with pytest.raises(Refused) as refused:
        command(conn, mailing, "pause", ANNA, expected_version=2)
    assert refused.value.code == "version_changed"
    assert "version 3, not 2" in str(refused.value)
    assert refused.value.allowed == ["pause", "cancel", "copy"]
    assert (state(conn, mailing), row(conn, mailing)["version"]) == ("starting", 3)
    assert command(conn, mailing, "pause", ANNA, expected_version=3).version == 4


def test_a_changed_version_is_told_beside_what_else_is_wrong(conn: Conn, mailing: int) -> None:
    put(conn, mailing, "sent")
    with pytest.raises(Refused) as refused:
        command(conn, mailing, "pause", ANNA, expected_version=7)
    assert [reason.code for reason in refused.value.reasons] == ["version_changed", "wrong_state"]


def test_two_approvals_are_two_peoples(conn: Conn, mailing: int) -> None:
    policy(conn, approvals_required=2)
    command(conn, mailing, "submit", ANNA, plan={"kind": "now"}, confirm=True)
    assert command(conn, mailing, "approve", ANNA, without_analysis=True).state == "in_review"
    with pytest.raises(Refused) as refused:
        command(conn, mailing, "approve", ANNA, without_analysis=True)
    assert refused.value.code == "approved_already"
    assert command(conn, mailing, "approve", BEA, without_analysis=True).state == "starting"


def test_when_fewer_approvals_are_asked_for_one_of_them_may_let_it_pass(conn: Conn, mailing: int) -> None:
    policy(conn, approvals_required=2)
    command(conn, mailing, "submit", ANNA, plan={"kind": "now"}, confirm=True)
    command(conn, mailing, "approve", ANNA, without_analysis=True)
    policy(conn, approvals_required=1)
    assert command(conn, mailing, "approve", ANNA, without_analysis=True).state == "starting"
    assert conn.execute("select count(*) from mailing_approval").fetchone() == (1,)


def test_without_required_approvals_a_submission_starts(conn: Conn, mailing: int) -> None:
    policy(conn, approvals_required=0)
    assert command(conn, mailing, "submit", ANNA, plan={"kind": "now"}, confirm=True).state == "starting"


def test_a_submission_names_all_that_is_missing(conn: Conn, mailing: int) -> None:
    conn.execute("update mailing_mailing set audience = '{\"list\": 99}'")
    with pytest.raises(Refused) as refused:
        command(conn, mailing, "submit", BEA, plan={"kind": "never"}, confirm=True)
    assert [reason.code for reason in refused.value.reasons] == ["forbidden", "incomplete", "unknown_plan"]
    assert state(conn, mailing) == "draft"


def test_the_news_come_with_the_change_and_not_without(conn: Conn, database: str, mailing: int) -> None:
    with psycopg.connect(database, autocommit=True) as listener:
        listener.execute(f"listen {CHANNEL}")
        with pytest.raises(Refused):
            command(conn, mailing, "pause", ANNA)
        launch(conn, mailing)
        heard = [n.payload for n in listener.notifies(timeout=5, stop_after=2)]
        assert heard == [f"{mailing} in_review 2", f"{mailing} starting 3"]
        assert list(listener.notifies(timeout=0.05)) == []


def test_state_journal_and_news_are_one_transaction(
    conn: Conn, database: str, mailing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch(conn, mailing)
    before, entries = row(conn, mailing), journal.entries(conn, mailing)

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the journal is full")

    monkeypatch.setattr(control.journal, "append", fails)
    with psycopg.connect(database, autocommit=True) as listener:
        listener.execute(f"listen {CHANNEL}")
        with pytest.raises(RuntimeError, match="journal"):
            command(conn, mailing, "pause", ANNA)
        assert list(listener.notifies(timeout=0.05)) == []
    monkeypatch.undo()
    assert row(conn, mailing) == before
    assert journal.entries(conn, mailing) == entries
    assert command(conn, mailing, "pause", ANNA).state == "paused", "the connection is of use afterwards"


def test_an_interruption_keeps_its_code(conn: Conn, mailing: int) -> None:
    launch(conn, mailing)
    command(conn, mailing, "interrupt", SYSTEM, reason="535 no", code="technical")
    found = row(conn, mailing)
    assert (found["state"], found["came_from"]) == ("interrupted", "starting")
    assert (found["reason"]["code"], found["reason"]["who"]) == ("technical", "Penstock")
    assert journal.entries(conn, mailing)[-1]["data"]["code"] == "technical"


def test_the_gate_is_taken_from_who_holds_it_too_long(conn: Conn, database: str, mailing: int) -> None:
    launch(conn, mailing)
    with psycopg.connect(database) as stuck:
        stuck.execute("select pg_advisory_xact_lock_shared(7001, %s)", (mailing,))
        assert command(conn, mailing, "pause", ANNA).state == "paused"
        with pytest.raises(psycopg.OperationalError):
            stuck.execute("select 1")


def test_a_gate_of_the_same_number_in_another_database_is_left_alone(
    conn: Conn, database: str, server: str, mailing: int
) -> None:
    launch(conn, mailing)
    stuck = psycopg.connect(database)
    with psycopg.connect(server) as other:
        for connection in (other, stuck):
            connection.execute("select pg_advisory_xact_lock_shared(7001, %s)", (mailing,))
        command(conn, mailing, "pause", ANNA)
        assert other.execute("select 1").fetchone() == (1,)
    stuck.close()


# -- the database refuses what code must not do -----------------------------------


def checks(conn: Conn, table: str) -> dict[str, str]:
    return dict(
        conn.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass and contype = 'c'",
            (table,),
        ).fetchall()
    )


def test_the_states_are_the_databases(conn: Conn, mailing: int) -> None:
    definition = checks(conn, "mailing_mailing")["mailing_mailing_state"]
    named = {word.split("'")[1] for word in definition.split(",") if "'" in word}
    assert named == {each.value for each in State}
    with pytest.raises(psycopg.errors.CheckViolation):
        conn.execute("update mailing_mailing set state = 'lost'")


@pytest.mark.parametrize("into", State)
def test_the_database_ties_a_state_to_what_it_needs(conn: Conn, mailing: int, into: State) -> None:
    stopped, frozen = into in (State.PAUSED, State.INTERRUPTED), into in (State.SENDING, State.FINISHING)
    wrong: Any = None if stopped else "sending"
    with pytest.raises(psycopg.errors.CheckViolation, match="came_from"):
        put(conn, mailing, into, came_from=wrong)
    update = "update mailing_mailing set state = %s, came_from = %s, frozen_at = null"
    if frozen:
        with pytest.raises(psycopg.errors.CheckViolation, match="frozen"):
            conn.execute(update, (into, None))
    else:
        conn.execute(update, (into, "sending" if stopped else None))


@pytest.mark.behaviour("S4.6")
@pytest.mark.parametrize(
    "detour",
    [
        "update mailing_mailing set message_id = (select max(id) from content_message)",
        "update mailing_mailing set audience = '{\"list\": 99}'",
        "update mailing_mailing set transport_id = (select max(id) from account_transport)",
        "update content_message set subject = 'Other news'",
        "update content_message set html = html || '!'",
        "delete from content_message",
    ],
)
def test_what_was_submitted_cannot_be_edited_by_any_detour(conn: Conn, detour: str) -> None:
    mailing = draft(conn, add_contacts(conn, "readers", 1))
    another = draft(conn, add_contacts(conn, "others", 1), via="smtp://127.0.0.1:2")
    conn.execute(
        "update content_message set subject = 'Better news' where subject = 'News'"
    )  # a draft may be edited
    for each in (mailing, another):
        command(conn, each, "submit", ANNA, plan={"kind": "now"}, confirm=True)
    before = conn.execute(
        "select * from mailing_mailing join content_message c on c.id = message_id"
    ).fetchall()
    with pytest.raises(psycopg.Error) as refused:
        conn.execute(detour)
    assert refused.value.sqlstate == "PS003"
    assert (
        conn.execute("select * from mailing_mailing join content_message c on c.id = message_id").fetchall()
        == before
    )
