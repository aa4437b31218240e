"""What guards know of the sender's domain, of the analysis and of tests: from real rows, of exactly what the mailing is now."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.account import transports
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery import clock, freeze
from penstock.mailing import control
from penstock.mailing.facts import gather
from penstock.mailing.guards import Facts
from tests.integration.delivery.stage import (
    add_contacts,
    command,
    draft,
    launch,
    policy,
    reason,
    state,
)

Conn = psycopg.Connection[Any]
REMOTE = "smtp://mail.example.net"


@pytest.fixture
def mailing(conn: Conn) -> int:
    return draft(conn, add_contacts(conn, "all", 3), REMOTE)


def facts(conn: Conn, mailing: int) -> Facts:
    found = gather(conn, mailing)
    assert found
    return found.facts


def own(conn: Conn, name: str, *, verified: bool, account: int = 1) -> None:
    """The account has this domain."""
    conn.execute(
        "insert into account_domain (account_id, name, spf, verified_at) values (%s, %s, 'mx', case when %s then now() end)"
        " on conflict (account_id, name) do update set verified_at = excluded.verified_at",
        (account, name, verified),
    )


def analysed(conn: Conn, mailing: int, into: str = "done", done: int = 3, **other: Any) -> int:
    """An analysis of the mailing as it is now, but for what is said otherwise."""
    over = into in ("done", "cancelled", "failed")
    row = conn.execute(
        "insert into preflight_analysis (account_id, mailing_id, message_id, audience, state, total, done, asked_by, ended_at)"
        " select account_id, id, coalesce(%(message)s, message_id), coalesce(%(audience)s, audience), %(state)s, 3, %(done)s, 'anna',"
        " case when %(over)s then now() end from mailing_mailing where id = %(mailing)s returning id",
        {"message": other.get("message"), "audience": Jsonb(other["audience"]) if "audience" in other else None,
         "state": into, "done": done, "over": over, "mailing": mailing},
    ).fetchone()  # fmt: skip
    assert row
    return int(row[0])


def blocker(conn: Conn, analysis: int, severity: str = "blocker") -> None:
    conn.execute(
        "insert into preflight_finding (analysis_id, severity, code, place, text, cure, rank)"
        " values (%s, %s, 'template_error', 'html', 'cannot be made', 'mend it', 1)",
        (analysis, severity),
    )


def other_message(conn: Conn, account: int = 1) -> int:
    return store_message(conn, account, Message("News <news@example.org>", "Other news", html="<p>x</p>"))


def refused(conn: Conn, mailing: int, name: str, **given: Any) -> list[str]:
    with pytest.raises(control.Refused) as refusal:
        command(conn, mailing, name, **given)
    return [each.code for each in refusal.value.reasons]


# -- the domain ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domains", "standing"),
    [
        ([], "missing"),
        ([("example.org", False)], "unverified"),
        ([("example.org", True)], "verified"),
        ([("org", True)], "verified"),  # one above it counts
        ([("example.org", False), ("org", True)], "verified"),
        ([("ample.org", True)], "missing"),
        ([("news.example.org", True)], "missing"),  # one below does not
    ],
)
def test_the_senders_domain_is_looked_up_among_the_accounts_own(
    conn: Conn, mailing: int, domains: list[tuple[str, bool]], standing: str
) -> None:
    for name, verified in domains:
        own(conn, name, verified=verified)
    found = facts(conn, mailing)
    assert (found.sender_domain, found.domain, found.transport_local) == ("example.org", standing, False)


def test_another_accounts_domain_is_not_ours(conn: Conn, mailing: int) -> None:
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'other', 'UTC', '{}', now())"
    )
    own(conn, "example.org", verified=True, account=2)
    assert facts(conn, mailing).domain == "missing"


def test_a_transport_on_this_machine_is_known_as_such(conn: Conn, mailing: int) -> None:
    local = transports.store(conn, 1, "smtp://localhost:2525")
    command(conn, mailing, "edit", changes={"transport_id": local})
    assert facts(conn, mailing).transport_local
    assert command(conn, mailing, "submit", plan={"kind": "later"}).state == "in_review"


@pytest.mark.behaviour("S4.4")
@pytest.mark.parametrize("plan", ["at", "sequence"])
def test_a_domain_that_is_lost_meanwhile_interrupts_it_at_its_time(
    conn: Conn, mailing: int, plan: str
) -> None:
    """And it goes on only when the domain is verified again."""
    own(conn, "example.org", verified=True)
    soon = conn.execute("select (clock_timestamp() + interval '1 minute')::text").fetchone()
    assert soon
    command(
        conn,
        mailing,
        "submit",
        plan={"kind": plan, **({"at": soon[0].replace(" ", "T")} if plan == "at" else {})},
        confirm=True,
    )
    command(conn, mailing, "approve")
    own(conn, "example.org", verified=False)
    conn.execute("update mailing_mailing set due_at = now() where due_at is not null")
    clock.strike(conn)
    assert state(conn, mailing) == "interrupted"
    why = reason(conn, mailing)
    assert why
    assert why["code"] == "sender_domain"
    assert "example.org is not verified" in why["text"]
    assert refused(conn, mailing, "resume", reason="I asked them") == ["sender_domain"]
    assert "resume" not in control.possible(conn, mailing, control.Actor("anna", control.EVERY_ROLE, "cli"))
    own(conn, "example.org", verified=True)
    command(conn, mailing, "resume", reason="the records are back")
    assert state(conn, mailing) in ("scheduled", "queued", "starting")


def test_no_door_starts_it_without_the_domain(conn: Conn, mailing: int) -> None:
    own(conn, "example.org", verified=True)
    command(conn, mailing, "submit", plan={"kind": "later"})
    command(conn, mailing, "approve")
    own(conn, "example.org", verified=False)
    assert refused(conn, mailing, "send_now", confirm=True) == ["sender_domain"]
    command(conn, mailing, "enqueue", confirm=True)  # its turn is to come
    clock.strike(conn)
    assert state(conn, mailing) == "interrupted"
    policy(conn, sender_domain="warn")
    assert command(conn, mailing, "resume", reason="we know").state == "queued"


# -- the analysis ----------------------------------------------------------------------------------------


def test_the_newest_analysis_of_exactly_this_counts(conn: Conn, mailing: int) -> None:
    assert facts(conn, mailing).analysis is None
    blocker(conn, analysed(conn, mailing))
    found = facts(conn, mailing)
    assert (found.analysis, found.analysed, found.analysis_blockers) == (
        "done",
        100,
        ("html: cannot be made",),
    )
    assert refused(conn, mailing, "submit", plan={"kind": "later"}) == ["sender_domain", "analysis_blocked"]
    blocker(conn, analysed(conn, mailing), "warning")
    found = facts(conn, mailing)
    assert (found.analysis, found.analysis_blockers) == ("done", ())
    analysed(conn, mailing, "running", done=1)
    found = facts(conn, mailing)
    assert (found.analysis, found.analysed) == ("running", 33)


def test_a_blocker_holds_until_an_analysis_has_not_found_it(conn: Conn, mailing: int) -> None:
    """Asking for another analysis, and calling it off, is no way round what the last one found."""
    blocker(conn, analysed(conn, mailing))
    for into in ("running", "cancelled", "failed"):
        again = analysed(conn, mailing, into, done=1)
        assert facts(conn, mailing).analysis == into
        assert facts(conn, mailing).analysis_blockers == ("html: cannot be made",)
        assert refused(conn, mailing, "submit", plan={"kind": "later"}) == [
            "sender_domain",
            "analysis_blocked",
        ]
        conn.execute("delete from preflight_analysis where id = %s", (again,))
    analysed(conn, mailing)
    assert facts(conn, mailing).analysis_blockers == ()


def test_a_blocker_found_while_it_starts_keeps_it_from_going(conn: Conn) -> None:
    """Approved without the analysis, paused while it starts, and the analysis then ends with a blocker."""
    mailing = draft(conn, add_contacts(conn, "all", 3))
    policy(conn, undo_seconds=600)
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    assert command(conn, mailing, "approve", without_analysis=True).state == "starting"
    command(conn, mailing, "pause")
    conn.execute("delete from preflight_analysis where mailing_id = %s", (mailing,))
    blocker(conn, analysed(conn, mailing))
    assert refused(conn, mailing, "resume") == ["analysis_blocked"]


@pytest.mark.parametrize("what", ["blocker", "domain"])
def test_what_is_found_or_lost_while_it_starts_interrupts_it(conn: Conn, what: str) -> None:
    """The last look is when the ledger is written: nothing has left then."""
    own(conn, "example.org", verified=True)
    mailing = launch(conn, draft(conn, add_contacts(conn, "all", 3), REMOTE))
    if what == "blocker":
        conn.execute("delete from preflight_analysis where mailing_id = %s", (mailing,))
        blocker(conn, analysed(conn, mailing))
    else:
        own(conn, "example.org", verified=False)
    freeze.prepare(conn, mailing)
    assert state(conn, mailing) == "interrupted"
    assert (reason(conn, mailing) or {})["code"] == ("technical" if what == "blocker" else "sender_domain")


def test_who_needs_no_approval_is_told_of_the_analysis(conn: Conn) -> None:
    policy(conn, approvals_required=0)
    mailing = draft(conn, add_contacts(conn, "all", 3))
    told = command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True).warnings
    assert any("before its analysis is over" in each for each in told)


def test_an_analysis_of_something_else_does_not(conn: Conn, mailing: int) -> None:
    blocker(conn, analysed(conn, mailing, message=other_message(conn)))
    blocker(conn, analysed(conn, mailing, audience={"list": 99}))
    found = facts(conn, mailing)
    assert (found.analysis, found.analysis_blockers) == (None, ())
    blocker(conn, analysed(conn, mailing))
    command(conn, mailing, "edit", changes={"message_id": other_message(conn)})
    assert facts(conn, mailing).analysis_blockers == ()


def test_a_submission_asks_for_an_analysis_once(conn: Conn, mailing: int) -> None:
    policy(conn, sender_domain="warn")
    command(conn, mailing, "submit", plan={"kind": "later"})
    assert facts(conn, mailing).analysis == "waiting"
    command(conn, mailing, "withdraw")
    command(conn, mailing, "submit", plan={"kind": "later"})
    rows = conn.execute("select state, asked_by from preflight_analysis").fetchall()
    assert rows == [("waiting", "anna")], "what is asked for already is not asked for again"
    command(conn, mailing, "withdraw")
    command(conn, mailing, "edit", changes={"message_id": other_message(conn)})
    command(conn, mailing, "submit", plan={"kind": "later"})
    rows = conn.execute("select state from preflight_analysis order by id").fetchall()
    assert rows == [("cancelled",), ("waiting",)], "that of the earlier message is called off"


def test_what_is_found_after_the_approval_keeps_it_from_starting(conn: Conn, mailing: int) -> None:
    """Approved without waiting, found to be broken a moment later: at its turn it is interrupted, and says what is wrong."""
    policy(conn, sender_domain="warn")
    command(conn, mailing, "submit", plan={"kind": "sequence"}, confirm=True)
    other = launch(conn, draft(conn, add_contacts(conn, "others", 1), REMOTE))
    command(conn, mailing, "approve")
    conn.execute(
        "update preflight_analysis set state = 'done', ended_at = now() where mailing_id = %s", (mailing,)
    )
    conn.execute(
        "insert into preflight_finding (analysis_id, severity, code, place, text, cure, rank)"
        " select id, 'blocker', 'template_error', 'html', 'cannot be made', 'mend it', 1 from preflight_analysis where mailing_id = %s",
        (mailing,),
    )
    clock.strike(conn)
    assert (state(conn, mailing), state(conn, other)) == ("interrupted", "starting")
    why = reason(conn, mailing)
    assert why
    assert (why["code"], "html: cannot be made" in why["text"]) == ("technical", True)


# -- tests -----------------------------------------------------------------------------------------------


def sent_test(conn: Conn, mailing: int, became: str) -> None:
    """Somebody had a test of the message as it is now."""
    conn.execute(
        "insert into preflight_test (account_id, mailing_id, message_id, revision, address, state, asked_by)"
        " select account_id, id, message_id, revision, 'me@example.net', %s, 'anna' from mailing_mailing where id = %s",
        (became, mailing),
    )


def test_a_test_is_of_the_message_that_it_was_of(conn: Conn, mailing: int) -> None:
    policy(conn, sender_domain="warn", require_test="on")
    for became in ("waiting", "sending", "refused", "failed", "in_doubt"):  # no server took it
        sent_test(conn, mailing, became)
    assert (facts(conn, mailing).tested, facts(conn, mailing).tested_before) == (False, False)
    sent_test(conn, draft(conn, add_contacts(conn, "others", 1)), "accepted")
    assert refused(conn, mailing, "submit", plan={"kind": "later"}) == ["test_required"]
    sent_test(conn, mailing, "accepted")
    assert (facts(conn, mailing).tested, facts(conn, mailing).tested_before) == (True, False)
    command(conn, mailing, "edit", changes={"name": "Another name"})
    assert facts(conn, mailing).tested, "the name is no part of the message"
    command(conn, mailing, "edit", changes={"message_id": other_message(conn)})
    assert (facts(conn, mailing).tested, facts(conn, mailing).tested_before) == (False, True)
    assert refused(conn, mailing, "submit", plan={"kind": "later"}) == ["test_required"]
